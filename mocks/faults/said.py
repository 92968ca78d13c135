"""Reading what a rule says, key by key; what is wrong is said with what would be right."""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any


class Wrong(ValueError):
    """A key that cannot be obeyed, and how to mend it."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{key}: {why}" if key else why)
        self.key, self.why = key, why


class Unobeyable(ValueError):
    """A rule that cannot be obeyed: `where` it stands, why, and how to mend it."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where} {why}" if where.endswith("]") else f"{where}: {why}")
        self.where, self.why = where, why


def check_each(
    rules: Mapping[str, Any],
    check: Callable[[str, object], None],
    refused: Callable[[str, str], Unobeyable],
    example: str,
) -> None:
    """Raise `refused` for the first rule of the first department that is Wrong to `check`."""
    for department, specs in rules.items():
        if not isinstance(specs, list):
            raise refused(department, f"is not a list of rules like [{example}]")
        for number, spec in enumerate(specs):
            try:
                check(department, spec)
            except Wrong as wrong:
                where = f"{department}[{number}]"
                raise refused(f"{where}.{wrong.key}" if wrong.key else where, wrong.why) from wrong


_NEAR = 0.65  # below it "nofault" would be soap_fault_12


def near(wrong: object, known: Iterable[str]) -> str:
    """The end of a sentence that offers the nearest known name."""
    found = get_close_matches(str(wrong), list(known), n=1, cutoff=_NEAR)
    return f" — did you mean {found[0]}?" if found else ""


def read(key: str, reader: Callable[[Any], Any], value: Any) -> Any:
    """The value as its reader takes it; Wrong, naming the key, when it does not."""
    try:
        return reader(value)
    except (ValueError, TypeError) as wrong:
        raise Wrong(key, f"{value!r} is not {wrong}") from None


def any_like(patterns: Iterable[str], words: Iterable[str]) -> bool:
    """Whether a word matches a pattern; * stands for anything."""
    return any(fnmatchcase(word, pattern) for pattern in patterns for word in words)
