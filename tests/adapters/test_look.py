"""Rows read once each give what they give one by one: under their keys, judged, whole or not."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.calls import environment
from adapters.compile import Call, Compiler
from adapters.errors import AdapterError
from adapters.findings import Findings
from adapters.look import Look
from adapters.manifest.model import CallSpec, OutcomeRule
from adapters.manifest.read import FILE
from adapters.mapping.reply import Reader
from adapters.outcome import Meaning, Settled
from adapters.rest.tree import JsonTree
from adapters.rows import FailedRow
from adapters.shape import hidden
from adapters.unread import UnreadDialect, never
from schema.domain.department import Register, RegisterField
from schema.domain.text import Text
from tests.adapters.examples import manifest_of

TITLE = Text(zh="名", en="name")


def field(name: str, kind: str = "text", *, required: bool = True) -> RegisterField:
    return RegisterField(name=name, kind=kind, title=TITLE, required=required)


REGISTER = Register(
    id="thing",
    department="police",
    title=TITLE,
    key="id",
    fields=(
        field("id"),
        field("name"),
        field("size", "integer", required=False),
        field("never", required=False),
    ),
    lookups=(),
)
LINES = {"id": ".id", "name": ".name", "size": ".size"}
JUDGED = OutcomeRule(code=".code | default 'found'", success=("found",))
FAULTS = {"gone": Meaning.ABSENT, "no": Meaning.REFUSED}


def look(lookup: str = "id", *, rows: bool = True, **more: Any) -> Look:
    """A look-up of these lines, as it is compiled."""
    spec = CallSpec(
        key=f"registers.thing.lookups.{lookup}",
        call="lookup",
        operation="o",
        reply=LINES if rows else {n: line[1:] for n, line in LINES.items()},
        each="rows" if rows else None,
        faults=FAULTS,
        **more,
    )
    findings, manifest = Findings(FILE), manifest_of("police")
    env = environment(manifest, replying=True)
    reader = Reader("lookup", env, findings, JsonTree(), hidden("root"))
    fields = Compiler(manifest, UnreadDialect(), findings).fields(spec, reader, REGISTER)
    assert findings.items == []
    call = Call(spec=spec, send=never, outcome=fields.each_outcome, fields=fields)
    return Look("police", REGISTER, lookup, call)


def told(read: Callable[[], Mapping[str, Any]]) -> Any:
    """What comes of it; errors by what they say."""
    try:
        return {k: str(v) if isinstance(v, AdapterError) else v for k, v in read().items()}
    except AdapterError as error:
        return f"{type(error).__name__}: {error}"


KEYS = st.sampled_from(["a", "b", "c", "7"])
SAID = st.sampled_from(["a", "a", "b", "c", "x", "", 7, None])
ROW = st.fixed_dictionaries(
    {},
    optional={
        "id": SAID,
        "name": SAID,
        "size": st.sampled_from(["1", 2, None, "many", [1]]),
        "code": st.sampled_from(["found", "gone", "no", "?", None, ["found"]]),
        "other": SAID,
    },
)
WHOLE = st.fixed_dictionaries(
    {"id": KEYS, "name": KEYS},
    optional={"size": st.just("1"), "code": st.sampled_from(["found", "gone", "no"])},
)
FAILED = st.builds(FailedRow, WHOLE | ROW, KEYS, st.just(Settled.ABSENT))
ROWS = st.lists(WHOLE | WHOLE | WHOLE | ROW | FAILED, max_size=5)


@settings(max_examples=300, deadline=None)
@given(
    keys=st.lists(KEYS, min_size=1, max_size=3, unique=True),
    rows=ROWS,
    lookup=st.sampled_from(["id", "name"]),
    match=st.sampled_from([None, ".id", ".name", ".other", ".id | trim"]),
    judged=st.booleans(),
    batch=st.booleans(),
    times=st.integers(1, 3),
)
def test_rows_read_at_once_give_what_they_give_one_by_one(
    keys: Sequence[str],
    rows: list[Any],
    lookup: str,
    match: str | None,
    judged: bool,
    batch: bool,
    times: int,
) -> None:
    outcome = JUDGED if judged else OutcomeRule()
    made = look(lookup, match=match, each_outcome=outcome, batch=3 if batch else 1)
    keys = keys if batch else keys[:1]
    root = Settled.ABSENT if rows == [] else {"rows": rows}
    # from the second row on by a function
    found = [told(lambda: made.read(keys, {}, root)) for _ in range(times)]

    assert found[-1] == told(lambda: made._keyed.read(keys, {}, root, made._record))


@given(row=ROW, lookup=st.sampled_from(["id", "name"]))
def test_an_answer_that_is_the_row_is_read_as_one_by_one(row: Any, lookup: str) -> None:
    made = look(lookup, rows=False)

    assert told(lambda: made.read(["a"], {}, row)) == told(
        lambda: made._keyed.read(["a"], {}, row, made._record)
    )


@pytest.mark.parametrize(("match", "judged"), [(None, False), (".id", False), (".id", True)])
def test_rows_as_they_should_be_are_read_once(match: str | None, judged: bool) -> None:
    made = look(match=match, each_outcome=JUDGED if judged else OutcomeRule(), batch=3)
    rows = [{"id": "a", "name": "n"}, {"id": "b", "name": "m", "size": "2"}]
    first = {"id": "a", "name": "n", "size": None, "never": None}
    second = {"id": "b", "name": "m", "size": 2, "never": None}

    assert made._at_once(["a", "b"], {}, {"rows": rows}) == {"a": [first], "b": [second]}


@pytest.mark.parametrize(
    "row", [{"id": "z", "name": "n"}, {"id": "a"}, {"id": "a", "name": "n", "size": "x"}]
)
def test_a_row_with_which_anything_is_wrong_is_told_by_itself(row: Mapping[str, Any]) -> None:
    assert look(batch=3)._at_once(["a"], {}, {"rows": [row]}) is None
