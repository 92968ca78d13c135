"""Any document is spoiled the same way: other departments' replies, documents inside strings."""

import json
from collections.abc import Iterator

import pytest
from lxml import etree

from mocks.faults.answering import MADE
from mocks.faults.reply import Context, Reply
from mocks.faults.rule import Fault
from mocks.faults.table import KINDS, Suits
from mocks.faults.values import tree_of

ENV12 = "http://www.w3.org/2003/05/soap-envelope"
INNER = (
    '<?xml version="1.0" encoding="GB18030"?><RESPONSE><HEAD><CODE>0000</CODE>'
    "<CLSJ>2026-09-21 09:00:00</CLSJ></HEAD><BODY><LIST><XM><MC>天平路</MC><ZT>S1</ZT><MJ>12.5</MJ>"
    "</XM><XM><MC>徐汇</MC><ZT>S2</ZT><MJ>7</MJ></XM></LIST></BODY></RESPONSE>"
)
WITH_INNER = Reply(
    status=200,
    headers=(("content-type", "application/soap+xml; charset=GB18030"),),
    body=(
        f'<?xml version="1.0" encoding="GB18030"?><e:Envelope xmlns:e="{ENV12}"><e:Body>'
        f'<q:askResponse xmlns:q="urn:q"><return><![CDATA[{INNER}]]></return></q:askResponse>'
        "</e:Body></e:Envelope>"
    ).encode("gb18030"),
)
NESTED = Reply(
    status=200,
    headers=(("content-type", "application/json"),),
    body=json.dumps(
        {
            "id": 7, "ok": True, "none": None, "state": "OPEN", "at": "2026-09-21T09:00:00+08:00",
            "ms": 1790000000000, "items": [{"name": "沪", "n": 1.5}, {"name": "上", "n": 2}],
        },
        ensure_ascii=False,
    ).encode(),
)  # fmt: skip
BARE = {
    "text": Reply(status=200, headers=(("content-type", "text/plain"),), body=b"OK"),
    "nothing": Reply(status=204),
    "list": Reply(status=200, headers=(("content-type", "application/json"),), body=b"[]"),
}
ON_DOCUMENTS = [n for n in MADE if not n.startswith("token_")]
HEAVY = {"huge_text": {"mb": 1}, "gzip_bomb": {"mb": 1}, "huge_headers": {"mb": 1}}


def made(kind: str, reply: Reply, *, seed: int = 0) -> Reply:
    fault = Fault(kind=kind, seed=seed, told=HEAVY.get(kind, {}))
    return MADE[kind](reply, fault, Context(operation="ask", asked=frozenset({"OPEN"})))


def cases() -> Iterator[tuple[str, str]]:
    for kind in ON_DOCUMENTS:
        suits = KINDS[kind].suits
        if suits is not Suits.REST:
            yield kind, "inner"
        if suits is not Suits.SOAP:
            yield kind, "json"


NO_MOMENTS = {("offset_missing", "inner"), ("other_record", "inner")}


@pytest.mark.parametrize(("kind", "language"), list(cases()))
def test_each_kind_changes_a_document_and_the_same_seed_changes_it_alike(
    kind: str, language: str
) -> None:
    tree = tree_of({"inner": WITH_INNER, "json": NESTED}[language])
    assert tree is not None
    reply = {"inner": WITH_INNER, "json": NESTED}[language].holding(tree.content())

    first, again = made(kind, reply, seed=3), made(kind, reply, seed=3)

    assert first == again
    assert (first != reply) is ((kind, language) not in NO_MOMENTS)


def struck(kind: str, reply: Reply, place: int) -> tuple[Reply, list[int]]:
    heard: list[int] = []
    fault = Fault(kind=kind, place=place, told={"length": 5}, among=heard.append)
    others = {"find": NESTED, "cancel": WITH_INNER}
    return MADE[kind](reply, fault, Context(operation="ask", others=others)), heard


