"""The page on which anybody sees what a code stands for. It loads nothing and runs nothing."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template

from gateway.issuing.bundle import Bundle, BundledCertificate, code_as_printed
from gateway.issuing.check import Checked, Verdict
from gateway.issuing.signing import Verified
from schema.domain.text import Language, Text

_PLACE = Path(__file__).parent
_PAGE = Template((_PLACE / "check.html").read_text(encoding="utf-8"))
_STYLE = (_PLACE / "check.css").read_text(encoding="utf-8")
_POLICY = (
    "default-src 'none'; "
    f"style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class _Words:
    """How a verdict is put."""

    tone: str  # good | warn | bad
    mark: str
    verdict: Text
    sentence: Text


def check_page(checked: Checked | None, today: date | None, language: Language) -> tuple[str, str]:
    """The page and the policy it is to be served with; None: the store does not answer."""
    found = checked.found if checked else None
    words = _words(checked, today)
    other: Language = "en" if language == "zh" else "zh"
    page = _PAGE.substitute(
        lang="zh-Hans" if language == "zh" else "en",
        style=_STYLE,
        other=other,
        switch="English" if other == "en" else "中文",
        title=_TITLE.in_(language),
        tone=words.tone,
        mark=words.mark,
        verdict=words.verdict.in_(language),
        sentence=words.sentence.in_(language),
        content=_content(found, today, language) if found and today else "",
    )
    return page, _POLICY


def _words(checked: Checked | None, today: date | None) -> _Words:
    if checked is None:
        return _UNAVAILABLE
    if checked.found and today and checked.found.bundle.expired(today):
        return _EXPIRED
    return _VERDICTS[checked.verdict]


def _content(found: Verified, today: date, language: Language) -> str:
    bundle = found.bundle
    cards = [_case(bundle, language)]
    cards += [_certificate(c, today, language) for c in bundle.certificates]
    return "\n".join([*cards, _footer(found, language)])


def _case(bundle: Bundle, language: Language) -> str:
    rows = [
        (_ONE_THING, bundle.one_thing.name.in_(language)),
        (_CASE, bundle.sub),
        (_ISSUED, f"{bundle.issued_at:%Y-%m-%d %H:%M}"),
    ]
    if bundle.district:
        rows.insert(1, (_DISTRICT, bundle.district.name.in_(language)))
    return f'<section class="card">{_rows(rows, language)}</section>'


def _certificate(certificate: BundledCertificate, today: date, language: Language) -> str:
    until = certificate.valid_until
    rows = [
        (_NUMBER, certificate.number),
        (_ITEM, certificate.item.name.in_(language)),
        (_DEPARTMENT, certificate.department.name.in_(language)),
        (_ISSUED, certificate.issued_on.isoformat()),
        (_UNTIL, until.isoformat() if until else _NO_END.in_(language)),
    ]
    past = f'<p class="expired">{_PAST.in_(language)}</p>' if certificate.expired(today) else ""
    name = escape(certificate.name)
    return f'<section class="card"><h2>{name}</h2>{_rows(rows, language)}{past}</section>'


def _footer(found: Verified, language: Language) -> str:
    code = f"<code>{code_as_printed(found.bundle.jti)}</code>"
    return f"<footer><p>{_CODE.in_(language)} {code}</p><p>{_OFFLINE.in_(language)}</p></footer>"


def _rows(rows: Iterable[tuple[Text, str]], language: Language) -> str:
    cells = (f"<dt>{name.in_(language)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return f"<dl>{''.join(cells)}</dl>"


_TITLE = Text(zh="一件事一次办 · 证照核验", en="one thing, done once · certificate check")
_ONE_THING = Text(zh="一件事", en="One thing")
_DISTRICT = Text(zh="区", en="District")
_CASE = Text(zh="办件编号", en="Case")
_ISSUED = Text(zh="发证日期", en="Issued")
_NUMBER = Text(zh="证照编号", en="Number")
_ITEM = Text(zh="办理事项", en="Item")
_DEPARTMENT = Text(zh="发证部门", en="Issued by")
_UNTIL = Text(zh="有效期至", en="Valid until")
_NO_END = Text(zh="长期", en="no end")
_PAST = Text(zh="已过有效期", en="No longer valid: its last day is over")
_CODE = Text(zh="核验码", en="Check code")
_OFFLINE = Text(
    zh="请核对本页地址为政务网站，并将以上内容与纸质证照逐项比对；"
    "发证之后的变更、撤销以发证部门为准。",
    en="Make sure that this page is on the government's own address, and compare it with the "
    "paper line by line. The department that issued a certificate knows whether it was changed "
    "or revoked since.",
)
_VERDICTS = {
    Verdict.VALID: _Words(
        "good",
        "✓",
        Text(zh="签名有效", en="The signature is valid"),
        Text(zh="下列证照由本平台统一发放。", en="These certificates were issued here, as one."),
    ),
    Verdict.KEY_RETIRED: _Words(
        "good",
        "✓",
        Text(zh="签名有效", en="The signature is valid"),
        Text(
            zh="下列证照由本平台统一发放；签名密钥此后已更换，不影响效力。",
            en="These certificates were issued here, as one. The key was replaced since; "
            "that takes nothing from them.",
        ),
    ),
    Verdict.UNKNOWN: _Words(
        "bad",
        "?",
        Text(zh="查无此码", en="This code is unknown"),
        Text(
            zh="本平台没有以此核验码发放过证照，请检查是否输入有误。",
            en="Nothing was issued under this code. Check that it was typed as printed.",
        ),
    ),
    Verdict.BROKEN: _Words(
        "bad",
        "✗",
        Text(zh="签名无效", en="The signature does not hold"),
        Text(
            zh="存有此码的记录无法通过签名验证，请勿采信，并向窗口反映。",
            en="What is kept under this code does not bear our signature. Do not rely on it, and "
            "tell a service window.",
        ),
    ),
}
_EXPIRED = _Words(
    "warn",
    "!",
    Text(zh="签名有效，部分证照已过有效期", en="The signature is valid; not all is still in force"),
    Text(
        zh="下列证照由本平台统一发放，其中标明者已过有效期。",
        en="These certificates were issued here, as one; those marked are past their last day.",
    ),
)
_UNAVAILABLE = _Words(
    "warn",
    "…",
    Text(zh="暂时无法核验", en="It cannot be checked just now"),
    Text(zh="请稍后再试。", en="Please try again in a moment."),
)
