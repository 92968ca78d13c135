"""Requests that are looked for, and how near others came."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mocks.core.clock import SHANGHAI
from mocks.journal.entry import Entry
from mocks.journal.matching import Difference, Matcher
from mocks.journal.nearness import near_misses
from mocks.journal.record import Outcome, Received, packed, unpacked

AT = datetime(2026, 9, 21, 9, tzinfo=SHANGHAI)
SOAP = """<?xml version="1.0" encoding="GBK"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>
<w:Security xmlns:w="urn:w"><w:UsernameToken><w:Username>u</w:Username>
<w:Password Type="t">geheim</w:Password></w:UsernameToken></w:Security></s:Header>
<s:Body><p:SubmitCase xmlns:p="urn:p"><p:CaseRef>c:1</p:CaseRef>
<p:Material><p:Code>A</p:Code></p:Material><p:Material><p:Code>B</p:Code></p:Material>
<p:Inner>&lt;REQ&gt;&lt;LSH&gt;9&lt;/LSH&gt;&lt;/REQ&gt;</p:Inner>
</p:SubmitCase></s:Body></s:Envelope>"""
JSON = '{"reference":"c:2","form":{"uscc":"9131","floor":1},"docs":[{"code":"A"},{"code":"B"}]}'


def entry(
    body: str = JSON, *, number: int = 1, kind: str = "application/json", **said: Any
) -> Entry:
    received = Received(
        real_at=AT.timestamp() + number,
        virtual_at=AT,
        method="POST",
        path=said.pop("path", "/applications"),
        query=b"page=2&token=geheim",
        headers=[(b"content-type", kind.encode()), (b"x-trace", b"t-1")],
        body=body.encode("gbk" if "GBK" in body else "utf-8"),
        size=len(body),
    )
    outcome = Outcome(status=201, duration_s=0.01, operation="apply", **said)
    outcome, received = unpacked(packed(received, outcome))
    return Entry(id=number, department="market", outcome=outcome, received=received)


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"department": "market", "operation": "apply", "method": "POST", "status": 201},
        {"path": "/applications", "query": {"page": "2"}, "headers": {"X-Trace": "*"}},
        {"reference": "c:2", "text": '"uscc":"9131"'},
        {"body": {"form": {"uscc": "9131"}}},
        {"body": {"form": {"floor": 1}, "docs": [{"code": "*"}, {"code": "B"}]}},
        {"since": "2026-09-21T09:00:00+08:00"},
    ],
)
def test_what_is_not_named_may_be_anything(wanted: dict[str, Any]) -> None:
    assert Matcher.of(wanted).matches(entry())


@pytest.mark.parametrize(
    ("wanted", "difference"),
    [
        ({"operation": "find"}, ("operation", "find", "apply")),
        ({"fault": "*"}, ("fault", "*", None)),
        ({"headers": {"x-trace": "t-2"}}, ("header x-trace", "t-2", "t-1")),
        ({"query": {"size": "1"}}, ("query size", "1", None)),
        ({"body": {"form": {"uscc": "9132"}}}, ("body /form/uscc", "9132", "9131")),
        ({"body": {"docs": [{"code": "A"}, {"code": "C"}]}}, ("body /docs[2]/code", "C", "B")),
        ({"body": {"absent": True}}, ("body /absent", "true", None)),
        ({"text": "没有"}, ("text", "没有", None)),
    ],
)
def test_a_difference_names_its_place(
    wanted: dict[str, Any], difference: tuple[str, str, str | None]
) -> None:
    where, expected, got = difference

    assert list(Matcher.of(wanted).differences(entry())) == [
        Difference(where=where, expected=expected, got=got)
    ]


def test_a_soap_body_is_matched_by_local_names_whatever_its_prefixes_and_charset() -> None:
    soap = entry(SOAP, kind="text/xml; charset=GBK")

    wanted = {"SubmitCase": {"CaseRef": "c:1", "Material": [{"Code": "A"}, {"Code": "B"}]}}
    assert Matcher.of({"reference": "c:1", "body": wanted}).matches(soap)
    assert Matcher.of({"body": {"SubmitCase": {"Inner": {"REQ": {"LSH": "9"}}}}}).matches(soap)
    assert "geheim" not in str(soap.shown())


def test_a_fault_that_struck_together_with_another_is_found() -> None:
    assert Matcher.of({"fault": "lag"}).matches(entry(fault="delay+lag"))


def test_the_nearest_comes_first_and_a_match_is_none() -> None:
    fitting, near = entry(number=1), entry(number=2, path="/elsewhere")
    nearer = entry(number=3, path="/elsewhere")
    far = entry("{}", number=4, path="/elsewhere")
    wanted = Matcher.of({"path": "/applications", "reference": "c:2"})

    found = near_misses(wanted, [fitting, near, far, nearer], limit=2)

    assert [one.entry.id for one in found] == [3, 2]
    assert found[0].differences == (
        Difference(where="path", expected="/applications", got="/elsewhere"),
    )


def test_a_reference_nearly_right_comes_before_one_unlike_and_that_before_none() -> None:
    mistyped = entry('{"reference":"case:A:file:1"}', number=1)
    unlike = entry('{"reference":"s:42"}', number=2)
    bare = [entry("{}", number=number) for number in range(3, 9)]
    wanted = Matcher.of({"reference": "case:A:file:2"})

    found = near_misses(wanted, [*bare, unlike, mistyped], limit=3)

    assert [one.entry.id for one in found] == [1, 2, 8]


@pytest.mark.parametrize("got", ["case:A:file:12", "case:A:fil:1", "case:B:file:1", "ase:A:file:1"])
def test_a_slip_anywhere_in_a_reference_is_nearer_than_another_operation(got: str) -> None:
    slip = entry(f'{{"reference":"{got}"}}', number=1)
    elsewhere = entry('{"reference":"case:A:file:1"}', number=2, path="/quite/another")
    wanted = Matcher.of({"reference": "case:A:file:1", "path": "/applications", "method": "POST"})

    assert [one.entry.id for one in near_misses(wanted, [elsewhere, slip], limit=9)] == [1, 2]


@pytest.mark.parametrize("body", ["", "{", "<a", "<!DOCTYPE a><a/>", "[" * 5000, "\x00\xff"])
def test_a_body_of_any_kind_has_leaves_or_none(body: str) -> None:
    assert entry(body).leaves == {}


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        Matcher.of({"since": "2026-09-21T09:00:00"})


def test_real_time_is_told_in_utc() -> None:
    assert entry(number=0).real_at == AT.astimezone(UTC)


def test_nothing_that_is_shown_or_searched_holds_a_credential_of_the_path() -> None:
    one = entry(path="/applications;jsessionid=geheim/1")

    assert one.shown()["path"] == "/applications;jsessionid=***/1"
    assert not list(Matcher.of({"path": "/applications;jsessionid=***/1"}).differences(one))
    assert list(Matcher.of({"text": "geheim"}).differences(one))


def test_a_body_that_was_cut_is_read_in_its_charset_and_holds_no_credential() -> None:
    body = '{"口令":"geheim","名称":"徐汇"'.encode()[:-2]
    received = Received(
        real_at=0, virtual_at=AT, method="POST", path="/", query=b"", headers=[], body=body, size=99
    )

    shown = Entry(id=1, department="market", outcome=Outcome(), received=received).body

    assert shown == '{"口令":"***","名称":"徐'
