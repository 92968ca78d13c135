"""The operations of a department, as its published contract says them; what strikes at which."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from mocks.faults.said import Wrong, near
from mocks.faults.table import Kind, Point

_CONTRACTS = Path(__file__).parents[2] / "adapters" / "departments"
_NAMED = re.compile(r"""operationId:\s*([\w.-]+)|<(?:\w+:)?operation\s+name=["']([\w.-]+)["']""")
_ADDRESS = re.compile(r"""<(?:\w+:)?address\s+location=["']([^"']+)["']""")
_WEBHOOKS = re.compile(r"^webhooks:\n((?:[ \t#].*\n|\n)*)", re.MULTILINE)
LOOK_UPS: Mapping[str, str] = {  # what shows a sender the filings under a reference
    "planning": "QueryCase",
    "housing": "findMatter",
    "construction": "queryByRef",
    "market": "findApplications",
    "greening": "findByRef",
}


@cache
def operations_of(department: str) -> frozenset[str]:
    """Every operation and callback of its contract; none when we know no such department."""
    return _named_in("\n".join(_contract(department)))


@cache
def callbacks_of(department: str) -> frozenset[str]:
    """What it tells by callback, as its contract names it."""
    found = (part for text in _contract(department) for part in _WEBHOOKS.findall(text))
    return _named_in("\n".join(found))


def _contract(department: str) -> list[str]:
    folder = _CONTRACTS / department / "contract"
    files = [*folder.glob("*.yaml"), *folder.glob("*.wsdl")]
    return [f"{file.read_text('utf-8')}\n" for file in files]


def _named_in(text: str) -> frozenset[str]:
    return frozenset(one or other for one, other in _NAMED.findall(text))


@cache
def protocol_of(department: str) -> str | None:
    """ "soap" or "rest", as its contract is; None when we know no such department."""
    folder = _CONTRACTS / department / "contract"
    if any(folder.glob("*.wsdl")):
        return "soap"
    return "rest" if any(folder.glob("*.yaml")) else None


@cache
def path_of(department: str) -> str:
    """Where its service answers, as its WSDL says; "" where every operation has its own path."""
    found = (_ADDRESS.search(text) for text in _contract(department))
    return next((urlsplit(one[1]).path for one in found if one), "")


def issues_tokens(operation: str) -> bool:
    """Whether an operation's name says that it issues tokens."""
    return "token" in operation.lower()


def calls_of(department: str) -> frozenset[str]:
    """What it is asked."""
    return operations_of(department) - callbacks_of(department)


def _tokens_of(department: str) -> frozenset[str]:
    return frozenset(name for name in calls_of(department) if issues_tokens(name))


def _look_ups_of(department: str) -> frozenset[str]:
    return frozenset({LOOK_UPS[department]} if department in LOOK_UPS else ())


def _all_of(department: str) -> frozenset[str]:
    return operations_of(department)


Of = Callable[[str], frozenset[str]]


def _struck_by(kind: Kind) -> tuple[str, Of]:
    """What a kind strikes, as people say it, and which operations of a department these are."""
    if kind.tokens:
        return "operations that issue tokens", _tokens_of
    if kind.at == {Point.LOOK_UP}:
        return "look-ups by reference", _look_ups_of
    if kind.at == {Point.CHANGE}:
        return "callbacks", callbacks_of
    if Point.TELLING not in kind.at:
        return "calls", calls_of
    return "what is called and told", _all_of


def check_names(department: str, names: frozenset[str]) -> None:
    """Raise Wrong for a name the department's contract does not know."""
    known = operations_of(department)
    for name in sorted(names - {"*"} - known if known else ()):
        raise Wrong("operation", unknown_to(department, name))


def unknown_to(department: str, name: str) -> str:
    """The sentence about an operation that is none of the department's: which there are."""
    known = sorted(operations_of(department))
    return f"{department} has no {name!r}{near(name, known)}; there are {', '.join(known)}"


def check_meets(department: str, kind: Kind, names: frozenset[str]) -> None:
    """Raise Wrong for a kind that none of these operations of the department can meet."""
    said, of = _struck_by(kind)
    if not operations_of(department):
        return
    if not (meeting := of(department)):
        elsewhere = ", ".join(name for name in _departments() if of(name))
        why = f"{kind.name} strikes {said}, and {department} has none; order it at {elsewhere}"
        raise Wrong("kind", why)
    if "*" not in names and names.isdisjoint(meeting):
        raise Wrong("operation", f"{kind.name} strikes {said} only; {_instead(meeting)}")


def departments_that_meet(kind: Kind) -> list[str]:
    """The departments that can have a kind: they speak what it suits, and something meets it."""
    _, of = _struck_by(kind)
    return [
        name for name in _departments() if kind.suits_protocol(protocol_of(name) or "") and of(name)
    ]


def check_asked(department: str, names: frozenset[str]) -> None:
    """Raise Wrong when none of these operations is asked of the department."""
    calls = calls_of(department)
    if calls and "*" not in names and names.isdisjoint(calls):
        told = ", ".join(sorted(names))
        raise Wrong("operation", f"{told} is told, not asked; {_instead(calls)}")


def _instead(names: frozenset[str]) -> str:
    one_of = "one of " if len(names) > 1 else ""
    return f"write {one_of}{', '.join(sorted(names))}, or leave it out"


def _departments() -> list[str]:
    return sorted(folder.name for folder in _CONTRACTS.iterdir() if operations_of(folder.name))
