"""A reference is ours or it is nothing: whatever a department or a person puts in its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.domain.case import Verb
from schema.domain.reference import command, parse_reference, reference


def test_a_reference_names_its_command() -> None:
    text = reference("31010420260907-53CKNQ7WE", "B", Verb.SUPPLEMENT, 12)

    assert parse_reference(text) == command("31010420260907-53CKNQ7WE", "B", Verb.SUPPLEMENT, 12)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c:A:file",
        "c:A:file:²",
        "c:A:file:-1",
        "c:A:fax:1",
        "c\0:A:file:1",
        "c:A:file:1\n",
        "c:A:file:" + "9" * 5000,
        "c" * 300 + ":A:file:1",
    ],
)
def test_anything_else_is_none_of_ours(text: str) -> None:
    assert parse_reference(text) is None


@given(st.text() | st.from_regex(r"\w+:\w+:(file|withdraw):\w+", fullmatch=True))
def test_no_text_is_too_odd_to_be_looked_at(text: str) -> None:
    parse_reference(text)
