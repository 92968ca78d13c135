"""A row nothing can be made of is left out of a page or a message; the others are told."""

import hashlib
import hmac
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from adapters.department import DeclaredDepartment
from adapters.errors import ContractBroken
from adapters.findings import Findings
from adapters.manifest.read import FILE, read_manifest
from adapters.registry import build
from adapters.values import WHOLE_PAGE
from adapters.wire import Endpoint
from tests.adapters.conftest import RIM, Counter
from tests.adapters.test_departments_speak import DEPARTMENTS, shipped

NOW, SECRET = 1_795_399_200, "bell"
ROW = (
    "<change><applyNo>{no}</applyNo><refNo>c-1:D:file:1</refNo><busiType>ZP</busiType>"
    "<acceptTime>2026-03-02 09:00:00</acceptTime><status>{status}</status>"
    "<statusTime>2026-03-02 09:00:00</statusTime></change>"
)
PAGE = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    '<a:listChangesResponse xmlns:a="http://lhsr.sh.gov.example/signapp"><result>'
    "<resultCode>0</resultCode><resultMsg>成功</resultMsg><nextCursor>{cursor}</nextCursor>"
    "<more>false</more>{rows}</result></a:listChangesResponse></soap:Body></soap:Envelope>"
)


def page(*rows: tuple[str, str], cursor: str = "3") -> str:
    return PAGE.format(cursor=cursor, rows="".join(ROW.format(no=n, status=s) for n, s in rows))


async def test_a_row_of_a_feed_without_a_meaning_is_left_out_and_named(counter: Counter) -> None:
    greening = shipped("greening", counter.url, {"app_code": "onething"})
    counter.says(page(("LH1", "S0"), ("LH2", "99"), ("LH3", "S8")))
    try:
        told = await greening.changes(None, budget=2)
    finally:
        await greening.aclose()

    assert [progress.receipt for progress in told.progress] == ["LH1", "LH3"]
    assert (told.cursor, told.more) == ("3", False)
    [unread] = told.unread or ()
    assert unread.receipt == "LH2"
    assert "status" in unread.why


@pytest.mark.parametrize("none", ["0001-01-01 00:00:00", "9999-12-31 23:59:59"])
async def test_a_row_with_a_moment_of_no_time_is_left_out_and_named(
    counter: Counter, none: str
) -> None:
    greening = shipped("greening", counter.url, {"app_code": "onething"})
    odd = page(("LH1", "S0"), ("LH2", "S0")).replace(
        "<statusTime>2026-03-02 09:00:00", f"<statusTime>{none}", 1
    )
    counter.says(odd)
    try:
        told = await greening.changes(None, budget=2)
    finally:
        await greening.aclose()

    assert [progress.receipt for progress in told.progress] == ["LH2"]
    assert [row.receipt for row in told.unread or ()] == ["LH1"]


async def test_a_row_whose_number_cannot_be_read_either_is_counted(counter: Counter) -> None:
    greening = shipped("greening", counter.url, {"app_code": "onething"})
    counter.says(page(("LH1", "S0"), ("", "S0")))
    try:
        told = await greening.changes(None, budget=2)
    finally:
        await greening.aclose()

    assert [progress.receipt for progress in told.progress] == ["LH1"]
    assert [unread.receipt for unread in told.unread or ()] == [None]


@pytest.mark.parametrize("rows", [WHOLE_PAGE, WHOLE_PAGE - 1])
async def test_many_rows_of_which_none_is_understood_are_a_broken_page(
    counter: Counter, rows: int
) -> None:
    greening = shipped("greening", counter.url, {"app_code": "onething"})
    counter.says(page(*((f"LH{n}", "99") for n in range(rows))))
    try:
        if rows < WHOLE_PAGE:
            assert len((await greening.changes(None, budget=2)).unread or ()) == rows
        else:
            with pytest.raises(ContractBroken):
                await greening.changes(None, budget=2)
    finally:
        await greening.aclose()


async def test_a_page_without_a_cursor_is_broken_as_a_whole(counter: Counter) -> None:
    greening = shipped("greening", counter.url, {"app_code": "onething"})
    counter.says(page(("LH1", "S0")).replace("<nextCursor>3</nextCursor>", ""))
    try:
        with pytest.raises(ContractBroken):
            await greening.changes(None, budget=2)
    finally:
        await greening.aclose()


