"""Contracts made for one question each: operations that take and give JSON objects by POST."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from adapters.drafting.draft import Drafted, draft_department
from adapters.manifest.read import FILE

Schema = Mapping[str, Any]
TEXT: Schema = {"type": "string"}


def member(**members: Schema) -> dict[str, Any]:
    """An object of these members, all required."""
    return {"type": "object", "properties": members, "required": list(members)}


def texts(*names: str) -> dict[str, Any]:
    """An object of texts."""
    return member(**dict.fromkeys(names, TEXT))


def one_of(*names: str) -> dict[str, Any]:
    """An object of texts of which one is given."""
    branches = [{"required": [name]} for name in names]
    return {"type": "object", "properties": dict.fromkeys(names, TEXT), "oneOf": branches}


def answer(schema: Schema) -> dict[str, Any]:
    """A response with this body."""
    return {"description": "", "content": {"application/json": {"schema": schema}}}


def drafted(
    folder: Path, operations: Mapping[str, tuple[Schema, Schema]], **errors: Schema
) -> Drafted:
    """The draft of a contract of these operations: what each takes, and what it gives.

    `errors`: the bodies of failures, by status: `e404`.
    """
    failing = {status[1:]: answer(schema) for status, schema in errors.items()}
    paths = {}
    for name, (request, reply) in operations.items():
        body = {"required": True, "content": {"application/json": {"schema": request}}}
        responses = {"200": answer(reply), **failing}
        node = {"operationId": name, "requestBody": body, "responses": responses}
        paths[f"/{name}"] = {"post": node}
    info = {"title": "Town", "version": "1"}
    folder.mkdir(parents=True, exist_ok=True)
    entry = folder / "town.json"
    entry.write_bytes(orjson.dumps({"openapi": "3.1.0", "info": info, "paths": paths}))
    return draft_department("town", entry, folder / "out")


def manifest(made: Drafted) -> str:
    """The drafted manifest."""
    return (made.folder / FILE).read_text(encoding="utf-8")


def questions(made: Drafted, key: str) -> list[str]:
    """What is asked at a key."""
    return [decision.question for decision in made.decisions if decision.key == key]
