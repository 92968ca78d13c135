"""A bundle to issue in tests, and keys made for them."""

from datetime import date

from joserfc.jwk import OKPKey

from gateway.issuing.bundle import Bundle, BundledCertificate, Named
from gateway.issuing.keys import IssuingKeys
from schema.domain.text import Text

CODE = "ABCDEFGHIJKLMNOPQRSTUVWX23"
TODAY = date(2026, 9, 8)


def key() -> OKPKey:
    return OKPKey.generate_key("Ed25519")


KEYS = IssuingKeys(key())


def named(id: str, zh: str, en: str) -> Named:
    return Named(id=id, name=Text(zh=zh, en=en))


def bundle(code: str = CODE, name: str = "食品经营许可证", until: date | None = None) -> Bundle:
    licence = BundledCertificate(
        item=named("food_permit", "食品经营许可", "Food permit"),
        department=named("market", "市场监管局", "Market regulation"),
        number="JY13101040000018",
        name=name,
        issued_on=date(2026, 9, 7),
        valid_until=until,
    )
    return Bundle(
        jti=code,
        sub="31010420260907-AB",
        iat=1788832800,
        one_thing=named("open_restaurant", "开饭店", "Open a restaurant"),
        version="2026-01",
        district=named("310104", "徐汇区", "Xuhui"),
        certificates=(licence,),
    )
