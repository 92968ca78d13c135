"""A member told twice is found whichever way it is looked for."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.rest.answer import read_once, told_once

_TEXT = st.text(st.characters(codec="utf-8"), max_size=6)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | _TEXT,
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.lists(st.tuples(st.sampled_from("ab") | _TEXT, inside), max_size=4)
    ),
    max_leaves=12,
)


def written(value: Any, *, plainly: bool) -> str:
    """As JSON; a list of pairs is an object, its members as often as they stand there."""
    if isinstance(value, list) and value and all(isinstance(one, tuple) for one in value):
        pairs = [
            f"{json.dumps(name, ensure_ascii=plainly)}: {written(inside, plainly=plainly)}"
            for name, inside in value
        ]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(inside, plainly=plainly) for inside in value) + "]"
    return json.dumps(value, ensure_ascii=plainly)


@given(value=_JSON, plainly=st.booleans())
def test_the_short_way_and_member_by_member_agree(value: Any, plainly: bool) -> None:
    content = written(value, plainly=plainly).encode()

    assert told_once(content, orjson.loads(content)) == read_once(content)


@pytest.mark.parametrize(
    ("content", "once"),
    [
        (b'{"a": 1, "b": {"a": 2}}', True),
        (b'{"a": 1, "a": 1}', False),
        (b'[{"x": {"a": "1", "a": "1"}}]', False),
        (rb'{"a": "\"", "a": 2}', False),
        (rb'{"a": "\u0022 and \\", "b": 2}', True),
        (rb'{"a": 1, "\u0061": 2}', False),
        (b'{"": 1, "": 2}', False),
        (b"[" * 300 + b'{"a": 1, "a": 1}' + b"]" * 300, False),
        (b"[" * 300 + b'{"a": 1, "b": 1}' + b"]" * 300, True),
    ],
)
def test_a_member_told_twice_is_found_however_it_is_written(content: bytes, once: bool) -> None:
    assert told_once(content, orjson.loads(content)) is once
