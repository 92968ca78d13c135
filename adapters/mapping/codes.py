"""Code tables: theirs to ours in replies, ours to theirs in requests."""

from collections.abc import Mapping

from adapters.findings import did_you_mean
from adapters.mapping.convert import MappingError, to_text
from adapters.mapping.parse import BadExpression, Term
from adapters.mapping.stage import Environment, Made, Step, Value, name_of
from adapters.rules import Rule
from adapters.shape import Kind

REST, SEND = "*", "="
"""Keys of a table that are no codes: what every other code means, and which code is sent."""


def codes_of(table: Mapping[str, Value]) -> Mapping[str, Value]:
    """The codes of a table, without its policies."""
    return {code: ours for code, ours in table.items() if code not in (REST, SEND)}


def stage(env: Environment, args: tuple[Term, ...]) -> Made:
    """The stage `code TABLE`, in the direction of `env`."""
    name = name_of(args[0])
    table = env.tables.get(name)
    if table is None:
        hint = did_you_mean(name, env.tables)
        raise BadExpression(f"there is no table [codes.{name}]", Rule.TABLE_UNKNOWN, hint)
    if env.replying:
        complaint = f"has a code that table {name!r} does not know"
        return lookup(codes_of(table), complaint, table.get(REST)), Kind.ANY
    return lookup(back(name, table), f"has no code in table {name!r}"), Kind.TEXT


def back(name: str, table: Mapping[str, Value]) -> Mapping[Value, str]:
    """Ours to theirs; where two of theirs mean the same, the table says which is sent."""
    chosen = table.get(SEND, {})
    found: dict[Value, str] = {}
    for theirs, ours in codes_of(table).items():
        if ours in found and to_text(ours) not in chosen:
            sentence = f"table {name!r} has two codes for {ours!r}, so our value has no single code"
            remedy = f'say which is sent: "{SEND}" = {{ "{to_text(ours)}" = "{theirs}" }}'
            raise BadExpression(sentence, Rule.CODES_TWO, remedy)
        found.setdefault(ours, theirs)
    return {ours: chosen.get(to_text(ours), theirs) for ours, theirs in found.items()}


def lookup(table: Mapping[Value, Value], complaint: str, otherwise: Value = None) -> Step:
    """A step that looks a value up, as it is or as text; MappingError when it is not there."""

    def step(value: Value) -> Value:
        try:
            return table[value]
        except KeyError:
            pass
        found = table.get(to_text(value), otherwise)
        if found is None:
            raise MappingError(complaint)
        return found

    return step
