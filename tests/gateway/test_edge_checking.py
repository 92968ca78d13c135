"""Checking by code: what anybody sees, in two languages or as JSON, and what nobody learns."""

import base64
import hashlib
import re
from datetime import date, datetime

import httpx
import pytest
from starlette.applications import Starlette

from gateway.cases.errors import StoreUnavailable
from gateway.edge.checking import KEYS as KEYS_PATH
from gateway.edge.checking import checking_routes
from gateway.issuing.bundle import Bundle, code_as_printed
from gateway.issuing.check import Checker
from gateway.issuing.keys import IssuingKeys, keys_of
from gateway.issuing.signing import sign, verify
from schema.domain.calendar import SHANGHAI
from tests.gateway.bundles import CODE, KEYS, TODAY, bundle, key

UNKNOWN = "A" * 26
PAGE = {"accept": "text/html", "accept-language": "en"}


class FakeKept:
    """Bundles by code; can be told to be away."""

    def __init__(self, **signed: str) -> None:
        self.signed = signed
        self.asked: list[str] = []
        self.away = False

    async def find(self, code: str) -> str | None:
        self.asked.append(code)
        if self.away:
            raise StoreUnavailable("away")
        return self.signed.get(code)


class Desk:
    """A browser at the page of one gateway."""

    def __init__(self, kept: FakeKept, keys: IssuingKeys = KEYS, today: date = TODAY) -> None:
        now = datetime(today.year, today.month, today.day, 12, tzinfo=SHANGHAI)
        routes = checking_routes(Checker(kept, keys.check), keys.jwks(), now=lambda: now)
        transport = httpx.ASGITransport(app=Starlette(routes=routes))
        self._client = httpx.AsyncClient(transport=transport, base_url="http://gov.example")

    async def get(self, path: str, **headers: str) -> httpx.Response:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._client.get(path, headers=given)


def kept(what: Bundle | None = None, keys: IssuingKeys = KEYS) -> FakeKept:
    return FakeKept(**{CODE: sign(what or bundle(), keys)})


async def test_the_page_shows_what_was_certified_and_that_the_signature_holds() -> None:
    answer = await Desk(kept()).get(f"/check/{CODE}", **PAGE)

    assert answer.status_code == 200
    for told in ("The signature is valid", "Open a restaurant", "31010420260907-AB", "Xuhui",
                 "食品经营许可证", "JY13101040000018", "Market regulation", "2026-09-07",
                 code_as_printed(CODE)):  # fmt: skip
        assert told in answer.text


@pytest.mark.parametrize(
    ("path", "language", "words"),
    [("", "zh-CN", "签名有效"), ("", "en-GB,en", "The signature is valid"),
     ("?lang=en", "zh", "The signature is valid"), ("?lang=zh", "en", "签名有效")],
)  # fmt: skip
async def test_the_page_speaks_the_browsers_language_or_the_one_chosen(
    path: str, language: str, words: str
) -> None:
    answer = await Desk(kept()).get(
        f"/check/{CODE}{path}", accept="text/html", accept_language=language
    )

    assert words in answer.text


