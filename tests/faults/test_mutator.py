"""Changed replies: a typed error or a value the changed reply says; and the oracle can refuse."""

from dataclasses import replace

import pytest

from tests.faults.mutating import Example, examples, mutate
from tests.faults.oracle import Invalid, unfounded


@pytest.fixture(scope="module")
def known() -> dict[str, Example]:
    return {one.name: one for one in examples()}


@pytest.mark.timeout(180)
async def test_a_changed_reply_gives_an_error_or_what_it_says() -> None:
    found = await mutate(300, 7)

    assert found.wrong == []
    assert found.outcomes.total() == 300
    assert found.outcomes["value"] > 10
    assert found.outcomes["ContractBroken"] > 100


@pytest.mark.parametrize(
    ("name", "was", "now"),
    [
        ("housing/file-lift_consent_plan", b'"SLBH"', b'"SLBX"'),
        ("fire/file-fire_safety_inspection", b'"receiveTime":', b'"receiveTime":"x'),
        ("planning/file-lift_plan_notice", b"ReceivedAt>", b"ReceivedAs>"),
        ("construction/file-commencement", b"&lt;/SLBH&gt;", b"&lt;/SLBH&gt;&lt;X/&gt;"),
    ],
)
def test_the_oracle_refuses_what_breaks_the_contract(
    known: dict[str, Example], name: str, was: bytes, now: bytes
) -> None:
    example = known[name]
    request = example.told["exchanges"][-1]["request"]
    broken = replace(example.true, body=example.true.body.replace(was, now))
    assert broken != example.true

    with pytest.raises(Invalid):
        example.oracle.leaves(broken, example.true, request["method"], request["path"])


def test_the_oracle_finds_a_value_that_stands_nowhere(known: dict[str, Example]) -> None:
    example = known["housing/file-lift_consent_plan"]
    gives, leaves = example.told["gives"], example.leaves

    assert unfounded(gives, gives, leaves, leaves) is None
    assert unfounded({**gives, "number": "FG9"}, gives, leaves, leaves) is not None
    other = [(place, "2027 01 01" if text.startswith("2026") else text) for place, text in leaves]
    found = unfounded({**gives, "number": "FG 999"}, gives, other, leaves)
    assert found == "text that stands nowhere"


def test_a_moment_of_another_millennium_is_read_as_plainly_as_one_of_ours() -> None:
    gives = {"at": {"datetime": "7413-05-16T08:13:20+08:00"}}

    assert unfounded(gives, {}, [("/statusTime", "171776160800000")], []) is None
    assert unfounded(gives, {}, [("/statusTime", "171776160900000")], []) is not None
    assert unfounded(gives, {}, [("/statusTime", "999999999999999")], []) is not None
