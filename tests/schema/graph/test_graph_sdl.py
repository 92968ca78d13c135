"""The committed SDL is what the departments that ship give; clients may rely on it."""

import pytest
import strawberry
from graphql import build_schema as from_sdl

from schema.graph.build import build_schema
from schema.graph.changes import compare_sdl
from tests.schema.graph.shipped import ROOT, shipped_infos


@pytest.fixture(scope="module")
def shipped() -> strawberry.Schema:
    return build_schema(shipped_infos())


def test_the_committed_schema_is_in_step(shipped: strawberry.Schema) -> None:
    committed = (ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8")
    changes = compare_sdl(committed, shipped.as_str())

    assert (changes.breaking, changes.dangerous, changes.safe) == ((), (), ())
    assert committed.strip() == shipped.as_str().strip()


def test_the_committed_schema_has_every_register(shipped: strawberry.Schema) -> None:
    query = from_sdl(shipped.as_str()).query_type
    assert query is not None

    assert set(query.fields) >= {
        "businessLicence",
        "foodSafetyManager",
        "person",
        "property",
        "propertyByAddress",
        "building",
        "parcel",
        "healthCertificates",
    }
