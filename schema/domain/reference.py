"""The identity of one command for ever: `case:item:verb:round`."""

from schema.domain.case import Command, Verb


def reference(case: str, item: str, verb: Verb, round_: int) -> str:
    """The reference of a command; departments print it in their own reference field."""
    return f"{case}:{item}:{verb.value}:{round_}"


def parse_reference(text: str) -> Command | None:
    """The command a reference names; None when it is not one of ours."""
    parts = text.split(":")
    if len(parts) != 4 or parts[2] not in set(Verb) or not parts[3].isdigit():
        return None
    return Command(
        reference=text, case=parts[0], item=parts[1], verb=Verb(parts[2]), round=int(parts[3])
    )


def command(case: str, item: str, verb: Verb, round_: int) -> Command:
    """The command with its reference."""
    return Command(
        reference=reference(case, item, verb, round_), case=case, item=item, verb=verb, round=round_
    )
