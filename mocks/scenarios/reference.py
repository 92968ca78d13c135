"""The tables of docs/scenarios.md, written from what the code reads and the library holds."""

from collections.abc import Iterator, Sequence

from mocks.scenarios.control import Summary
from mocks.scenarios.keys import ANSWERS, FILE, Key


def keys_as_markdown() -> str:
    """Every key, a table for each table of the file; then what a closed office may answer."""
    sections = "\n".join(_section("the file itself", FILE))
    answers = "\n".join(f"| `{name}` | {meaning} |" for name, meaning in ANSWERS.items())
    head = "What a closed office answers:\n\n| `answer` | what a caller meets |\n|---|---|"
    return f"{sections}\n\n{head}\n{answers}".strip()


def _section(title: str, keys: Sequence[Key]) -> Iterator[str]:
    yield f"\n**{title}**\n\n| key | write | meaning |\n|---|---|---|"
    for key in keys:
        star = " (required)" if key.required else ""
        yield f"| `{key.name}`{star} | {_wanted(key, title)} | {key.meaning} |"
    for key in keys:
        if key.table:
            yield from _section(_title(key, title), key.table)


def _title(key: Key, above: str) -> str:
    name = key.name if above == "the file itself" else f"{above.strip('[]`')}.{key.name}"
    return {"": f"`[{name}]`", "list": f"`[[{name}]]`", "named": f"`[{name}.<name>]`"}[key.many]


def _wanted(key: Key, above: str) -> str:
    return key.kind.wanted if key.kind is not None else f"table {_title(key, above)}"


def library_as_markdown(known: Sequence[Summary]) -> str:
    """Every scenario with its titles and whom it is for."""
    rows = "\n".join(
        f"| `{one.id}` | {one.en} | {one.zh} | {', '.join(one.departments) or 'all'} |"
        for one in known
    )
    return f"| scenario | what happens | 情形 | departments |\n|---|---|---|---|\n{rows}"
