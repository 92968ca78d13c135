"""The department under examination: what it declares, what it recorded, and ways to run it."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from adapters.calls import Rim
from adapters.conformance.example_form import read_examples
from adapters.conformance.examples import Json
from adapters.conformance.replay import Replay, Shared
from adapters.department import DeclaredDepartment
from adapters.findings import Finding, Findings
from adapters.line.both import Line as HttpLine
from adapters.manifest.model import Manifest
from adapters.manifest.read import FILE, read_manifest
from adapters.registry import build
from adapters.wire import Endpoint, Wire

NOW = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
NOWHERE = "http://127.0.0.1:9"
_MAPPED = re.compile(r"\bcredentials\.(\w+)")

Line = Callable[[Manifest, Endpoint], Wire]


def still_rim() -> Rim:
    """A rim whose clock stands still and whose ids never change, as examples are recorded."""
    return Rim(now=NOW.timestamp, new_id=lambda: "call-1", nonce=lambda: b"0123456789abcdef")


def httpx_line(manifest: Manifest, endpoint: Endpoint) -> Wire:
    """The line that ships."""
    return HttpLine(manifest.id, endpoint, manifest.limits)


@dataclass(frozen=True, kw_only=True)
class Live:
    """The real system: where it is, and whether filings may be made there."""

    endpoint: Endpoint
    writes: bool
    rim: Rim


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One department's folder, and what it takes to run it on a line of our choice.

    `credentials` are those its examples were recorded with, `secrets` those of the settings, which
    stand nowhere in the folder; `limits` what differs by agreement.
    """

    folder: Path
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    limits: Mapping[str, Any] = field(default_factory=dict)
    line: Line = httpx_line
    live: Live | None = None
    found_out: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _read(self) -> tuple[Manifest | None, tuple[Finding, ...]]:
        findings = Findings(FILE)
        manifest = read_manifest(self.folder, findings)
        if manifest is not None:
            manifest = replace(manifest, limits=replace(manifest.limits, **self.limits))
            build(manifest, self.endpoint(NOWHERE, manifest), still_rim(), findings, Replay([], []))
        return manifest, tuple(findings.items)

    async def once(self, what: str, make: Callable[[], Awaitable[Any]]) -> Any:
        """What `make` gives, made the first time: two checks may look at the same run."""
        if what not in self.found_out:
            self.found_out[what] = await make()
        return self.found_out[what]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything wrong with the declaration."""
        return self._read[1]

    @property
    def buildable(self) -> bool:
        """Whether the department could be started."""
        return self._read[0] is not None and not self.findings

    @property
    def manifest(self) -> Manifest:
        """What it declares; only of a department whose manifest can be read."""
        manifest = self._read[0]
        if manifest is None:
            raise LookupError(f"{self.folder.name} has no manifest that can be read")
        return manifest

    @cached_property
    def _examples(self) -> tuple[dict[str, Json], list[str]]:
        return read_examples(self.folder)

    @property
    def examples(self) -> dict[str, Json]:
        """Its recorded examples by name; those that are none are left out."""
        return self._examples[0]

    @property
    def no_examples(self) -> list[str]:
        """What is wrong with each file that is no example."""
        return self._examples[1]

    def endpoint(self, url: str, manifest: Manifest | None = None) -> Endpoint:
        """An address with the examples' credentials; one nobody knows gets a made-up value."""
        declared = manifest or self.manifest
        named = {name for name in declared.auth.names.values() if name}
        named |= {declared.callback.secret} if declared.callback else set()
        named |= set(_MAPPED.findall((self.folder / FILE).read_text("utf-8")))
        made_up = {name: f"made-up-{name}" for name in named}
        return Endpoint(url=url, credentials={**made_up, **self.credentials}, limits=self.limits)

    def replaying(self, wire: Wire, more: Mapping[str, str] | None = None) -> DeclaredDepartment:
        """The department on a line within this process, with `more` credentials of an example."""
        at = self.endpoint(NOWHERE)
        endpoint = replace(at, credentials={**at.credentials, **(more or {})})
        return self._built(endpoint, still_rim(), wire)

    @cached_property
    def shared(self) -> tuple[Shared, DeclaredDepartment] | None:
        """A line and the department on it, for replays one beside another.

        None where one call may leave something to the next: a token, an answer held for later.
        """
        if self.manifest.auth.options.get("token_path") or any(
            call.conditional for call in self.manifest.calls
        ):
            return None
        line = Shared()
        return line, self.replaying(line)

    @asynccontextmanager
    async def on(
        self, url: str, rim: Rim | None = None, **limits: Any
    ) -> AsyncIterator[DeclaredDepartment]:
        """The department on its line to a stand-in at `url`, which bears any rate."""
        at = self.endpoint(url)
        endpoint = replace(at, limits={**at.limits, "rate_per_s": 0.0, **limits})
        async with self._on(endpoint, rim or still_rim()) as department:
            yield department

    @asynccontextmanager
    async def alive(self, live: Live) -> AsyncIterator[DeclaredDepartment]:
        """The department on its line to the real system."""
        async with self._on(live.endpoint, live.rim) as department:
            yield department

    @asynccontextmanager
    async def _on(self, endpoint: Endpoint, rim: Rim) -> AsyncIterator[DeclaredDepartment]:
        manifest = self.manifest
        agreed = replace(manifest, limits=replace(manifest.limits, **endpoint.limits))
        department = self._built(endpoint, rim, self.line(agreed, endpoint))
        try:
            yield department
        finally:
            await department.aclose()

    def _built(self, endpoint: Endpoint, rim: Rim, wire: Wire) -> DeclaredDepartment:
        findings = Findings(FILE)
        made = build(self.manifest, endpoint, rim, findings, wire)
        if made is None:
            raise LookupError("; ".join(str(finding) for finding in findings.items))
        return made
