"""When a rule strikes: counts, shares, filings, the departments' clock; and what is refused."""

from collections import Counter
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mocks.core.clock import SHANGHAI, VirtualClock, write_atomically
from mocks.core.faults import BadRule, Faults, check_rules
from mocks.core.kit import assemble
from mocks.faults.about import about
from mocks.faults.operations import departments_that_meet
from mocks.faults.rule import Rule
from mocks.faults.table import KINDS, Kind, Point, require
from mocks.faults.words import words_of

CITY = ("planning", "housing", "construction", "market", "fire", "greening", "police", "health")
FRIDAY = datetime(2026, 9, 18, 17, 0, tzinfo=SHANGHAI)


def faults(folder: Path, *rules: dict[str, Any], now: datetime = FRIDAY) -> Faults:
    write_atomically(folder / "faults.json", {"fire": list(rules)})
    clock = VirtualClock(folder / "clock.json")
    clock.set(now, rate=0)
    return Faults(folder / "faults.json", "fire", clock)


def test_every_nth_call_is_struck_and_first_limits_it(tmp_path: Path) -> None:
    rules = faults(tmp_path, {"kind": "busy", "every": 3, "first": 2})

    struck = [rules.pick("x").kind == "busy" for _ in range(12)]

    assert [number for number, one in enumerate(struck, start=1) if one] == [3, 6]


@pytest.mark.parametrize(
    ("rule", "struck"),
    [
        ({"weekdays": ["fri"], "hours": "16:00-18:00"}, True),
        ({"weekdays": ["mon", "thu"]}, False),
        ({"hours": "09:00-17:00"}, False),
        ({"hours": "17:00-09:00"}, True),
        ({"from": "2026-09-18T17:00", "until": "2026-09-18T17:01"}, True),
        ({"from": "2026-09-18T17:01"}, False),
        ({"until": "2026-09-18T09:00:00Z"}, False),
        ({"until": "2026-09-18T09:00:01Z"}, True),
    ],
)
def test_the_departments_clock_decides(tmp_path: Path, rule: dict[str, Any], struck: bool) -> None:
    assert (faults(tmp_path, {"kind": "busy", **rule}).pick("x").kind == "busy") == struck


def test_a_filing_is_told_by_its_reference_or_receipt_wherever_it_stands(tmp_path: Path) -> None:
    rules = faults(tmp_path, {"kind": "busy", "filing": ["*:fire:file:*", "XF2026*"]})
    gbk = "<BZ>case:A:fire:file:1</BZ><MC>沪上</MC>".encode("gb18030")

    said = [
        rules.pick("x", words=words_of(path, body)).kind
        for path, body in (
            ("/d/XF2026000001", b""),
            ("/d?remark=case%3AA%3Afire%3Afile%3A1", b""),
            ("/d", b'{"remark": "case:A:fire:file:1"}'),
            ("/d", gbk),
            ("/d", b'{"remark": "case:A:sign:file:1"}'),
        )
    ]

    assert said == ["busy", "busy", "busy", "busy", "none"]


def test_seeds_of_strikes_differ_and_come_again(tmp_path: Path) -> None:
    def seeds(**more: int) -> list[int]:
        rule = faults(tmp_path, {"kind": "nul_bytes", **more})
        return [rule.pick("x").seed for _ in range(3)]

    assert seeds(seed=5) == seeds(seed=5)
    assert len({*seeds(seed=5), *seeds(seed=6), *seeds()}) == 9


def test_what_is_drawn_hangs_on_what_is_asked_and_not_on_the_order_of_calls(tmp_path: Path) -> None:
    rule = {"kind": "nul_bytes", "probability": 0.5}
    calls = [f"createDeclaration case:{number}" for number in range(40)] * 2

    def met(order: list[str], seed: int = 7) -> Counter[tuple[str, str, int]]:
        write_atomically(tmp_path / "faults.json", {"fire": [rule]})
        rules = Faults(tmp_path / "faults.json", "fire", seed=seed)
        found = ((about, rules.pick("x", about=partial(str, about))) for about in order)
        return Counter((about, fault.kind, fault.seed) for about, fault in found)

    assert met(calls) == met(calls[::-1]) == met(sorted(calls))
    assert met(calls) != met(calls, seed=8), "the fleet's seed decides"
    assert 20 < sum(kind == "nul_bytes" for _, kind, _ in met(calls).elements()) < 60


