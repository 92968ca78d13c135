"""The committed SDL is what the departments that ship give; clients may rely on it."""

from pathlib import Path

import pytest
import strawberry
from graphql import build_schema as from_sdl

from adapters.registry import load_departments
from adapters.wire import Endpoint
from gateway.settings_demo import DEMO_CREDENTIALS, department_urls
from schema.graph.build import build_schema
from schema.graph.changes import compare_sdl

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def shipped() -> strawberry.Schema:
    endpoints = {
        name: Endpoint(
            url=url,
            credentials={
                key.partition(".")[2]: value
                for key, value in DEMO_CREDENTIALS.items()
                if key.startswith(f"{name}.")
            },
        )
        for name, url in department_urls().items()
    }
    loaded = load_departments(ROOT / "adapters" / "departments", endpoints, installed=False)
    assert [str(finding) for finding in loaded.findings] == []
    return build_schema([loaded.departments[name].info for name in sorted(loaded.departments)])


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
