"""The lines of a function: how fields are read and called, and what is done with what comes."""

from collections.abc import Mapping

from graphql import GraphQLOutputType

from gateway.execution.compiled.access import Call, Read, Simplify
from gateway.execution.compiled.functions import Draft, indented
from gateway.execution.compiled.state import Field, Items
from gateway.execution.compiled.values import Lines, Program, Spot, prepared

OBJECT = "E, s, p"  # (state, source, place) -> dict or coroutine
LIST = "E, v, p"  # (state, entries, place) -> list or coroutine


def draft_object(program: Program, simplify: Simplify, fields: Mapping[str, Field]) -> Draft:
    """The function of one selection on one type."""
    draft = Draft()
    body: Lines = []
    entries: list[str] = []
    for index, (key, field) in enumerate(fields.items()):
        if field.name == "__typename":
            entries.append(f"{key!r}: {field.parent.name!r}")
            continue
        variable = f"v{index}"
        entries.append(f"{key!r}: {variable}")
        body += _field_lines(program, draft, simplify(field.definition), key, field, variable)
    if any(field.nonnull for field in fields.values()):
        body = _watched(body)
    draft.lines = [
        "  w = None",
        *_reading(body),
        *indented(body, 2),
        f"  d = {{{', '.join(entries)}}}",
        "  return d if w is None else whole(d, w)",
    ]
    return draft


def _reading(body: Lines) -> Lines:
    """How this source and the variables are read, found out once for all its fields."""
    text = "\n".join(body)
    lines = []
    if " g(" in text:
        lines.append("  g = s.get if isinstance(s, dict) else None")
    if " h(" in text:
        lines.append("  h = s.get if s.__class__ is dict else keyed(s)")
    if "=C[" in text:
        lines.append("  C = E.variables.coerced")
    return lines


def _watched(body: Lines) -> Lines:
    """An error that null propagation carries past this object leaves nothing waiting behind."""
    return ["try:", *indented(body), "except Exception:", " abandon(E, w)", " raise"]


def _field_lines(
    program: Program,
    draft: Draft,
    access: Read | Call | None,
    key: str,
    field: Field,
    variable: str,
) -> Lines:
    lines, field.shape, field.nonnull = prepared(program, draft, field, field.definition.type)
    position = draft.bind(field)
    place = f"(p, {key!r}, {field.parent.name!r})"
    spot = Spot(variable=variable, position=position, place=place, key=repr(key))
    return [
        "try:",
        *indented(_value(program, draft, access, field, spot)),
        *indented(lines(spot)),
        f"except Exception as e: {variable} = fail(E, {position}, e, {place})",
    ]


def _value(
    program: Program, draft: Draft, access: Read | Call | None, field: Field, spot: Spot
) -> Lines:
    """The lines that get a field's value into its variable."""
    if isinstance(access, Call):
        return _call(program, draft, access, field, spot)
    info = f"info_at(E, {spot.position}, {spot.place})"
    found = f"arguments(E, {spot.position})" if field.definition.args else ""
    if isinstance(access, Read):
        # Nobody wants the arguments, but wrong ones are an error all the same.
        return [*([found] if found else []), f"{spot.variable} = {_read(access)}"]
    given = f", **{found}" if found else ""
    if field.definition.resolve is not None:
        resolve = draft.bind(field.definition.resolve)
        return [f"{spot.variable} = {resolve}(s, {info}{given})"]
    return _by_default(field.name, spot, info, bool(given))


def _read(access: Read) -> str:
    return f"g({access.name!r}) if g is not None else s.{access.name}"


def _call(program: Program, draft: Draft, access: Call, field: Field, spot: Spot) -> Lines:
    given = []
    if access.source is not None:
        given.append(f"{access.source}=s")
    if access.info is not None:
        told = "info_at" if access.told is None else draft.bind(access.told)
        given.append(f"{access.info}={told}(E, {spot.position}, {spot.place})")
    lines, arguments = _arguments(program, draft, access.names or {}, field, spot)
    called = f"{draft.bind(access.function)}({', '.join([*given, *arguments])})"
    return [*lines, f"{spot.variable} = {called}"]


def _arguments(
    program: Program, draft: Draft, names: Mapping[str, str], field: Field, spot: Spot
) -> tuple[Lines, Lines]:
    """How a field's arguments are found, and how they are passed on by the function's keywords."""
    if not field.definition.args:
        return [], []
    parts = field.prepared.at_once(program.sure)
    if parts is not None and {name for name, _, _ in parts} == names.keys():
        return [], [
            f"{names[name]}={draft.bind(constant) if by is None else f'C[{draft.bind(by)}]'}"
            for name, constant, by in parts
        ]
    given = _passed_on(draft, names, field.prepared.always) if names else []
    return [f"k = arguments(E, {spot.position})"], given


def _passed_on(draft: Draft, names: Mapping[str, str], always: frozenset[str]) -> list[str]:
    """The arguments by the function's keywords, one by one where none of them can be missing."""
    if always == names.keys():
        return [f"{keyword}=k[{name!r}]" for name, keyword in names.items()]
    return [f"**renamed(k, {draft.bind(names)})"]


def _by_default(name: str, spot: Spot, info: str, with_arguments: bool) -> Lines:
    """As graphql-core's default resolver: an entry or an attribute, called where it can be."""
    v = spot.variable
    lines = [f"k = arguments(E, {spot.position})"] if with_arguments else []
    given = ", **k" if with_arguments else ""
    return [
        *lines,
        f"{v} = h({name!r}) if h is not None else getattr(s, {name!r}, None)",
        f"if {v}.__class__ not in SETTLED and callable({v}): {v} = {v}({info}{given})",
    ]


def draft_list(program: Program, items: Items, kind: GraphQLOutputType) -> Draft:
    """The function that goes through a list."""
    draft = Draft()
    lines, items.shape, items.nonnull = prepared(program, draft, items.field, kind)
    position = draft.bind(items)
    spot = Spot(variable="x", position=position, place="(p, i, None)", key="i")
    draft.lines = [
        "  w = None",
        "  d = []",
        "  a = d.append",
        "  r = iter(v)",
        "  try:",
        "   for i, x in enumerate(r):",
        "    try:",
        *indented(lines(spot), 5),
        f"    except Exception as e: x = fail(E, {position}, e, (p, i, None))",
        "    a(x)",
        "  except Exception:",
        "   abandon(E, w, r)",
        "   raise",
        "  return d if w is None else whole(d, w)",
    ]
    return draft
