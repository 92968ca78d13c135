"""A reply as text at once, and what is kept for the next who asks."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocks.core.clock import SHANGHAI
from mocks.soap.envelope import Version, around, wrap
from mocks.soap.lately import Lately
from mocks.soap.text import written
from mocks.soap.xml import NIL_VALUE, build, write

NAMES = st.sampled_from(["a", "Case", "applyNo", "编号"])
CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from(
    "\t\n\r<>&\"'"
)
TEXTS = st.text(CHARACTERS.filter(lambda one: one not in "￾￿"), max_size=6)
MOMENTS = st.datetimes(timezones=st.just(SHANGHAI)) | st.datetimes()
NUMBERS = st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False)
LEAVES = TEXTS | NUMBERS | st.dates() | MOMENTS | st.none() | st.just(NIL_VALUE)
PRESENT = LEAVES.filter(lambda leaf: leaf is not None)
ATTRIBUTES = st.dictionaries(NAMES.map(lambda name: f"@{name}"), TEXTS, max_size=2)


def _elements(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    values = inner | st.lists(inner.filter(lambda one: one is not None), max_size=3)
    inner_ones = st.dictionaries(NAMES, values, max_size=3)
    return st.builds(lambda a, b: {**a, **b}, ATTRIBUTES, inner_ones) | st.builds(
        lambda a, b: {**a, **b}, inner_ones, ATTRIBUTES
    )


CONTENTS = _elements(st.recursive(LEAVES, _elements, max_leaves=8))
SPOKEN = [(Version.SOAP11, "UTF-8"), (Version.SOAP12, "UTF-8"), (Version.SOAP12, "GB18030")]


@settings(max_examples=200, deadline=None)
@given(content=CONTENTS, space=st.sampled_from([None, "urn:a%20s"]), spoken=st.sampled_from(SPOKEN))
def test_the_text_of_a_reply_is_what_its_tree_is_written_as(
    content: Any, space: str | None, spoken: tuple[Version, str]
) -> None:
    version, charset = spoken
    tree = write(wrap(build("{urn:a%20s}reply", content, space), version), charset)

    told = written("{urn:a%20s}reply", content, qualified=space is not None)

    assert around(told, version, charset) == tree


def test_what_was_made_is_kept_and_what_failed_or_is_long_is_not() -> None:
    lately, made = Lately[str, int](), []

    def make() -> int:
        made.append(1)
        return len(made)

    assert [lately.of("a", 1, make), lately.of("a", 1, make), lately.of("b", 1, make)] == [1, 1, 2]
    assert [lately.of("long", 20_000, make), lately.of("long", 20_000, make)] == [3, 4]
    with pytest.raises(ZeroDivisionError):
        lately.of("c", 1, lambda: 1 // 0)
    assert lately.of("c", 1, make) == 5


def test_the_shelf_never_holds_more_than_its_most() -> None:
    lately = Lately[int, int]()

    for number in range(1_000):
        lately.of(number, 1, lambda: 0)

    assert len(lately) <= 256
