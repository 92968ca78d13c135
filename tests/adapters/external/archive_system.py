"""The archive's own test system, as a department lets others try things: it keeps deposits.

    python archive_system.py --port 8299

It knows two drawings and one key, `archive-test-key`. A deposit of a project called …驳回 is
refused, of one called …繁忙 not taken for now. Asked for again, a deposit has been archived.
"""

import argparse
import itertools
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

KEY = "archive-test-key"
OPENING = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
DRAWINGS = {
    "CJ-20190001": {
        "number": "CJ-20190001",
        "title": "总平面图",
        "sheets": 3,
        "scale": "1:500",
        "archivedOn": "2019-05-06",
        "buildingNo": "31010400000188",
    },
    "CJ-20190002": {
        "number": "CJ-20190002",
        "title": "首层平面图",
        "sheets": 12,
        "archivedOn": "2019-05-06",
    },
}
Json = dict[str, Any]


class Desk:
    """What was deposited, by number and by key."""

    def __init__(self) -> None:
        self.deposits: dict[str, Json] = {}
        self.by_key: dict[str, str] = {}
        self.asked: dict[str, int] = {}
        self._numbers = itertools.count(1)

    def take(self, key: str, told: Json) -> Json:
        """The deposit under this key; the same key gives the same deposit."""
        if key not in self.by_key:
            place = next(self._numbers)
            at = (OPENING + timedelta(minutes=place)).isoformat()
            number = f"YJ2026{place:04}"
            self.by_key[key] = number
            self.deposits[number] = {
                "depositNo": number,
                "reference": told["reference"],
                "receivedAt": at,
                "state": "TAKEN",
                "changedAt": at,
            }
        return self.deposits[self.by_key[key]]

    def stands(self, number: str) -> Json:
        """A deposit as it stands; one that was asked for before has been archived meanwhile."""
        deposit = self.deposits[number]
        self.asked[number] = self.asked.get(number, 0) + 1
        if deposit["state"] == "TAKEN" and self.asked[number] > 1:
            deposit["state"] = "ARCHIVED"
            deposit["changedAt"] = (OPENING + timedelta(days=1)).isoformat()
            deposit["confirmation"] = {"number": f"DA-{number}", "issuedOn": "2026-03-03"}
        return deposit


def problem(status: int, code: str, detail: str) -> Response:
    """A failure as the contract has them."""
    told = {"code": code, "detail": detail}
    return JSONResponse(told, status, media_type="application/problem+json")


Answer = Callable[[Request], Awaitable[Response]]


def known(answer: Answer) -> Answer:
    """An answer for those who have the key."""

    async def guarded(request: Request) -> Response:
        if request.headers.get("x-api-key") != KEY:
            return problem(401, "KEY", "密钥无效")
        return await answer(request)

    return guarded


class Counter:
    """What is asked over HTTP."""

    def __init__(self) -> None:
        self.desk = Desk()

    async def drawings(self, request: Request) -> Response:
        """The drawings that are known, of those asked for."""
        numbers = (await request.json())["numbers"]
        return JSONResponse({"drawings": [DRAWINGS[no] for no in numbers if no in DRAWINGS]})

    async def deposit(self, request: Request) -> Response:
        """Take a deposit."""
        told = await request.json()
        if told["project"].endswith("驳回"):
            return problem(422, "RULE", "缺少竣工图")
        if told["project"].endswith("繁忙"):
            return problem(503, "BUSY", "系统繁忙，本次未受理")
        return JSONResponse(self.desk.take(request.headers["idempotency-key"], told), 201)

    async def find(self, request: Request) -> Response:
        """All deposits under a reference."""
        wanted = request.query_params["reference"]
        found = [one for one in self.desk.deposits.values() if one["reference"] == wanted]
        return JSONResponse({"deposits": found})

    async def get(self, request: Request) -> Response:
        """One deposit."""
        number = request.path_params["number"]
        if number not in self.desk.deposits:
            return problem(404, "UNKNOWN", "没有这份移交")
        return JSONResponse(self.desk.stands(number))

    async def withdraw(self, request: Request) -> Response:
        """Give a deposit back."""
        deposit = self.desk.deposits.get(request.path_params["number"])
        if deposit is None:
            return problem(404, "UNKNOWN", "没有这份移交")
        if deposit["state"] == "WITHDRAWN":
            return problem(409, "WITHDRAWN", "已撤回")
        deposit["state"] = "WITHDRAWN"
        return JSONResponse(deposit)


def system() -> Starlette:
    """The system, with no deposit yet."""
    at, one = Counter(), "/v1/deposits/{number}"
    return Starlette(
        routes=[
            Route("/v1/drawings/query", known(at.drawings), methods=["POST"]),
            Route("/v1/deposits", known(at.deposit), methods=["POST"]),
            Route("/v1/deposits", known(at.find), methods=["GET"]),
            Route(one, known(at.get), methods=["GET"]),
            Route(f"{one}/withdrawal", known(at.withdraw), methods=["POST"]),
        ]
    )


if __name__ == "__main__":
    given = argparse.ArgumentParser()
    given.add_argument("--port", type=int, required=True)
    uvicorn.run(system(), port=given.parse_args().port, log_level="warning")
