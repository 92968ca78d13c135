"""What is remembered is what a reference says, whatever is asked, forgotten and pushed out."""

from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.execution.bounded import Bounded
from gateway.federation.memory import Key, Memory, Tag, tags_of
from schema.domain.reading import Reading

KEYS = [
    Key(department, "property", "no", number, scope)
    for department in ("housing", "market")
    for number in "AB"
    for scope in ("me", "you")
]
TAGS = sorted({tag for key in KEYS for tag in tags_of(key)})
FRESH_S, KNOWN_S = 5.0, 20.0


@dataclass
class Said:
    """What the last call to land said of a key."""

    reading: Reading
    at: float
    mark: int


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(KEYS)),
        st.tuples(st.just("land"), st.integers(0, 5)),
        st.tuples(st.just("forget"), st.sampled_from(TAGS)),
        st.tuples(st.just("wait"), st.sampled_from([0.0, 1.0, 5.0, 19.0])),
    ),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(steps=STEPS)
def test_nothing_said_to_a_call_that_began_before_a_change_is_fresh_after_it(
    steps: list[Any],
) -> None:
    memory, now = Memory(), 0.0
    flying: list[tuple[Key, int]] = []
    said: dict[Key, Said] = {}
    changed: dict[Tag, int] = {}

    for number, step in enumerate(steps):
        match step:
            case ("ask", Key() as key):
                flying.append((key, memory.mark))
            case ("land", int(which)) if flying:
                key, mark = flying.pop(which % len(flying))
                reading = Reading(value={"no": number})
                memory.put(key, reading, now=now, fresh_s=FRESH_S, known_s=KNOWN_S, mark=mark)
                if key not in said or mark >= said[key].mark:
                    said[key] = Said(reading, now, mark)
            case ("forget", tag):
                memory.forget(tag)
                changed[tag] = memory.mark
            case ("wait", float(seconds)):
                now += seconds
            case _:  # a call is to land, and none is under way
                pass
        for key in KEYS:
            _same(memory, key, said.get(key), changed, now)


def _same(memory: Memory, key: Key, said: Said | None, changed: dict[Tag, int], now: float) -> None:
    known = said is not None and now < said.at + KNOWN_S
    changed_since = said is not None and any(
        changed.get(tag, 0) > said.mark for tag in tags_of(key)
    )
    fresh = said is not None and now < said.at + FRESH_S and not changed_since
    reading = said.reading if said else None
    assert memory.known(key, now=now) is (reading if known else None)
    assert memory.fresh(key, now=now) is (reading if fresh else None)


PUTS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40), st.booleans()), max_size=60)


@settings(max_examples=300, deadline=None)
@given(puts=PUTS)
def test_what_is_bounded_keeps_the_last_used_and_within_its_bounds(puts: list[Any]) -> None:
    bounded: Bounded[int, int] = Bounded(most=4, most_bytes=160)
    kept: dict[int, tuple[int, int]] = {}  # in order of use

    for number, (asked, weight, drops) in enumerate(puts):
        kept.pop(asked, None)
        if drops:
            bounded.drop(asked)
        else:
            bounded.keep(asked, number, weight)
            if weight <= 20:
                kept[asked] = (number, weight)
        while len(kept) > 4 or sum(weight for _, weight in kept.values()) > 160:
            del kept[next(iter(kept))]
        assert (len(bounded), bounded.bytes) == (len(kept), sum(w for _, w in kept.values()))

    assert {asked: bounded.find(asked) for asked in kept} == {a: n for a, (n, _) in kept.items()}


@settings(max_examples=100, deadline=None)
@given(absent=st.integers(1, 400), letters=st.integers(1, 3_000))
def test_numbers_without_a_record_push_nobody_s_last_known_value_out(
    absent: int, letters: int
) -> None:
    memory = Memory(100, most_bytes=200_000)
    for number in range(50):
        key = KEYS[0]._replace(key=f"known {number}")
        memory.put(key, Reading(value={"no": "A"}), now=0, fresh_s=5, known_s=99, mark=0)

    for number in range(absent):
        key = KEYS[1]._replace(key=f"{number} {'x' * letters}")
        memory.put(key, Reading(value=None), now=0, fresh_s=1, known_s=1, mark=0)
        assert memory.fresh(key, now=0.5) is not None

    assert all(
        memory.known(KEYS[0]._replace(key=f"known {number}"), now=1) is not None
        for number in range(50)
    )
    assert memory.bytes <= 200_000
