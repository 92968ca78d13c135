"""The identity of one command for ever: `case:item:verb:round`."""

import re

from schema.domain.case import Command, Verb
from schema.domain.formats import UNWRITABLE

_LONGEST = 200
_ROUND = re.compile(r"[0-9]{1,9}", re.ASCII)


def reference(case: str, item: str, verb: Verb, round_: int) -> str:
    """The reference of a command; departments print it in their own reference field."""
    return f"{case}:{item}:{verb.value}:{round_}"


def parse_reference(text: str) -> Command | None:
    """The command a reference names; None when it is not one of ours, whatever it is."""
    parts = text.split(":")
    if len(parts) != 4 or parts[2] not in set(Verb) or not _ROUND.fullmatch(parts[3]):
        return None
    if len(text) > _LONGEST or UNWRITABLE.search(text):
        return None
    return Command(
        reference=text, case=parts[0], item=parts[1], verb=Verb(parts[2]), round=int(parts[3])
    )


def command(case: str, item: str, verb: Verb, round_: int) -> Command:
    """The command with its reference."""
    return Command(
        reference=reference(case, item, verb, round_), case=case, item=item, verb=verb, round=round_
    )
