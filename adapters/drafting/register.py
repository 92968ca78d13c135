"""A register drafted from an operation that is asked by one key and gives a record."""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.drafting.asking import Request, key_of, request_for
from adapters.drafting.places import Place, Recorded, recorded, sayable, telling
from adapters.drafting.view import ContractView, OperationView
from adapters.drafting.vocabulary import EMPTY, PERSONAL
from adapters.drafting.wording import Words, alike, identifier, title, tokens, unique
from adapters.shape import Kind
from schema.domain.text import Text

FIELDS = 20  # of one register; the rest is told in a comment
_SHORT = 12  # characters at the start of a sentence that name what it is about
BATCH = 20  # keys in one call where the contract sets no bound


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDraft:
    """One field and the reply line that fills it."""

    name: str
    kind: str
    title: Text
    optional: bool
    line: str
    enum: tuple[str, ...] = ()
    said: str = ""  # the contract's own name of it
    personal: str = ""  # whose data it is guessed to be: name, id_number or phone


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterDraft:
    """A register with its one look-up."""

    id: str
    title: Text
    operation: OperationView
    key: str
    fields: tuple[FieldDraft, ...]
    left_out: tuple[str, ...]
    each: str | None
    many: bool
    batch: int
    bounded: bool  # the contract says how many keys one call takes
    request: Request
    absent: bool  # the contract lists 404
    several: bool  # the request takes several keys, but no row says which one it belongs to


def draft_register(
    contract: ContractView, operation: OperationView, department: str
) -> RegisterDraft | str:
    """The register, or why there is none: what the mapping language has no words for."""
    asked = key_of(operation)
    found = recorded(operation.reply, asked.name) if asked else None
    if asked is None or found is None or not sayable(found.path, rooted=True):
        return "the names in its reply are no paths of the mapping language"
    batched = asked.repeated is not None and found.rows and found.key is not None
    request = request_for(operation, asked, batch=batched)
    fields, left_out = _fields(found, asked, contract.words)
    if request is None:
        return "its request requires what has no end"
    if len(fields) < 2:
        return "its reply has no value besides the key that the mapping language can say"
    known = contract.words.most.get((asked.repeated or asked.path or ("",))[-1])
    return RegisterDraft(
        id=_name(operation, found, department),
        title=title([operation.about], _called(operation, found)),
        operation=operation,
        key=fields[0].name,
        fields=tuple(fields),
        left_out=tuple(left_out),
        each=found.each,
        many=found.rows and not batched,
        batch=(known or BATCH) if batched else 1,
        bounded=known is not None,
        request=request,
        absent="404" in operation.errors,
        several=asked.repeated is not None and not batched,
    )


def _fields(found: Recorded, asked: Place, words: Words) -> tuple[list[FieldDraft], list[str]]:
    """The key first, then the record's values in its order, as many as fit."""
    key = found.key
    fields = [_own_key(found, asked, key, words)]
    left_out = []
    for place in sorted(telling(found.shape), key=lambda place: len(place.path) > 1):
        if key is not None and place.path == key.path:
            continue
        whole = place.path if found.rows else (*found.path, *place.path)
        if not (sayable(whole, rooted=not found.rows) and (whole or found.rows)):
            continue
        if len(fields) == FIELDS:
            left_out.append(".".join(place.path))
            continue
        taken = [field.name for field in fields]
        within = found.optional and key is None and not found.rows
        fields.append(_field(found, place, words, taken, optional=place.optional or within))
    return fields, left_out


def _own_key(found: Recorded, asked: Place, key: Place | None, words: Words) -> FieldDraft:
    if key is not None and sayable((*found.path, *key.path), rooted=not found.rows):
        return _field(found, key, words, [], optional=key.optional)
    name = asked.name
    return FieldDraft(
        name=identifier(name, "key"),
        kind="text",
        title=title(words.about(name), name),
        optional=False,
        line="request.key",
        said=name,
        personal=personal(name, words.about(name)),
    )


def _field(
    found: Recorded, place: Place, words: Words, taken: list[str], *, optional: bool
) -> FieldDraft:
    name = place.name if place.path else "text"
    wanted = identifier(name, f"field_{len(taken) + 1}")
    if any(alike(wanted, other) for other in taken) and len(place.path) > 1:
        wanted = identifier("_".join(place.path[-2:]), wanted)
    path = ".".join(place.path)
    line = f".{path}" if found.rows else ".".join((*found.path, *place.path))
    wide = place.shape.wide  # no integer of the graph
    return FieldDraft(
        name=unique(wanted, taken),
        kind=str(Kind.TEXT if wide else place.shape.kind),
        title=title(words.about(name, _beside(found, place)), name),
        optional=optional,
        line=f"{line} | text" if wide else line,
        enum=place.shape.enum,
        said=name,
        personal=personal(name, words.about(name, _beside(found, place))),
    )


def personal(name: str, said: Sequence[str]) -> str:
    """The kind of personal data this is guessed to be by its name and title; empty: none."""
    folded = "".join(tokens(name))
    for kind, known in PERSONAL.items():
        chinese = {word for word in known if not word.isascii()}
        if any(word in text for word in chinese for text in (name, *(t[:_SHORT] for t in said))):
            return kind
        if folded in known or any(len(w) > 4 and folded.endswith(w) for w in known - chinese):
            return kind
    return ""


def _beside(found: Recorded, place: Place) -> list[str]:
    around = found.shape.at(place.path[:-1])
    return list(around.members()) if around is not None else []


def _called(operation: OperationView, found: Recorded) -> str:
    """What the records are called: by the address, by the operation, or by the reply's element."""
    method, _, path = operation.address.partition(" ")
    if operation.name == f"{method} {path}":
        fixed = [step for step in path.split("/") if step and "{" not in step]
        named = [step for step in fixed if not set(tokens(step)) <= EMPTY]
        return named[-1] if named else "record"
    words = [word for word in tokens(operation.name) if word not in EMPTY]
    return "_".join(words) or (found.path[-1] if found.path else operation.name)


def _name(operation: OperationView, found: Recorded, department: str) -> str:
    """Registers of all departments share one graph; the department's id keeps them apart."""
    return f"{department}_{identifier(_called(operation, found), 'record')}"
