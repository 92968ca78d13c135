"""A whole number that may need more than 32 bits is no integer of the graph."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from adapters.rest.facets import facets_of as json_facets
from adapters.shape import Facets, Kind, Shape
from adapters.soap.facets import built_in
from tests.adapters.drafting.posted import drafted, manifest, member

INT64 = {"type": "integer", "format": "int64", "minimum": 1}


def wide(facets: Facets, *enum: str) -> bool:
    return Shape(name="n", tag="n", kind=Kind.INTEGER, facets=facets, enum=enum).wide


@pytest.mark.parametrize(
    "name",
    [
        "integer",
        "long",
        "unsignedLong",
        "unsignedInt",
        "nonNegativeInteger",
        "positiveInteger",
        "negativeInteger",
        "nonPositiveInteger",
    ],
)
def test_a_type_of_whole_numbers_that_needs_more_bits_is_wide(name: str) -> None:
    assert wide(built_in(name)[1])


@pytest.mark.parametrize("name", ["int", "short", "byte", "unsignedShort", "unsignedByte"])
def test_a_type_of_whole_numbers_within_32_bits_is_not_wide(name: str) -> None:
    assert not wide(built_in(name)[1])


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"format": "int64"}, True),
        (INT64, True),
        ({"maximum": 2**31}, True),
        ({"minimum": -(2**31) - 1}, True),
        ({"format": "int32"}, False),
        ({"format": "int64", "minimum": 0, "maximum": 2**31 - 1}, False),
        ({"minimum": 0, "exclusiveMaximum": 2**31}, False),
        ({"minimum": 1}, False),
        ({}, False),
    ],
)
def test_what_json_says_of_a_numbers_bounds_counts(schema: dict[str, Any], expected: bool) -> None:
    assert wide(json_facets([schema])) is expected


def test_few_digits_or_listed_values_are_not_wide() -> None:
    assert not wide(Facets(fraction_digits=0, total_digits=9))
    assert wide(Facets(fraction_digits=0, total_digits=10))
    assert not wide(built_in("integer")[1], "1", "2")


def test_a_draft_reads_a_wide_number_as_a_text_and_sends_it_as_a_number(tmp_path: Path) -> None:
    asked, given = member(certNo=INT64), member(certNo=INT64, floors={"type": "integer"})
    made = drafted(tmp_path, {"getDeed": (asked, given)})
    register = tomllib.loads(manifest(made))["registers"]["town_deed"]

    assert (made.findings, made.dropped) == ((), ())
    kinds = {name: field["kind"] for name, field in register["fields"].items()}
    assert kinds == {"cert_no": "text", "floors": "integer"}
    assert register["reply"] == {"cert_no": "certNo | text", "floors": "floors"}
    assert register["lookups"]["cert_no"]["request"]["body"]["certNo"] == "key | integer"
