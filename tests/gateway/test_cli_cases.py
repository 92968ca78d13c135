"""`onething cases`: its operations are ones the published schema answers; tables for people."""

from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from gateway.cli.desk import RESOLVE, RETRY, SHOW, WAITING

SCHEMA = build_schema(
    (Path(__file__).parents[2] / "schema" / "schema.graphql").read_text(encoding="utf-8"),
    assume_valid_sdl=True,
)


@pytest.mark.parametrize("operation", [WAITING, SHOW, RETRY, RESOLVE])
def test_operation_is_valid_against_the_published_schema(operation: str) -> None:
    assert validate(SCHEMA, parse(operation)) == []


def test_an_operation_that_names_no_field_is_noticed() -> None:
    assert validate(SCHEMA, parse(SHOW.replace("timeline", "timelime")))
