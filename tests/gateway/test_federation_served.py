"""The gateway as it is put together serves its subgraph over HTTP, and shields its entities."""

from pathlib import Path
from typing import Any

import httpx

from gateway.app import build_app
from gateway.settings import load_settings
from schema.graph.build import build_schema
from schema.graph.entities import entity_keys
from schema.graph.federation import subgraph_sdl
from tests.schema.graph.shipped import shipped_infos

QUERY = """query ($representations: [_Any!]!) {
  _service { sdl }
  _entities(representations: $representations) { ... on BusinessLicence { enterpriseName } } }"""


async def asked(folder: Path, query: str, **variables: Any) -> Any:
    settings = load_settings({"profile": "dev", "dev_folder": str(folder)}, environ={})
    transport = httpx.ASGITransport(app=build_app(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        body = {"query": query, "variables": variables}
        return (await client.post("/graphql", json=body)).json()


async def test_a_composer_is_given_the_subgraph_and_a_stranger_no_entity(tmp_path: Path) -> None:
    licence = {"__typename": "BusinessLicence", "uscc": "91310101MA1FPX1234"}

    answer = await asked(tmp_path, QUERY, representations=[licence])

    infos = shipped_infos()
    assert answer["data"] == {
        "_service": {"sdl": subgraph_sdl(build_schema(infos).as_str(), entity_keys(infos))},
        "_entities": [None],
    }
    [error] = answer["errors"]
    assert error["path"] == ["_entities", 0]
    assert error["extensions"]["code"] == "NOT_ALLOWED_OR_ABSENT"
