"""Rules by department, for faults and for latency: departments follow the files these write."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mocks.admin.document import body_of
from mocks.admin.refusal import Refusal, refused
from mocks.admin.route import route
from mocks.core.clock import write_atomically
from mocks.core.faults import check_rules
from mocks.core.kit import DEPARTMENTS
from mocks.faults.in_force import MARKS, marks_of
from mocks.faults.pace import check_latency
from mocks.faults.said import Unobeyable

Told = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One file of rules and its routes. `check` raises Unobeyable for what cannot be obeyed."""

    what: str  # faults, latency
    file: Path
    check: Callable[[Mapping[str, Any]], None]
    http: str  # where it is told what there is: for who sends, and for who types
    typed: str

    def routes(self) -> list[Route]:
        """Reading and replacing, all departments' or one's."""
        return [
            route(self.what, get=self.read, put=self.replace),
            route(f"{self.what}/departments/{{id}}", put=self.replace_one),
        ]

    def in_force(self) -> Told:
        """The rules by department."""
        return {name: rules for name, rules in self._told().items() if name != MARKS}

    def _told(self) -> Told:
        """What stands in the file; a refusal where that is nothing we wrote."""
        try:
            told: Any = json.loads(self.file.read_text("utf-8")) if self.file.exists() else {}
            marks = told.get(MARKS, {})
            rules = [one for name, one in told.items() if name != MARKS]
            if all(isinstance(one, list) for one in [*rules, *marks.values()]):
                return {**told}
            wrong = "is not lists of rules by department"
        except ValueError as spoiled:
            wrong = str(spoiled)
        except AttributeError:
            wrong = "is not lists of rules by department"
        mend = (
            f"order all anew (onething mocks {self.what} --lift, or PUT /__admin/{self.what}), "
            "or reset"
        )
        raise refused("SPOILED", str(self.file), f"spoiled by hand: {wrong}", mend, status=409)

    def lift(self) -> None:
        """No rules at all."""
        self.file.unlink(missing_ok=True)

    async def read(self, _: Request) -> Response:
        """The rules in force."""
        return JSONResponse(self.in_force())

    async def replace(self, request: Request) -> Response:
        """Replace the rules; an impossible one changes nothing."""
        return self._ordered(await body_of(request, f"set{self.what.title()}"))

    async def replace_one(self, request: Request) -> Response:
        """Replace the rules of one department."""
        department = request.path_params["id"]
        if department not in DEPARTMENTS:
            mend = f"departments are {', '.join(DEPARTMENTS)}"
            raise refused("UNKNOWN", "id", f"{department} is no department", mend, status=404)
        rules = await body_of(request, f"set{self.what.title()}Of")
        others = {name: kept for name, kept in self.in_force().items() if name != department}
        return self._ordered({**others, department: rules} if rules else others)

    def _ordered(self, rules: Told) -> Response:
        try:
            self.check(rules)
        except Unobeyable as wrong:
            raise refused(
                "NOT_OBEYABLE", wrong.where, wrong.why, f"correct the rule; {self.http}",
                status=422, command=f"correct the rule; {self.typed}",
            ) from None  # fmt: skip
        self.order(rules)
        return JSONResponse(rules)

    def order(self, rules: Told) -> None:
        """From now on these; those that are in force already go on as they are."""
        try:
            before = self._told()
        except Refusal:  # spoiled by hand: nothing of it is in force
            before = {}
        marks = marks_of(rules, before, lambda: secrets.token_hex(4))
        write_atomically(self.file, {**rules, MARKS: marks} if rules else {})


def fault_rules(state: Path) -> Rules:
    """Bad days on order."""
    return Rules(
        what="faults",
        file=state / "faults.json",
        check=check_rules,
        http="GET /__admin/faults/kinds and docs/mocks.md tell what there is",
        typed="onething mocks faults --kinds and docs/mocks.md tell what there is",
    )


def latency_rules(state: Path) -> Rules:
    """How fast departments answer, and how much they bear."""
    told = "docs/mocks.md tells what there is"
    return Rules(
        what="latency", file=state / "latency.json", check=check_latency, http=told,
        typed=f"onething mocks latency --help and {told}",
    )  # fmt: skip