def test_two_rules_that_say_the_same_do_not_draw_the_same(tmp_path: Path) -> None:
    rule = {"kind": "busy", "probability": 0.5}
    rules = faults(tmp_path, rule, rule)

    struck = sum(rules.pick("x").kind == "busy" for _ in range(400))

    assert 260 < struck < 340  # three of four: what the first spares is drawn again


def test_a_department_draws_by_the_seed_of_its_fleet(tmp_path: Path) -> None:
    def drawn(seed: int) -> list[str]:
        kit = assemble("fire", tmp_path / str(seed), seed=seed)
        rules = {"fire": [{"kind": "busy", "probability": 0.5}]}
        write_atomically(tmp_path / str(seed) / "faults.json", rules)
        kit.ledger.close()
        return [kit.faults.pick("x").kind for _ in range(30)]

    assert drawn(1) == drawn(1) != drawn(2)


def test_what_a_call_is_about_is_its_reference_or_all_it_asks_but_soap_headers() -> None:
    head = b"<e:Envelope xmlns:e='u'><e:Header><Nonce>%d</Nonce></e:Header>"
    soap = head + b"<e:Body>%b</e:Body></e:Envelope>"
    said = [
        about("op", "/d?page=1", b'{"remark": "case:A:file:1", "at": 1}'),
        about("op", "/d?page=2", b'{"remark": "case:A:file:1", "at": 2}'),
        about("op", "/d?reference=case%3AA%3Afile%3A1", b""),
        about("op", "/s", soap % (1, b"<a><refNo>case:A:file:1</refNo></a>")),
    ]
    asked = [about("op", "/s", soap % (n, b"<a><id>X</id></a>")) for n in (1, 2)]
    others = [about("op", "/s", soap % (1, b"<a><id>Y</id></a>")), about("op", "/s?id=X", b"")]

    assert set(said) == {"op case:A:file:1"}
    assert asked[0] == asked[1]
    numbered = [
        about("op", "/s", soap % (1, b"<a><JYLSH>%d</JYLSH><id>X</id></a>" % n)) for n in (1, 2)
    ]
    assert numbered[0] == numbered[1] == asked[0]
    assert len({asked[0], *others, about("op", "/s", b"\xff"), about("op", "/s", b"\xfe")}) == 5


WRONG = [
    ({"kind": "bussy"}, r"fire\[1\].kind: .*did you mean busy\?.*docs/mocks.md"),
    ({"kind": "busy", "frist": 1}, r"fire\[1\].frist: unknown key — did you mean first\?"),
    ({"kind": "drip", "every_s": "often"}, r"every_s: 'often' is not a number of seconds"),
    ({"kind": "busy", "every": 0}, r"every: 0 is not a whole number, 1 or more"),
    ({"kind": "busy", "probability": 2}, r"probability: 2 is not a probability from 0 to 1"),
    ({"kind": "busy", "weekdays": ["friday"]}, r"weekdays: .* is not a list of mon, tue"),
    ({"kind": "busy", "hours": "4pm"}, r"hours: '4pm' is not a span like 16:00-18:00"),
    ({"kind": "busy", "from": "soon"}, r"from: 'soon' is not a moment like"),
    ({"kind": "busy", "operation": "createDeclaratoin"}, r"did you mean createDeclaration\?"),
    ({"kind": "soap_fault_11"}, r"kind: soap_fault_11 is for soap; fire is rest"),
    ({"kind": "accept_close", "operation": "getDeclaration"}, r"operation: .*leave it out"),
    ({"kind": "reset_after_headers", "filing": "A"}, r"filing: .*leave it out"),
    ({"kind": "redirect_elsewhere", "location": "x\r\ny: z"}, r"location: .*one line"),
    (["busy"], r"fire\[1\].is not an object"),
    ({"kind": "busy", "first": 0}, r"first: 0 is not a whole number, 1 or more"),
    ({"kind": "busy", "probability": 0}, r"probability: 0 never strikes; leave the rule out"),
    ({"kind": "busy", "seed": 3}, r"seed: nothing is drawn for busy; add probability, or leave"),
    ({"kind": "internal_error", "status": 418}, r"status: unknown key; internal_error takes kind"),
    ({"kind": "status", "status": 1000}, r"status: 1000 is not a whole number from 200 to 599"),
    ({"kind": "status", "status": 101}, r"status: 101 is not a whole number from 200 to 599"),
    ({"kind": "status_after", "status": 70000}, r"status: 70000 is not a whole number from 200"),
    ({"kind": "gzip_bomb", "mb": 100_000}, r"mb: 100000 is not a whole number from 1 to 1000"),
    ({"kind": "huge_text", "mb": 101}, r"mb: 101 is not a whole number from 1 to 100"),
    ({"kind": "endless_1xx", "every_s": 0}, r"every_s: 0 is not a number of seconds from 0.001"),
    ({"kind": "redirect_elsewhere", "location": "http://上海/"}, r"location: .*in ASCII"),
    ({"kind": "busy", "hours": "16:00-16:00"}, r"hours: .* is no time at all; for the whole day"),
    ({"kind": "busy", "hours": "16:00+01:00-17:00+01:00"}, r"hours: .* is not a span like 16:00"),
    (
        {"kind": "busy", "from": "2026-09-21T09:00", "until": "2026-09-21T08:00"},
        r"until: is not after from, so it never strikes; write a later moment",
    ),
    ({"kind": "duplicate"}, r"kind: duplicate strikes callbacks, .* fire has none; .* market"),
    ({"kind": "token_down"}, r"kind: token_down .* issue tokens, .* fire has none; .* market"),
    ({"kind": "lag"}, r"kind: lag strikes look-ups by reference, .* fire has none; .* housing"),
]
NOWHERE = [
    ("forged", "getLicences", "callbacks only; write applicationStatusChanged, or leave it out"),
    ("token_stale", "getLicences", "operations that issue tokens only; write issueToken, or"),
    ("lag", "getLicences", "look-ups by reference only; write findApplications, or leave"),
    ("not_found", "applicationStatusChanged", "calls only; write one of applyEnterprise"),
]


