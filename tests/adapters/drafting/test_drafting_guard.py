"""A draft says who we are as the contract demands it, and names the credential for it."""

import tomllib
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.drafting.draft import Drafted, draft_department
from adapters.manifest.read import FILE

SCHEMES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "apiKey": (
        {"type": "apiKey", "in": "header", "name": "X-App-Key"},
        {"kind": "header", "name": "X-App-Key", "value": "shop_key"},
    ),
    "basic": (
        {"type": "http", "scheme": "basic"},
        {"kind": "header", "name": "Authorization", "prefix": "Basic ", "value": "shop_key"},
    ),
    "oauth2": (
        {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://x/t"}}},
        {"kind": "oauth2", "token_path": "/t", "client_id": "client_id",
         "client_secret": "client_secret"},
    ),
}  # fmt: skip


def drafted(folder: Path, scheme: dict[str, Any], security: list[Any]) -> Drafted:
    """A draft from a contract of one look-up."""
    text = {"type": "string"}
    shop = {"type": "object", "required": ["id"], "properties": {"id": text}}
    asked = {"name": "id", "in": "path", "required": True, "schema": text}
    found = {"description": "", "content": {"application/json": {"schema": shop}}}
    shops = {"operationId": "getShop", "parameters": [asked], "responses": {"200": found}}
    whole = {
        "openapi": "3.0.3",
        "info": {"title": "Shops", "version": "1"},
        "security": security,
        "paths": {"/shops/{id}": {"get": shops}},
        "components": {"securitySchemes": {"ShopKey": scheme}},
    }
    contract = folder / "shops.json"
    contract.write_bytes(orjson.dumps(whole))
    return draft_department("shops", contract, folder / "departments")


def auth(made: Drafted) -> Any:
    return tomllib.loads((made.folder / FILE).read_text(encoding="utf-8"))["auth"]


@pytest.mark.parametrize("name", SCHEMES)
def test_what_the_contract_demands_is_proposed_with_its_credential(
    name: str, tmp_path: Path
) -> None:
    scheme, proposed = SCHEMES[name]
    made = drafted(tmp_path, scheme, [{"ShopKey": []}])
    assert made.findings == ()
    assert auth(made) == proposed
    roles = ("value", "client_id", "client_secret")
    assert made.credentials == tuple(proposed[role] for role in roles if role in proposed)


def test_what_a_caller_may_leave_out_is_not_proposed(tmp_path: Path) -> None:
    made = drafted(tmp_path, SCHEMES["apiKey"][0], [{"ShopKey": []}, {}])
    assert (made.findings, auth(made), made.credentials) == ((), {"kind": "none"}, ())


def test_what_swagger_demands_of_one_operation_is_proposed_too(tmp_path: Path) -> None:
    text = {"name": "id", "in": "path", "required": True, "type": "string"}
    shop = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    found = {"200": {"description": "", "schema": shop}}
    shops = {"operationId": "getShop", "parameters": [text], "responses": found}
    whole = {
        "swagger": "2.0",
        "info": {"title": "Shops", "version": "1"},
        "securityDefinitions": {"ShopKey": {"type": "basic"}},
        "paths": {"/shops/{id}": {"get": {**shops, "security": [{"ShopKey": []}]}}},
    }
    contract = tmp_path / "shops.json"
    contract.write_bytes(orjson.dumps(whole))
    made = draft_department("shops", contract, tmp_path / "departments")
    assert (made.findings, auth(made)) == ((), SCHEMES["basic"][1])
