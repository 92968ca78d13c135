"""Where each kind of bad day can strike, and how often it has to, to have struck everywhere."""

import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from mocks.core.contract import Contract
from mocks.core.kit import CONTRACTS
from mocks.faults.operations import issues_tokens, operations_of, protocol_of
from mocks.faults.table import KINDS, TOKEN_KINDS, Kind, Point, Stage

# A reply of megabytes is refused by its size, wherever in it they stand.
PLACED = frozenset(kind.name for kind in KINDS.values() if kind.drawn) - {"huge_text"}
REMEMBERED = frozenset({"other_operation", "other_record"})  # they give what was said before


def spared(kind: Kind, places: int | None, *, error: bool) -> bool:
    """Whether a kind that struck found nothing to spoil: no place, or none it could choose from."""
    return places == 0 or (places is None and kind.name in PLACED and not error)


def turn_of(kind: Kind) -> int:
    """Which question of a verb a kind asks: the same one, whatever other kinds there are."""
    return zlib.crc32(kind.name.encode())


def kinds_for(department: str, verb: str) -> Iterator[Kind]:
    """The kinds that can strike this verb at this department."""
    protocol = protocol_of(department) or ""
    for kind in KINDS.values():
        if kind.stage is Stage.TELLING or not kind.suits_protocol(protocol):
            continue
        if kind.name.startswith("token_") and department != "market":
            continue
        if kind.at == {Point.LOOK_UP} and verb != "find_filing":
            continue
        yield kind


@cache
def says_not_modified(department: str) -> bool:
    """Whether it may answer that nothing changed: a reply without a body to spoil."""
    folder = CONTRACTS / department / "contract"
    if not list(folder.glob("*.yaml")):
        return False
    operations = Contract.of(folder).operations.values()
    return any("304" in operation.spec["responses"] for operation in operations)


def where(kind: Kind, department: str) -> Mapping[str, Any]:
    """The operations to strike: a call struck while a token is fetched for it never gets there.

    What strikes a connection strikes the first there is, whatever it is for.
    """
    known = operations_of(department)
    calls = sorted(name for name in known if not issues_tokens(name))
    everywhere = kind.at == {Point.ACCEPT} or kind.name in TOKEN_KINDS or len(calls) == len(known)
    return {} if everywhere else {"operation": calls}
