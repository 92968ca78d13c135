"""What is told of a record from its bytes: who matches is never passed over."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.journal.entry import Entry
from mocks.journal.glance import Glance
from mocks.journal.matching import Matcher
from mocks.journal.record import Outcome, Received, packed, real_at_of, unpacked
from tests.mocks.journal.test_matching import AT

Wanted = dict[str, Any]


def record(body: bytes = b"", kind: str = "", query: bytes = b"", **said: Any) -> bytes:
    outcome = Outcome(status=201, duration_s=0.01, operation="apply", fault="delay+lag")
    headers = [(b"content-type", kind.encode()), (b"idempotency-key", b"k-77")]
    return packed(
        Received(
            real_at=AT.timestamp(), virtual_at=AT, method="POST", path="/a/申请", query=query,
            headers=headers, body=body, size=len(body), **said,
        ),
        outcome,
    )  # fmt: skip


def entry(payload: bytes) -> Entry:
    outcome, received = unpacked(payload)
    return Entry(id=1, department="market", outcome=outcome, received=received)


def xml(inside: str) -> bytes:
    return f"<Ask>{inside}</Ask>".encode()


@pytest.mark.parametrize(
    ("payload", "wanted"),
    [
        (record(), {"operation": "apply", "fault": "lag", "status": 201}),
        (record(), {"method": "POST", "path": "/a/申请", "key": "k-77"}),
        (record(kind="a/b"), {"headers": {"Content-Type": "a/b", "idempotency-key": "*"}}),
        (record(b'{"reference": "c:\\u0041b"}'), {"reference": "c:Ab"}),
        (record(b'{"n": 1e2, "yes": true, "f": 1E1}'), {"body": {"n": 100.0, "yes": True}}),
        (record(xml("<CaseRef>c&#58;A&#x62;</CaseRef>")), {"reference": "c:Ab"}),
        (record(xml("<CaseRef>c:a<![CDATA[b1]]></CaseRef>")), {"reference": "c:ab1"}),
        (record(xml("<CaseRef><![CDATA[c:a]]>b1</CaseRef>")), {"reference": "c:ab1"}),
        (record(xml("<CaseRef><![CDATA[c:a]]><![CDATA[b1]]></CaseRef>")), {"reference": "c:ab1"}),
        (record(xml("<Doc>&lt;R&gt;&lt;LSH&gt;9&amp;#65;&lt;/LSH&gt;&lt;/R&gt;</Doc>")),
         {"body": {"Ask": {"Doc": {"R": {"LSH": "9A"}}}}}),
        (record(b"remark=c%3A%41b", "application/x-www-form-urlencoded"), {"reference": "c:Ab"}),
        (record(query=b"reference=c%3a%41b"), {"reference": "c:Ab", "query": {"reference": "*"}}),
        (record('{"reference": "c:1"}'.encode("utf-16"), "application/json; charset=UTF-16"),
         {"reference": "c:1"}),
        (record(b'{"token": "geheim"}'), {"body": {"token": "***"}, "text": "***"}),
        (record('{"name": "上海"}'.encode("gbk"), "a/json; Charset=GBK"), {"text": "上海"}),
    ],
)  # fmt: skip
def test_who_matches_is_worth_decoding_however_it_is_written(
    payload: bytes, wanted: Wanted
) -> None:
    matcher = Matcher.of(wanted)

    assert matcher.matches(entry(payload))
    assert Glance(matcher).may_match(payload)


@pytest.mark.parametrize(
    "wanted",
    [
        {"operation": "find"}, {"fault": "busy"}, {"status": 500}, {"method": "GET"},
        {"path": "/b"}, {"key": "k-78"}, {"reference": "c:2x"}, {"text": "elsewhere"},
        {"since": "2026-09-21T09:00:01+08:00"}, {"body": {"form": {"uscc": "91X"}}},
    ],
)  # fmt: skip
def test_who_cannot_match_is_passed_over_undecoded(wanted: Wanted) -> None:
    payload = record(b'{"reference": "c:1", "form": {"uscc": "91Y"}}', "application/json")

    assert not Glance(Matcher.of(wanted)).may_match(payload)


_TEXT = st.text(st.sampled_from('aA1:-_é文 &<>"%\\*'), max_size=6)


@given(value=_TEXT, wanted=_TEXT, escaped=st.booleans())
def test_nothing_that_matches_is_lost(value: str, wanted: str, escaped: bool) -> None:
    body = json.dumps({"reference": value, "note": wanted}, ensure_ascii=escaped).encode()
    payload = record(body, "application/json; charset=utf-8")
    for asked in ({"reference": wanted}, {"text": wanted}, {"body": {"note": wanted}}):
        matcher = Matcher.of(asked)
        assert Glance(matcher).may_match(payload) or not matcher.matches(entry(payload))


def test_when_it_came_is_read_where_it_stands() -> None:
    payload = record()

    assert real_at_of(payload) == unpacked(payload)[1].real_at == AT.timestamp()