def test_a_place_that_is_told_is_struck_and_each_entry_of_a_list_stands_at_the_same() -> None:
    longer = [struck("overlong_text", NESTED, place) for place in range(6)]

    told = [json.loads(reply.body) for reply, _ in longer]
    assert {heard[0] for _, heard in longer} == {4}
    assert [len(one["state"]) for one in told] == [4, 9, 4, 4, 4, 9]
    assert [[len(row["name"]) for row in one["items"]] for one in told[:5]] == [
        [1, 1], [1, 1], [1, 1], [6, 1], [1, 1],
    ]  # fmt: skip


DRAWN = sorted(name for name, kind in KINDS.items() if kind.drawn and name != "other_operation")


@pytest.mark.parametrize("kind", DRAWN)
def test_a_reply_with_nothing_to_choose_from_says_so(kind: str) -> None:
    bare = Reply(status=204)

    reply, heard = struck(kind, bare, 0)

    assert (reply, heard) == (bare, [0])


def test_what_is_renamed_because_there_is_no_other_reply_is_one_place() -> None:
    heard: list[int] = []
    fault = Fault(kind="other_operation", place=0, among=heard.append)

    made_wrong = MADE["other_operation"](NESTED, fault, Context(operation="ask"))

    assert made_wrong != NESTED
    assert heard == [1]


def test_each_place_of_a_document_inside_is_struck_once() -> None:
    coded = [struck("unknown_code", WITH_INNER, place) for place in range(2)]

    assert [heard for _, heard in coded] == [[2], [2]]
    assert len({reply.body for reply, _ in coded} | {WITH_INNER.body}) == 3


def test_each_other_reply_is_given_in_its_turn() -> None:
    given = [struck("other_operation", BARE["list"], place) for place in range(3)]

    assert [reply for reply, _ in given] == [WITH_INNER, NESTED, WITH_INNER]
    assert [heard for _, heard in given] == [[2], [2], [2]]


@pytest.mark.parametrize("reply", BARE.values(), ids=BARE)
def test_what_is_no_document_leaves_without_trouble(reply: Reply) -> None:
    for kind in ON_DOCUMENTS:
        assert made(kind, reply).status == reply.status


def test_the_document_inside_is_spoiled_and_its_carrier_stays_whole() -> None:
    for seed in range(12):
        spoiled = made("missing_elements", WITH_INNER, seed=seed)
        carrier = etree.fromstring(spoiled.body).find(".//return")
        assert carrier is not None
        inner = str(carrier.text)
        assert inner.startswith('<?xml version="1.0" encoding="GB18030"?>')
        assert inner.count("<MC>") == 1
        assert inner.count("<MJ>") == 2


def test_moments_lose_their_offset_and_are_told_in_utc() -> None:
    spoiled = json.loads(made("offset_missing", NESTED).body)
    assert spoiled["at"] == "2026-09-21T01:00:00"


def test_a_skewed_clock_shifts_every_moment_and_nothing_else() -> None:
    spoiled, good = json.loads(made("clock_skew", NESTED).body), json.loads(NESTED.body)
    assert spoiled["at"] == "2026-09-21T18:00:00+08:00"
    assert spoiled["ms"] - good["ms"] == 9 * 3_600_000
    assert {**spoiled, "at": 0, "ms": 0} == {**good, "at": 0, "ms": 0}


def test_lists_are_emptied_and_repeated() -> None:
    assert json.loads(made("empty_list", NESTED).body)["items"] == []
    assert len(json.loads(made("repeated_records", NESTED).body)["items"]) == 4
    inner = etree.fromstring(made("empty_list", WITH_INNER).body).find(".//return")
    assert inner is not None
    assert "<XM>" not in str(inner.text)


def test_another_record_is_told_where_one_was_asked_for() -> None:
    other = NESTED.holding(NESTED.body.replace(b"OPEN", b"SHUT"))
    context = Context(operation="ask", asked=frozenset({"OPEN"}), elsewhere=other)
    assert MADE["other_record"](NESTED, Fault(kind="other_record"), context) == other


def test_a_moment_at_the_end_of_time_stays_where_it_is() -> None:
    body = b'{"until": "9999-12-31 23:59:59", "at": "2026-09-21 09:00:00"}'
    reply = Reply(status=200, headers=(("content-type", "application/json"),), body=body)

    assert json.loads(made("clock_skew", reply).body) == {
        "until": "9999-12-31 23:59:59",
        "at": "2026-09-21 18:00:00",
    }
