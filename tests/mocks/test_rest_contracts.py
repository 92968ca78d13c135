"""The four published OpenAPI documents hold up by themselves."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from openapi_spec_validator import validate

from mocks.core.contract import Contract
from mocks.core.kit import CONTRACTS

REST = ("housing", "market", "fire", "health")


def document(department: str) -> Any:
    (path,) = (CONTRACTS / department / "contract").glob("*.yaml")
    return yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)


def replies(contract: Contract) -> Iterator[tuple[str, int, str, Any]]:
    for operation in contract.operations.values():
        for status, reply in operation.spec["responses"].items():
            for media, content in contract.resolve(reply).get("content", {}).items():
                if "example" in content:
                    yield operation.id, int(status), media, content["example"]


@pytest.mark.parametrize("department", REST)
def test_a_contract_is_valid_openapi(department: str) -> None:
    validate(document(department))


@pytest.mark.parametrize(
    ("department", "version"), [("housing", "3.0"), ("market", "3.1"), ("fire", "3.0")]
)
def test_a_contract_has_the_version_its_department_speaks(department: str, version: str) -> None:
    assert document(department)["openapi"].startswith(version)


@pytest.mark.parametrize("department", REST)
def test_every_example_reply_satisfies_its_own_contract(department: str) -> None:
    contract = Contract.of(CONTRACTS / department / "contract")

    broken = {
        (operation, status): faults
        for operation, status, media, example in replies(contract)
        if (faults := contract.reply_faults(operation, status, media, example))
    }

    assert broken == {}
    assert any(True for _ in replies(contract))


@pytest.mark.parametrize("department", REST)
def test_every_field_says_what_it_means(department: str) -> None:
    """Every property of every named schema is described in Chinese, or refers to one that is."""
    schemas = document(department)["components"]["schemas"]

    silent = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, inner in schema.get("properties", {}).items()
        if "$ref" not in inner
        and "description" not in inner
        and "$ref" not in inner.get("items", {})
        and "description" not in inner.get("items", {})
    ]

    assert silent == []