def market_in_rows(folder: Path) -> DeclaredDepartment:
    """The market department as if one message of its could be about several applications."""
    target = folder / "market"
    shutil.copytree(DEPARTMENTS / "market", target)
    contract, manifest = target / "contract" / "market-api.yaml", target / FILE
    one = "        application:\n          $ref: '#/components/schemas/Application'"
    many = one.replace("application:", "applications:\n          type: array\n          items:")
    text, (event, rest) = contract.read_text("utf-8"), ("    StatusEvent:\n", "")
    before, _, rest = text.partition(event)
    rest = rest.replace(one, many.replace("          $ref", "            $ref"), 1)
    rest = rest.replace("- application\n", "- applications\n", 1)
    contract.write_text(before + event + rest, "utf-8")
    said, pinned = manifest.read_text("utf-8"), hashlib.sha256(contract.read_bytes()).hexdigest()
    head, _, reply = said.partition("[callback.reply]\n")
    head = "".join(
        f'sha256 = "{pinned}"\n' if line.startswith("sha256") else line
        for line in head.splitlines(keepends=True)
    )
    reply = reply.replace('"application.', '".')
    manifest.write_text(f'{head}each = "applications"\n[callback.reply]\n{reply}', "utf-8")
    findings = Findings(FILE)
    read = read_manifest(target, findings)
    assert read is not None, findings.items
    credentials = dict.fromkeys(("client_id", "client_secret", "callback_secret"), SECRET)
    made = build(read, Endpoint(url="http://127.0.0.1:1", credentials=credentials), RIM, findings)
    assert made is not None, [str(finding) for finding in findings.items]
    return made


def application(number: str, note: str | None = None, status: str = "ACCEPTED") -> dict[str, Any]:
    return {
        "application_no": number,
        "kind": "food-business-licence",
        "reference": "c-1:B:file:1",
        "received_at": "2026-11-23T09:00:00+08:00",
        "status": status,
        "status_at": "2026-11-23T10:00:00+08:00",
        "note": note,
        "supplement_references": [],
    }


def signed(message: str) -> tuple[dict[str, str], bytes]:
    """What a message of market says of itself, and the message."""
    body = message.encode()
    digest = hmac.new(SECRET.encode(), f"{NOW}.".encode() + body, "sha256").hexdigest()
    return {"x-market-timestamp": str(NOW), "x-market-signature": f"sha256={digest}"}, body


async def test_a_message_that_tells_a_member_twice_is_not_believed(tmp_path: Path) -> None:
    market = market_in_rows(tmp_path)
    whole = {
        "event_id": "e1",
        "type": "application.status_changed",
        "occurred_at": "2026-11-23T10:00:00+08:00",
        "applications": [application("SJ1", None)],
    }
    once = json.dumps(whole)
    twice = once.replace('"event_id"', '"event_id": "e0", "event_id"')
    try:
        assert market.callback(*signed(once), now=NOW)
        with pytest.raises(ContractBroken, match="tells a member twice"):
            market.callback(*signed(twice), now=NOW)
    finally:
        await market.aclose()


@pytest.mark.parametrize("wrong", [{"note": "\x01"}, {"status": "LOST"}], ids=["note", "status"])
async def test_what_was_understood_of_a_message_comes_with_the_complaint_about_the_rest(
    tmp_path: Path, wrong: dict[str, Any]
) -> None:
    market = market_in_rows(tmp_path)
    whole = {
        "event_id": "e1",
        "type": "application.status_changed",
        "occurred_at": "2026-11-23T10:00:00+08:00",
        "applications": [
            application("SJ1", None),
            application("SJ2", **wrong),
            application("SJ3", None),
        ],
    }
    headers, body = signed(json.dumps(whole))
    try:
        with pytest.raises(ContractBroken) as broken:
            market.callback(headers, body, now=NOW)
    finally:
        await market.aclose()

    assert [progress.receipt for progress in broken.value.understood] == ["SJ1", "SJ3"]
    assert list(broken.value.numbers) == ["SJ2"]
    assert next(iter(wrong)) in broken.value.message


async def test_a_row_that_breaks_the_contract_is_no_excuse_for_the_page_around_it(
    counter: Counter,
) -> None:
    greening = shipped("greening", counter.url, {"app_code": "onething"})
    counter.says(page(("LH1", "S0"), ("LH2", "99")).replace("<more>false", "<more>perhaps"))
    try:
        with pytest.raises(ContractBroken, match="more"):
            await greening.changes(None, budget=2)
    finally:
        await greening.aclose()
