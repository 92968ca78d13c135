"""`python -m tests.adapters.record_examples`: the departments' examples, anew from the mocks."""

import asyncio
import json
import tempfile
import tomllib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from adapters.conformance.examples import Json, outcome, plain
from adapters.conformance.subject import NOW
from adapters.line.over_httpx import HttpxWire
from adapters.manifest.model import Manifest
from adapters.wire import Endpoint
from mocks.core.city import DEMO
from schema.domain.filing import Filing
from tests.adapters.answers import ANSWERS
from tests.adapters.examples import department, folder, manifest_of
from tests.adapters.recording import Recording, city, ear
from tests.adapters.test_departments_speak import CREDENTIALS, DEPARTMENTS, FILED, READS, filing

CASE = "31010420260302-ABCDEFGH7"
HEARD_WITHIN_S = 20.0


@dataclass
class Scribe:
    """Calls one department of the mock city and writes down what happened."""

    manifest: Manifest
    url: str
    admin: str
    told: asyncio.Queue[Json]
    taken: int = 0

    @property
    def name(self) -> str:
        return self.manifest.id

    async def note(
        self, name: str, about: str, call: str, arguments: Any, **more: Any
    ) -> dict[str, Json]:
        """Make one call, keep it as an example when it has a name, and give its outcome."""
        endpoint = Endpoint(url=self.url)
        wire = Recording(
            self.name, HttpxWire(self.name, endpoint, concurrency=1, reply_bytes=1_000_000)
        )
        adapter = department(self.manifest, wire, more.get("credentials"))
        shown = plain(arguments)
        found = await outcome(adapter, call, shown)
        await wire.aclose()
        example = {"about": about, "call": call, "arguments": shown, **more}
        example |= {"exchanges": wire.exchanges, **found}
        text = json.dumps(example, ensure_ascii=False, indent=1)
        if name:
            (folder(self.name) / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        return found

    async def control(self, method: str, what: str, body: Json) -> None:
        """Move the city's clock, or order bad days."""
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            reply = await client.request(method, f"{self.admin}/__admin/{what}", json=body)
            reply.raise_for_status()

    async def days_pass(self, count: int) -> None:
        """So many working days go by."""
        await self.control("POST", "clock", {"advance": {"working_days": count}})

    def filing(self, service: str, material: str = "布局图") -> Filing:
        """The next filing; what a material is called decides how it fares."""
        self.taken += 1
        made = filing(self.name, service)
        answers = {key: DEMO_ANSWERS.get(key, value) for key, value in made.answers.items()}
        wanted = ("L6", "L7", "L8") if made.item.startswith("L") else ("A", "B")
        return replace(
            made,
            reference=f"{CASE}:{made.item}:file:{self.taken}",
            case=CASE,
            answers={key: value for key, value in answers.items() if value is not None},
            outputs={key: one for key, one in made.outputs.items() if key in wanted},
            materials=tuple(replace(one, name=material) for one in made.materials),
            submitted_at=NOW,
        )

    async def filed(self, filing: Filing, name: str = "") -> str:
        """File; the receipt's number."""
        found = await self.note(name, "A filing is received.", "file", filing)
        number: str = found["gives"]["number"]
        return number

    async def progress(self, name: str, about: str, number: str, service: str) -> None:
        """Ask where a filing stands."""
        await self.note(name, about, "progress", {"receipts": [number], "service": service})


def _demo_answers() -> dict[str, Any]:
    told = tomllib.loads((DEPARTMENTS.parents[1] / "gateway/demo/restaurant.toml").read_text())
    return {
        key: Decimal(value) if isinstance(ANSWERS.get(key), Decimal) else value
        for key, value in told["answers"].items()
    }


DEMO_ANSWERS = _demo_answers()


async def reads(scribe: Scribe) -> None:
    """Every look-up: a record, and none; a malformed key where the department refuses one."""
    for name, register, lookup, key, _ in READS:
        if name != scribe.name:
            continue
        batch = scribe.manifest.lookups[register, lookup].batch
        known = [DEMO[key], DEMO["second"][key]] if batch > 1 else [DEMO[key]]
        ask = {"register": register, "lookup": lookup}
        stem = f"read-{register}-{lookup}"
        await scribe.note(f"{stem}-found", "It knows them.", "read", {**ask, "keys": known})
        stranger = "9" * len(DEMO[key])
        await scribe.note(
            f"{stem}-absent", "It knows none such.", "read", {**ask, "keys": [stranger]}
        )
        if scribe.name == "health":
            await scribe.note("refused", "A malformed key.", "read", {**ask, "keys": ["123"]})


async def verifications(scribe: Scribe) -> None:
    """Yes, no, and a number nobody bears; then a licence that is not ours."""
    claims = {"name": DEMO["legal_rep_name"], "id_number": DEMO["legal_rep_id_number"]}
    told = {
        "match": ("Name and number belong together.", claims),
        "mismatch": ("The number is another's.", {**claims, "name": "某某某"}),
        "unknown": ("Nobody bears the number.", {**claims, "id_number": "110101190001010000"}),
    }
    for kind in scribe.manifest.verifications:
        for name, (about, said) in told.items():
            ask = {"kind": kind, "claims": said}
            await scribe.note(f"verify-{kind}-{name}", about, "verify", ask)
        await scribe.note(
            "misconfigured",
            "The licence is not one it gave us.",
            "verify",
            {"kind": kind, "claims": claims},
            credentials={"licence": "another-licence"},
        )


async def filings(scribe: Scribe) -> None:
    """Each service from receipt to certificate, then what can happen on the way."""
    numbers: dict[str, str] = {}
    for service in FILED.get(scribe.name, ()):
        sent = scribe.filing(service)
        number = await scribe.filed(sent, f"file-{service}")
        numbers[service] = number
        if "find_filing" in scribe.manifest.services[service]:
            ask = {"reference": sent.reference, "service": service}
            await scribe.note(
                f"find_filing-{service}", "Found under our reference.", "find_filing", ask
            )
            ask["reference"] = "none-such"
            await scribe.note("find_filing-absent", "No such reference.", "find_filing", ask)
        await scribe.progress(f"progress-{service}-received", "Just received.", number, service)
    await feed(scribe, "start")
    await scribe.days_pass(30)
    for service, number in numbers.items():
        await scribe.progress(f"progress-{service}-granted", "Decided.", number, service)
        if "certificate" in scribe.manifest.services[service]:
            ask = {"receipt": number, "service": service}
            await scribe.note(f"certificate-{service}", "What was issued.", "certificate", ask)
    await feed(scribe, "later")
    for service in list(numbers)[:1]:
        await withdrawal(scribe, service, numbers[service])
        await supplement(scribe, service)


async def feed(scribe: Scribe, name: str) -> None:
    """What changed: from the beginning, and after the two filings."""
    if scribe.manifest.feed is not None:
        cursor = None if name == "start" else "2"
        await scribe.note(f"changes-{name}", "What changed.", "changes", {"cursor": cursor})


async def withdrawal(scribe: Scribe, service: str, decided: str) -> None:
    """Taken back, taken back again, and too late."""
    number = await scribe.filed(scribe.filing(service))
    ask = {"service": service, "reason": "不办了"}
    for name, about, receipt in (
        ("withdraw", "Taken back.", number),
        ("withdraw-again", "Already taken back: counts as done.", number),
        ("refused", "Too late: it is decided.", decided),
    ):
        told = {**ask, "reference": f"{CASE}:X:{name}:1", "receipt": receipt}
        await scribe.note(name, about, "withdraw", told)
    await scribe.progress("progress-withdrawn", "It was taken back.", number, service)


async def supplement(scribe: Scribe, service: str) -> None:
    """More is asked for and sent; another filing is refused when it is decided."""
    sent = scribe.filing(service, "布局图（补正）")
    number = await scribe.filed(sent)
    doomed = await scribe.filed(scribe.filing(service, "违规搭建图"))
    await scribe.days_pass(1)
    await scribe.progress("progress-supplement", "It asks for more.", number, service)
    told = {
        "reference": f"{CASE}:X:supplement:1",
        "receipt": number,
        "service": service,
        "answers": {"note": "已更换"},
        "materials": sent.materials,
        "note": "补交布局图",
    }
    findable = "find_supplement" in scribe.manifest.services[service]
    if findable:
        await scribe.note("find_supplement-absent", "Not sent yet.", "find_supplement", told)
    await scribe.note("supplement", "More is sent.", "supplement", told)
    if findable:
        await scribe.note("find_supplement-found", "It arrived.", "find_supplement", told)
    await scribe.days_pass(30)
    await scribe.progress("progress-refused", "Refused in the end.", doomed, service)


async def busy(scribe: Scribe) -> None:
    """Today it does nothing, and says so."""
    call: str = "read"
    ask: Any
    if services := FILED.get(scribe.name):
        call, ask = "file", scribe.filing(services[0])
        spec = scribe.manifest.services[services[0]]["file"]
    else:
        (register, lookup), spec = next(iter(scribe.manifest.lookups.items()))
        ask = {"register": register, "lookup": lookup, "keys": ["9" * 18]}
    rule = {"operation": spec.operation, "kind": "busy"}
    await scribe.control("PUT", "faults", {scribe.name: [rule]})
    await scribe.note("busy", "Busy: not processed, by its own words.", call, ask)
    await scribe.control("PUT", "faults", {})


async def callbacks(scribe: Scribe) -> None:
    """The department's own messages: the first, and the first with a certificate."""
    if scribe.manifest.callback is None:
        return
    told: Json = None
    wanted = {"RECEIVED": "callback-received", "APPROVED": "callback-granted"}
    while wanted:
        told = await asyncio.wait_for(scribe.told.get(), HEARD_WITHIN_S)
        status = json.loads(told["body"])["application"]["status"]
        if name := wanted.pop(status, None):
            await scribe.note(name, "A signed message of its own.", "callback", told)
    forged = {**told, "headers": {**told["headers"], "x-market-signature": "sha256=" + "0" * 64}}
    await scribe.note("callback-forged", "Signed by somebody else.", "callback", forged)


async def deferral(scribe: Scribe) -> None:
    """Accepted with something still to follow, where the department has a code for it."""
    codes = scribe.manifest.codes.get("status", {})
    if "conditionally_accepted" in codes.values():
        service = FILED[scribe.name][0]
        number = await scribe.filed(scribe.filing(service, "布局图（容缺）"))
        await scribe.control("POST", "clock", {"advance": {"seconds": 60}})
        about = "Accepted, and something may follow."
        await scribe.progress("progress-conditional", about, number, service)


STEPS: tuple[Callable[[Scribe], Awaitable[None]], ...] = (
    reads, verifications, filings, busy, callbacks, deferral,
)  # fmt: skip


async def record() -> None:
    """Every department's examples, written over the old ones."""
    with tempfile.TemporaryDirectory() as state:
        async with ear() as (url, told), city(Path(state), url) as urls:
            for name in CREDENTIALS:
                folder(name).mkdir(exist_ok=True)
                for old in folder(name).glob("*.json"):
                    old.unlink()
                scribe = Scribe(manifest_of(name), urls[name], urls["admin"], told)
                await scribe.control("POST", "clock", {"now": NOW.isoformat(), "rate": 0})
                for step in STEPS:
                    await step(scribe)


if __name__ == "__main__":
    asyncio.run(record())