async def test_the_page_loads_nothing_and_its_policy_admits_its_own_style_alone() -> None:
    answer = await Desk(kept()).get(f"/check/{CODE}", **PAGE)

    policy = answer.headers["content-security-policy"]
    style = re.search("<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert re.findall(r"<script|src=|url\(|http", answer.text) == []
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_what_departments_wrote_is_text_on_the_page() -> None:
    answer = await Desk(kept(bundle(name="<img src=x onerror=alert(1)>$style"))).get(
        f"/check/{CODE}", **PAGE
    )

    assert "<img" not in answer.text
    assert "&lt;img src=x onerror=alert(1)&gt;$style" in answer.text


@pytest.mark.parametrize(
    ("until", "expired"), [(date(2026, 9, 7), True), (TODAY, False), (None, False)]
)
async def test_a_certificate_past_its_last_day_is_marked(until: date | None, expired: bool) -> None:
    desk = Desk(kept(bundle(until=until)))

    page = await desk.get(f"/check/{CODE}", **PAGE)
    data = (await desk.get(f"/check/{CODE}")).json()

    assert ("its last day is over" in page.text) is expired
    assert ("not all is still in force" in page.text) is expired
    assert data["expired"] == (["JY13101040000018"] if expired else [])


async def test_programs_get_the_bundle_word_for_word_and_signed() -> None:
    answer = await Desk(kept()).get(f"/check/{CODE}")

    data = answer.json()
    assert data["verdict"] == "valid"
    assert data["signature"] == {"valid": True, "kid": KEYS.kid, "retired": False}
    assert data["bundle"]["certificates"][0]["department"]["id"] == "market"
    assert data["checked_on"] == "2026-09-08"
    assert verify(data["signed"], KEYS.check).bundle == bundle()


async def test_the_signed_text_itself_can_be_had() -> None:
    answer = await Desk(kept()).get(f"/check/{CODE}", accept="application/jose")

    assert answer.headers["content-type"] == "application/jose"
    assert answer.text == sign(bundle(), KEYS)


async def test_a_code_is_found_however_it_is_typed() -> None:
    answer = await Desk(kept()).get(f"/check/{code_as_printed(CODE).lower()}")

    assert answer.json()["verdict"] == "valid"


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
async def test_every_unknown_code_gets_the_same_answer(accept: str) -> None:
    desk = Desk(kept())
    codes = (UNKNOWN, CODE[:-1] + "4", "1", "x" * 500, "%3Cscript%3E", "%00")

    answers = [await desk.get(f"/check/{code}", accept=accept) for code in codes]

    assert {a.status_code for a in answers} == {404}
    assert len({(a.text, str(a.headers)) for a in answers}) == 1
    assert answers[0].headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "signed",
    ["nonsense", sign(bundle(), IssuingKeys(key())), sign(bundle(code=UNKNOWN), KEYS)],
    ids=["nonsense", "another key", "another code"],
)
async def test_what_the_store_holds_is_not_believed_without_our_signature(signed: str) -> None:
    desk = Desk(FakeKept(**{CODE: signed}))

    page = await desk.get(f"/check/{CODE}", **PAGE)
    data = await desk.get(f"/check/{CODE}")

    assert "The signature does not hold" in page.text
    assert "JY13101040000018" not in page.text
    assert (data.status_code, data.json()) == (502, {"verdict": "broken"})
    assert data.headers["cache-control"] == "no-store"


async def test_a_bundle_of_a_retired_key_is_still_good() -> None:
    after = IssuingKeys(key(), [KEYS.active])
    desk = Desk(kept(), after)

    assert (await desk.get(f"/check/{CODE}")).json()["verdict"] == "key_retired"
    assert "The key was replaced since" in (await desk.get(f"/check/{CODE}", **PAGE)).text


async def test_a_good_code_asks_the_store_once_and_may_be_kept_for_minutes() -> None:
    store = kept()
    desk = Desk(store)

    answers = [await desk.get(f"/check/{CODE}") for _ in range(3)]
    store.away = True
    answers.append(await desk.get(f"/check/{CODE}"))

    assert store.asked == [CODE]
    assert {a.headers["cache-control"] for a in answers} == {"public, max-age=300"}


async def test_a_store_that_is_away_is_no_verdict() -> None:
    store = kept()
    store.away = True
    desk = Desk(store)

    page = await desk.get(f"/check/{CODE}", **PAGE)
    data = await desk.get(f"/check/{CODE}")

    assert (page.status_code, data.status_code) == (503, 503)
    assert "cannot be checked just now" in page.text
    assert data.json() == {"verdict": "unavailable"}


async def test_keys_are_published_to_be_kept_for_an_hour() -> None:
    answer = await Desk(kept(), IssuingKeys(key(), [KEYS.active])).get(KEYS_PATH)

    assert KEYS_PATH == "/.well-known/onething-bundle-keys.json"
    assert answer.headers["content-type"] == "application/jwk-set+json"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert verify(sign(bundle(), KEYS), keys_of(answer.json())).retired
