"""The table of kinds as docs/mocks.md shows it."""

from collections.abc import Iterator

from mocks.faults.table import GROUPS, KINDS, Kind

_DEED = {"nothing": "nothing", "done": "done", "later": "done later", "twice": "done twice"}


def kind_table() -> str:
    """Every kind in Markdown, a table for each group."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    for group in GROUPS.values():
        yield f"### {group.en} {group.zh}\n"
        yield "| kind | what | strikes | deed | suits | parameters |"
        yield "|---|---|---|---|---|---|"
        yield from (_row(kind) for kind in KINDS.values() if kind.group == group.name)
        yield ""


def _row(kind: Kind) -> str:
    parameters = ", ".join(f"`{name}` = {value}" for name, value in kind.parameters.items())
    strikes = f"{kind.stage} ({', '.join(sorted(kind.at))})"
    what = f"{kind.en} {kind.zh}: {kind.does}"
    deed = _DEED[kind.deed]
    return f"| `{kind.name}` | {what} | {strikes} | {deed} | {kind.suits} | {parameters} |"
