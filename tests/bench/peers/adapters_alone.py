"""`python -m tests.bench.peers.adapters_alone PORT DEPARTMENTS STATE`: our adapters, no GraphQL.

The case by its five reads: the same calls, contracts checked and replies mapped as ours does it,
under uvicorn. No token, no guard of departments, no memory, no tracing, no GraphQL: what is left
is what an answer costs whatever stands above it.
"""

import asyncio
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
import uvicorn

from gateway.cli.heap import growing
from gateway.declared import departments_of
from gateway.settings import load_settings
from schema.domain.identifiers import mask_id_number, mask_name
from tests.bench.peers.bare import body_of, respond
from tests.bench.peers.ours import settings_of
from tests.bench.peers.sections import CASE

READS = {  # department, register, look-up, variable
    "businessLicence": ("market", "business_licence", "uscc", "uscc"),
    "healthCertificates": ("health", "health_certificates", "uscc", "uscc"),
    "person": ("police", "person", "person_ref", "personRef"),
    "property": ("housing", "property", "cert_no", "certNo"),
    "parcel": ("planning", "parcel", "parcel_no", "parcelNo"),
}
_SELECTED = re.compile(r"(\w+)\([^)]*\) \{ value \{ ([^}]*) \}")
_MASKED: Mapping[tuple[str, str], Callable[[str], str]] = {
    ("businessLicence", "legalRepName"): mask_name,
    ("person", "name"): mask_name,
    ("person", "idNumber"): mask_id_number,
}
_BUDGET_S = 5.0


class AdaptersAlone:
    """An ASGI application that answers with the case its variables name."""

    def __init__(self, departments: str, state: Path) -> None:
        told = {**settings_of(departments, state), "profile": "dev"}
        self._departments = departments_of(load_settings(told, environ={})).departments
        self._fields = {
            field: [(name, _snake(name), _MASKED.get((field, name))) for name in names.split()]
            for field, names in _SELECTED.findall(CASE)
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        asked = orjson.loads(await body_of(receive))["variables"]
        readings = await asyncio.gather(*(self._read(field, asked) for field in READS))
        answer = {"data": dict(zip(READS, readings, strict=True))}
        await respond(send, orjson.dumps(answer, default=str))

    async def _read(self, field: str, asked: Mapping[str, str]) -> Mapping[str, Any]:
        department, register, lookup, variable = READS[field]
        key = asked[variable]
        found = await self._departments[department].read(register, lookup, [key], budget=_BUDGET_S)
        record: Any = found[key]
        value = {
            name: record[told] if mask is None else mask(record[told])
            for name, told, mask in self._fields[field]
        }
        source = {"department": department, "source": register, "stale": False}
        return {"value": value, "provenance": source, "problem": None}


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", r"_\1", name).lower()


def main(port: int, departments: str, state: Path) -> None:
    """Serve until told to stop; the heap as ours has it."""
    with growing():
        app = AdaptersAlone(departments, state)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", lifespan="off")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