@pytest.mark.parametrize(("rule", "sentence"), WRONG, ids=lambda value: str(value)[:40])
def test_a_wrong_rule_is_refused_in_words_that_help(rule: Any, sentence: str) -> None:
    with pytest.raises(BadRule, match=sentence):
        check_rules({"fire": [{"kind": "busy"}, rule]})


@pytest.mark.parametrize(("kind", "operation", "sentence"), NOWHERE)
def test_a_kind_is_refused_where_the_operation_it_names_cannot_meet_it(
    kind: str, operation: str, sentence: str
) -> None:
    check_rules({"market": [{"kind": kind}, {"kind": "busy", "operation": operation}]})
    with pytest.raises(BadRule, match=rf"market\[0\].operation: {kind} strikes {sentence}"):
        check_rules({"market": [{"kind": kind, "operation": operation}]})


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_is_offered_where_it_may_be_ordered_and_nowhere_else(kind: Kind) -> None:
    assert departments_that_meet(kind) == [
        name for name in sorted(CITY) if _taken({name: [{"kind": kind.name}]})
    ]


def _taken(rules: dict[str, Any]) -> bool:
    try:
        check_rules(rules)
    except BadRule:
        return False
    return True


def test_rules_that_are_no_list_are_refused() -> None:
    with pytest.raises(BadRule, match="fire: is not a list of rules"):
        check_rules({"fire": {"kind": "busy"}})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_ordered_with_its_own_parameters(kind: str) -> None:
    Rule({"kind": kind, **KINDS[kind].parameters})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_strikes_with_its_own_parameters_in_its_hours(tmp_path: Path, kind: str) -> None:
    more = {**KINDS[kind].parameters, "hours": "16:00-18:00"}
    rules = faults(tmp_path, {"kind": kind, **more})

    assert rules.pick("x", among=frozenset(KINDS)).kind == kind


@pytest.mark.parametrize("kind", ["delay", "late_accept", "lag", "stale"])
def test_what_is_late_is_late_without_being_told_how_much(tmp_path: Path, kind: str) -> None:
    struck = faults(tmp_path, {"kind": kind}).pick("x", among=frozenset(KINDS))

    assert struck.delay_s == KINDS[kind].parameters["delay_s"] >= 1


def test_a_kind_without_its_deed_is_noticed() -> None:
    with pytest.raises(LookupError, match="forged"):
        require(Point.CHANGE, KINDS.keys() - {"forged"})
