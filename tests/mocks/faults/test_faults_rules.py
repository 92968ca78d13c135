"""When a rule strikes: counts, shares, filings, the departments' clock; and what is refused."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mocks.core.clock import SHANGHAI, VirtualClock, write_atomically
from mocks.core.faults import BadRule, Faults, check_rules
from mocks.faults.rule import Rule
from mocks.faults.table import KINDS, Point, require
from mocks.faults.words import words_of

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
    runs = [
        [faults(tmp_path, {"kind": "nul_bytes", "seed": 5}).pick("x").seed for _ in range(1)]
        for _ in range(2)
    ]
    rule = faults(tmp_path, {"kind": "nul_bytes", "seed": 5})

    assert runs[0] == runs[1] == [5]
    assert [rule.pick("x").seed for _ in range(3)] == [5, 6, 7]


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
]


@pytest.mark.parametrize(("rule", "sentence"), WRONG, ids=lambda value: str(value)[:40])
def test_a_wrong_rule_is_refused_in_words_that_help(rule: Any, sentence: str) -> None:
    with pytest.raises(BadRule, match=sentence):
        check_rules({"fire": [{"kind": "busy"}, rule]})


def test_rules_that_are_no_list_are_refused() -> None:
    with pytest.raises(BadRule, match="fire: is not a list of rules"):
        check_rules({"fire": {"kind": "busy"}})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_ordered_with_its_own_parameters(kind: str) -> None:
    Rule({"kind": kind, **KINDS[kind].parameters})


def test_a_kind_without_its_deed_is_noticed() -> None:
    with pytest.raises(LookupError, match="forged"):
        require(Point.CHANGE, KINDS.keys() - {"forged"})
