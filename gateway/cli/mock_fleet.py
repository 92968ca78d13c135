"""The controls of a running mock fleet, as commands ask them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from gateway.cli.output import MISUSED, Stop

if TYPE_CHECKING:
    import httpx

_WITHIN_S = 30.0
_USUAL = "http://127.0.0.1:8100"
_STATE = Path(".dev/mocks")
_START = "start the fleet: onething mocks (or onething demo), or name it: --url http://HOST:PORT"
_ANOTHERS = (
    "name the address the fleet printed, as ports.json of its state folder tells it: "
    "--url http://HOST:PORT"
)

UrlOption: TypeAlias = Annotated[
    str | None, typer.Option("--url", help="The fleet's controls; found by --state if absent.")
]
StateOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--state",
        help="The fleet's state folder, whose ports.json leads there; .dev/mocks if absent.",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class MockFleet:
    """One fleet; a refusal or a silence is a Stop that says how to mend it."""

    url: str

    @classmethod
    def at(cls, url: str | None, state: Path | None) -> "MockFleet":
        """The fleet at this address, or the one that wrote this folder's ports.json.

        Where no folder was named and the usual one tells nothing: the one at the usual address.
        """
        return cls(url=(url or _listed(state)).rstrip("/"))

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """What is read."""
        asked = {name: value for name, value in (query or {}).items() if value is not None}
        return self.ask("GET", path, params=asked)

    def text(self, path: str) -> str:
        """What is read, as it is."""
        return self._reply("GET", path).text

    def department(self, named: str) -> str:
        """One of this fleet's; Stop with the nearest name for any other."""
        return one_of(named, self.get("state")["departments"], "department of this fleet")

    def ask(self, method: str, path: str, **said: Any) -> Any:
        """What is answered; None where nothing is."""
        return _value(self.url, self._reply(method, path, **said))

    def _reply(self, method: str, path: str, **said: Any) -> "httpx.Response":
        import httpx  # for which other commands need not pay

        where = f"{self.url}/__admin/{path}"
        try:
            # plain HTTP on loopback: loading certificates would only cost time
            with httpx.Client(trust_env=False, timeout=_WITHIN_S, verify=self._is_tls) as client:
                reply = client.request(method, where, **said)
        except (httpx.HTTPError, httpx.InvalidURL) as silent:
            raise Stop([f"{where}: no answer ({silent})"], next_step=_START) from silent
        if reply.is_error:
            raise _refusal(self.url, reply)
        return reply

    @property
    def _is_tls(self) -> bool:
        return self.url.startswith("https:")


def one_of(named: str, known: Iterable[str], what: str) -> str:
    """The name, when it is known; Stop, a misuse, with the nearest of those that are."""
    from difflib import get_close_matches

    names = list(known)
    if named in names:
        return named
    near = "".join(f"did you mean {one}? " for one in get_close_matches(named, names, n=1))
    step = f"{near}there are {', '.join(names)}"
    raise Stop([f"{named}: no {what}"], next_step=step, code=MISUSED)


def _listed(state: Path | None) -> str:
    ports = (state or _STATE) / "ports.json"
    try:
        return str(json.loads(ports.read_text("utf-8"))["admin"]["url"])
    except OSError as unread:
        if state is None and isinstance(unread, FileNotFoundError):
            return _USUAL
        wrong = unread.strerror or "cannot be read"
    except (ValueError, KeyError, TypeError):
        wrong = "tells no address of a fleet"
    step = "name the state folder of a fleet that runs, or its address: --url http://HOST:PORT"
    raise Stop([f"{ports}: {wrong}"], next_step=step)


def _refusal(where: str, reply: "httpx.Response") -> Stop:
    try:
        told = reply.json()
        typed = _typed if told["code"] in _OF_WHAT_WAS_SENT else str
        findings = [f"{typed(one['where']) or '/'}: {one['what']}" for one in told["findings"]]
        return Stop(findings, next_step=told.get("command") or told["mend"])
    except (ValueError, KeyError, TypeError):
        return _anothers(where, f"HTTP {reply.status_code}")


def _anothers(where: str, why: str) -> Stop:
    """What answers there is somebody else."""
    return Stop([f"{where}: what answers there are no controls of mocks ({why})"],
                next_step=_ANOTHERS)  # fmt: skip


_OF_WHAT_WAS_SENT = frozenset({"BODY_NOT_JSON", "BODY_WRONG", "NOT_OBEYABLE", "PARAMETER_WRONG"})
_OPTIONS = {"active": "--play", "scenario": "--assign"}


def _typed(pointer: str) -> str:
    """Where it stood in what was typed: a pointer into a body that was sent says nothing there."""
    if not pointer.startswith("/"):
        return pointer or "asked"
    names = [name for name in pointer.split("/")[1:] if not name.isdecimal()]
    if not names:
        return "asked"
    name = names[-1]
    in_rule = "/" in pointer.strip("/") and names[0] not in ("match", "advance")
    return name if in_rule else _OPTIONS.get(name, f"--{name.replace('_', '-')}")


def _value(where: str, reply: "httpx.Response") -> Any:
    if not reply.content:
        return None
    try:
        return reply.json()
    except ValueError as wrong:
        raise _anothers(where, str(wrong)) from wrong
