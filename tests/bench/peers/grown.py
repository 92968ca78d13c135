"""Departments and one things made for the bench: larger, wider, or more of them.

A made department is REST and has one register; its records have as many fields as it is told.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from schema.catalogue import ONE_THINGS
from tests.bench.peers.replies import DEPARTMENTS, Canned

WIDTHS = (10, 100, 1_000)
_REPLY_BYTES = 16_000_000
_REGISTER = re.compile(r"\[registers\.project\].*?(?=\[registers\.permit\])", re.DOTALL)
_LINKS = re.compile(r"\[registers\.project\.links\..*?(?=\[registers\.project\.lookups)", re.DOTALL)
_MANIFEST = """\
id = "{name}"
name = {{ zh = "某部门", en = "Some department" }}
owner = {{ unit = "某处", contact = "some@office.example", purpose = "测量" }}
protocol = "rest"
repeats = "blind"
progress = "none"

[contract]
file = "contract/record.json"
sha256 = "{digest}"

[limits]
timeout_s = 2.0
concurrency = 64
rate_per_s = 0
processing_s = 0
lookup_lag_s = 0

[auth]
kind = "none"

[outcome]
code = "code"
success = ["00"]

[registers.{name}_record]
title = {{ zh = "某登记", en = "Some register" }}
key = "no"
[registers.{name}_record.fields]
no = {{ kind = "text", zh = "编号", en = "Number" }}
{fields}
[registers.{name}_record.lookups.no]
operation = "record"
request.query.no = "key"
[registers.{name}_record.reply]
no = "data.no"
{reply}
"""


def bulk(plugged: Path, departments: str) -> Mapping[str, Any]:
    """Settings with one more department: construction's projects, and a cap of sixteen megabytes.

    The department that ships refuses a reply of more than one megabyte.
    """
    shipped, folder = DEPARTMENTS / "construction", plugged / "bulk"
    text = (shipped / "department.toml").read_text("utf-8")
    head = text.partition("[registers.building]")[0]
    register = _LINKS.sub("", _REGISTER.search(text)[0])  # type: ignore[index]
    told = head + register.replace("registers.project", "registers.bulk_project")
    told = told.replace('id = "construction"', 'id = "bulk"')
    told = told.replace("[limits]\n", f"[limits]\nreply_bytes = {_REPLY_BYTES}\n")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(shipped / "contract", folder / "contract")
    (folder / "department.toml").write_text(told, "utf-8")
    named = {"url": departments, "userid": "onething", "password": "construction-demo-secret"}
    named |= {"limits.concurrency": "64", "limits.rate_per_s": "0"}
    settings = {f"departments.bulk.{key}": value for key, value in named.items()}
    return {"plugins.departments": str(plugged), **settings}


def more_departments(plugged: Path, departments: str, sizes: Mapping[str, int]) -> dict[str, Any]:
    """Settings with these departments too, each with as many fields as stands beside its name."""
    for name, fields in sizes.items():
        _made(plugged / name, fields)
    named = {f"departments.{name}.url": departments for name in sizes}
    return {"plugins.departments": str(plugged), **named}


def _made(folder: Path, fields: int) -> None:
    names = _names(fields)
    contract = json.dumps(_contract(fields), ensure_ascii=False).encode()
    manifest = _MANIFEST.format(
        name=folder.name,
        digest=hashlib.sha256(contract).hexdigest(),
        fields="\n".join(f'{n} = {{ kind = "text", zh = "某项", en = "Field" }}' for n in names),
        reply="\n".join(f'{n} = "data.{n}"' for n in names),
    )
    (folder / "contract").mkdir(parents=True, exist_ok=True)
    (folder / "contract" / "record.json").write_bytes(contract)
    (folder / "department.toml").write_text(manifest, "utf-8")


def _names(fields: int) -> list[str]:
    return [f"f{index}" for index in range(fields - 1)]  # the number is a field too


def _contract(fields: int) -> Mapping[str, Any]:
    text = {"type": "string"}
    names = ["no", *_names(fields)]
    record = {"type": "object", "required": names, "properties": dict.fromkeys(names, text)}
    reply = {
        "type": "object",
        "required": ["code", "data"],
        "properties": {"code": text, "data": record},
    }
    asked = {"name": "no", "in": "query", "required": True, "schema": text}
    operation = {
        "operationId": "record",
        "parameters": [asked],
        "responses": {
            "200": {"description": "ok", "content": {"application/json": {"schema": reply}}}
        },
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": "Some department", "version": "1"},
        "paths": {f"/grown/{fields}": {"get": operation}},
    }


def canned_of(fields: int) -> Canned:
    """How a made department answers."""
    data = {"no": "@@@@@@@@"} | {name: f"某一项的内容 {name}" for name in _names(fields)}
    return Canned(
        department="made",
        path=f"/grown/{fields}?".encode(),
        asks=re.compile(rb"no=(\d{8})"),
        media_type="application/json",
        head=b"",
        item=json.dumps({"code": "00", "data": data}, ensure_ascii=False).encode(),
        tail=b"",
    )


def document(name: str, fields: int) -> str:
    """Asks for a whole record of one of them."""
    told = "".join(f" f{index}" for index in range(fields - 1))
    return f"query Record($no: String!) {{ {name}Record(no: $no) {{ value {{ no{told} }} }} }}"


def more_one_things(folder: Path, times: int) -> Mapping[str, Any]:
    """Settings with every one thing that ships so many times, each under a name of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file, text in _copies(times):
        (folder / file).write_text(text, "utf-8")
    return {"plugins.one_things": str(folder)}


def _copies(times: int) -> Iterator[tuple[str, str]]:
    for path in sorted(ONE_THINGS.glob("*.toml")):
        text = path.read_text("utf-8")
        yield path.name, text
        for index in range(1, times):
            name = f"{path.stem}_{index}"
            yield f"{name}.toml", text.replace(f'id = "{path.stem}"', f'id = "{name}"', 1)
