"""Where an answer differs from the true one, by the names of its fields."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from schema.domain.filing import Receipt

ABSENT, ADDED, DEED = "absent", "added", "deed"
"""Not there though it is; there though it is not, or once too often; said to be done and not."""


def differing(value: Any, truth: Any) -> frozenset[str]:
    """The fields in which a value is another than the truth, wherever in it they stand."""
    return frozenset(_differing(value, truth, "value"))


def _differing(value: Any, truth: Any, name: str) -> Iterator[str]:
    if type(value) is type(truth) and value == truth:
        return
    if value is None or truth is None:
        yield (ABSENT if value is None else ADDED) if name == "value" else name
    elif is_dataclass(value) and type(value) is type(truth):
        for field in fields(value):
            at = field.name if name == "value" else f"{name}.{field.name}"
            yield from _differing(getattr(value, field.name), getattr(truth, field.name), at)
    elif isinstance(value, Mapping) and isinstance(truth, Mapping):
        yield from _of_mappings(value, truth)
    elif _are_rows(value) and _are_rows(truth):
        yield from _of_rows(value, truth)
    else:
        yield name


def _of_mappings(value: Mapping[str, Any], truth: Mapping[str, Any]) -> Iterator[str]:
    """A record field by field; of what is asked by key, what stands under each."""
    yield from (ABSENT for key in truth if key not in value)
    yield from (ADDED for key in value if key not in truth)
    keyed = all(one is None or _holds_fields(one) for one in truth.values())
    for key in value.keys() & truth.keys():
        yield from _differing(value[key], truth[key], "value" if keyed else key)


def _of_rows(value: Sequence[Any], truth: Sequence[Any]) -> Iterator[str]:
    """One by one where there are as many; else those that are missing, repeated or another's."""
    if len(value) == len(truth):
        for one, other in zip(value, truth, strict=True):
            yield from _differing(one, other, "value")
        return
    if len(value) < len(truth):
        yield ABSENT
    elif len(value) > len(truth):
        yield ADDED
    for one in value:
        if one not in truth:
            yield from min((differing(one, other) for other in truth), key=len, default={ADDED})


def _are_rows(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _holds_fields(value: Any) -> bool:
    return isinstance(value, Mapping) or _are_rows(value) or is_dataclass(value)


# of what was done


def undone(value: Any, told: Mapping[str, str], deeds: Sequence[Mapping[str, Any]]) -> set[str]:
    """The fields in which what was said to be done differs from what was, by the ledger.

    `told`: what the entry of the deed has to say.
    """
    done = [deed for deed in deeds if told.items() <= deed.items()]
    if not done:
        return {DEED}
    if not isinstance(value, Receipt):
        return set()
    return min((_of_receipt(value, entry) for entry in done), key=len)


def _of_receipt(receipt: Receipt, entry: Mapping[str, Any]) -> set[str]:
    """A receipt may carry our reference behind the number: then that counts too."""
    number, _, ours = receipt.number.partition("/")
    at = datetime.fromisoformat(entry["at"]).replace(microsecond=0)
    wrong = {"received_at"} if receipt.received_at != at else set()
    if number != str(entry["receipt"]) or ours not in ("", entry["reference"]):
        wrong.add("number")
    return wrong
