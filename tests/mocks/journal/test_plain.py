"""A body asked in one place says what its masked text says there, or nothing at all."""

import json
import time
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mocks.journal.entry import Entry
from mocks.journal.matching import Matcher
from mocks.journal.nearness import near_misses
from mocks.journal.record import Outcome, Received
from tests.mocks.journal.test_matching import AT, SOAP

JSON = "application/json"
NAMES = (
    "form", "uscc", "password", "name", "value", "code", "token", "key", "note", "param", "类",
)  # fmt: skip
TEXTS = (
    "geheim", "password", "token", "a b", "口令：geheim", "token=geheim", "Bearer geheim123", "1",
    "", "<r><a>1</a></r>", "<r><password>geheim</password></r>", '{"password":"geheim"}', "é",
)  # fmt: skip
values: Any = st.recursive(
    st.sampled_from(TEXTS) | st.integers(0, 9) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=8,
)


def entry(body: bytes, kind: str = JSON, size: int | None = None) -> Entry:
    received = Received(
        real_at=AT.timestamp(), virtual_at=AT, method="POST", path="/", query=b"",
        headers=[(b"content-type", kind.encode())], body=body, size=size or len(body),
    )  # fmt: skip
    return Entry(id=1, department="market", outcome=Outcome(), received=received)


def agree(one: Entry, expected: str) -> None:
    """Every place there is, and two there are not, is told as the masked text tells it."""
    leaves = one.leaves
    for path in [*leaves, "/absent", "/form/uscc", "/r/a", "/form/password", "/param[2]/value"]:
        for wanted in {expected, "geheim", "*", leaves.get(path, "")}:
            says = one.says(path, wanted)
            masked = path in leaves and wanted in ("*", leaves[path])
            assert says in (None, masked), (path, wanted, leaves)


@example(body={"form": [[[], {"form": None}]]}, expected="geheim")
@given(body=st.dictionaries(st.sampled_from(NAMES), values), expected=st.sampled_from(TEXTS))
def test_json_says_what_its_masked_text_says(body: dict[str, Any], expected: str) -> None:
    agree(entry(json.dumps(body, ensure_ascii=False).encode()), expected)
    agree(entry(json.dumps(body).encode()), expected)


def _as_xml(value: Any, labelled: bool) -> str:
    if isinstance(value, dict):
        said = ' name="password"' if labelled else ""
        return "".join(f"<{n}{said}>{_as_xml(v, not labelled)}</{n}>" for n, v in value.items())
    if isinstance(value, list):
        return "".join(f"<code>{_as_xml(one, labelled)}</code>" for one in value)
    return escape(str(value))


@given(
    body=st.dictionaries(st.sampled_from(NAMES), values),
    expected=st.sampled_from(TEXTS),
    labelled=st.booleans(),
    soap=st.booleans(),
)
def test_xml_says_what_its_masked_text_says(
    body: dict[str, Any], expected: str, labelled: bool, soap: bool
) -> None:
    text = f"<form>{_as_xml(body, labelled)}</form>"
    if soap:
        text = f'<s:Envelope xmlns:s="urn:s"><s:Body>{text}</s:Body></s:Envelope>'

    agree(entry(text.encode(), "text/xml; charset=utf-8"), expected)


@pytest.mark.parametrize(
    ("body", "path", "value"),
    [
        ('{"form": {"uscc": "9131"}}', "/form/uscc", "9131"),
        ('{"docs": [{"code": "A"}, {"code": "B"}]}', "/docs[2]/code", "B"),
        (SOAP.replace("GBK", "UTF-8"), "/SubmitCase/CaseRef", "c:1"),
        (SOAP.replace("GBK", "UTF-8"), "/SubmitCase/Material[2]/Code", "B"),
        (SOAP.replace("GBK", "UTF-8"), "/SubmitCase/Inner/REQ/LSH", "9"),
    ],
)
def test_the_usual_questions_need_no_mask(body: str, path: str, value: str) -> None:
    one = entry(body.encode(), "text/xml" if body[0] == "<" else JSON)

    assert one.says(path, value) is True
    assert one.says(path, "another") is False
    assert one.says(f"{path}x", value) is False
    assert "body" not in vars(one)


@pytest.mark.parametrize(
    ("body", "match"),
    [
        ({"password": "geheim"}, {"password": "geheim"}),
        ({"password": {"old": "geheim"}}, {"password": {"old": "geheim"}}),
        ({"name": "token", "value": "geheim"}, {"value": "geheim"}),
        ({"note": "口令：geheim"}, {"note": "口令：geheim"}),
        ({"a": [["password", "geheim"]]}, {"a": ["password", "geheim"]}),
        ({"inner": '{"token": "geheim"}'}, {"inner": '{"token": "geheim"}'}),
    ],
)
def test_nobody_finds_out_by_guessing_what_is_masked(body: Any, match: Any) -> None:
    one = entry(json.dumps(body, ensure_ascii=False).encode())

    assert "geheim" not in str(one.shown())
    assert not Matcher.of({"body": match}).matches(one)


def test_a_body_that_was_cut_is_compared_as_it_is_shown() -> None:
    assert entry(b'{"uscc": "9131"}', size=99).says("/uscc", "9131") is None


def test_ten_thousand_bodies_of_two_kilobytes_are_asked_in_a_second() -> None:
    items = [{"code": f"A{n}", "sha256": f"{n:064x}"} for n in range(20)]
    body = json.dumps({"creditCode": "9131", "form": {"uscc": "9131", "items": items}}).encode()
    matcher = Matcher.of({"body": {"form": {"uscc": "9131"}}})
    entries = [entry(body) for _ in range(10_000)]

    began = time.process_time()
    found = sum(map(matcher.matches, entries))

    assert found == 10_000
    assert time.process_time() - began < 4.0  # some 0.5; 15 where every one was masked


def test_near_misses_are_those_of_the_masked_texts_and_few_are_masked() -> None:
    bodies = [{"remark": f"case:{n}:file:1", "password": "geheim"} for n in range(500)]
    entries = [entry(json.dumps(body).encode()) for body in bodies]
    wanted = Matcher.of({"body": {"remark": "case:77:file:2"}})

    found = near_misses(wanted, entries, limit=3)

    assert [one.differences[0].got for one in found][:1] == ["case:77:file:1"]
    assert sum("body" in vars(one) for one in entries) < 150
