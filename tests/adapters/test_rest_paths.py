"""What stands in a path stays one step of it."""

import json
from pathlib import Path

import pytest

from adapters.drafting.draft import draft_department
from adapters.errors import Misconfigured
from adapters.findings import Findings
from adapters.manifest.read import read_manifest
from adapters.registry import build
from adapters.wire import Endpoint
from tests.adapters.conftest import RIM, Counter

TEXT = {"type": "string"}
PERMIT = {
    "type": "object",
    "required": ["permitNo"],
    "properties": {"permitNo": TEXT, "holder": TEXT},
}
READ = {
    "operationId": "getPermit",
    "parameters": [{"name": "permitNo", "in": "path", "required": True, "schema": TEXT}],
    "responses": {"200": {"description": "", "content": {"application/json": {"schema": PERMIT}}}},
}
CONTRACT = {
    "openapi": "3.0.3",
    "info": {"title": "Office", "version": "1"},
    "paths": {"/permits/{permitNo}/open": {"get": READ}},
}


@pytest.mark.parametrize(
    ("key", "path"),
    [("../a", b"/permits/..%2Fa/open"), ("...", b"/permits/.../open"), (".", None), ("..", None)],
)
async def test_a_key_never_leads_to_another_path(
    tmp_path: Path, counter: Counter, key: str, path: bytes | None
) -> None:
    entry = tmp_path / "office.json"
    entry.write_text(json.dumps(CONTRACT), encoding="utf-8")
    made = draft_department("office", entry, tmp_path / "into")
    manifest = read_manifest(made.folder, Findings("office"))
    assert manifest is not None
    department = build(manifest, Endpoint(url=counter.url), RIM, Findings("office"))
    assert department is not None
    [register] = department.info.registers
    way = register.lookups[0].name
    counter.says(json.dumps({"permitNo": key}), kind="application/json")

    if path is None:
        with pytest.raises(Misconfigured, match="cannot be told from a step"):
            await department.read(register.id, way, (key,), budget=1)
        assert counter.heard == []
    else:
        await department.read(register.id, way, (key,), budget=1)
        assert counter.heard[0].startswith(b"GET " + path + b" ")
    await department.aclose()
