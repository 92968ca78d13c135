"""How a department says what became of a call: the result code of its replies, its faults."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from adapters.drafting.page import Page
from adapters.drafting.places import Place, sayable, values
from adapters.drafting.view import OperationView
from adapters.drafting.vocabulary import RESULTS, SENTENCES, SUCCESSES
from adapters.drafting.wording import Words, key, quoted, tokens
from adapters.outcome import Meaning
from adapters.shape import Kind, Shape
from adapters.undecided import STAND_IN

_NEARLY = 0.8  # of the replies of a contract
_VAGUE = frozenset({"code", "status", "result", "ret"})  # records have such members too
_SURE = RESULTS - _VAGUE
_FAULTS = RESULTS - {"status", "result", "ret", "success"}
_OWN = frozenset({"detail", "title"})  # what is read of an error without being named
_SHALLOW = 4  # steps to a result code
_HTTP: Mapping[str, Meaning] = {
    "400": Meaning.CONTRACT_BROKEN,
    "409": Meaning.REFUSED,
    "410": Meaning.ABSENT,
    "422": Meaning.REFUSED,
    "423": Meaning.BUSY,
    "429": Meaning.BUSY,
}

_ABSENT = "404"  # said look-up by look-up

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultDraft:
    """Where replies say how the call went; empty paths: nowhere that is known."""

    code: Path = ()
    text: Path = ()
    success: str = ""  # empty: nothing says which code it is
    others: tuple[str, ...] = ()  # the codes the contract lists besides
    fault_code: Path = ()
    fault_text: Path = ()
    fault_codes: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()  # HTTP statuses the contract has an error for

    @property
    def told_by_status(self) -> bool:
        """Whether statuses say what an error means: a code is looked up first, and says less.

        No contract says which of the codes it lists comes with which status, so a code of an
        unknown meaning would hide that there is no record, or that we are to wait.
        """
        known = {*_HTTP, _ABSENT}
        return bool(self.fault_codes) and not known.isdisjoint(self.statuses)

    @property
    def coded(self) -> dict[str, Meaning]:
        """Every code the contract lists that is no success; a code in a reply breaks it else."""
        listed = dict.fromkeys(self.others, Meaning.CONTRACT_BROKEN)
        errors = () if self.told_by_status else self.fault_codes
        return listed | dict.fromkeys(errors, Meaning.UNKNOWN)

    @property
    def by_status(self) -> dict[str, Meaning]:
        """What each HTTP status is guessed to mean."""
        known = [status for status in self.statuses if status in _HTTP]
        return {f"http {status}": _HTTP[status] for status in known}


def results_of(operations: Sequence[OperationView], words: Words) -> ResultDraft:
    """What the replies and errors of a contract have in common."""
    read = [operation for operation in operations if not operation.trouble]
    replies = [operation.reply for operation in read if not operation.reply.repeated]
    code, text = _shared([_pairs(reply, RESULTS, _SURE) for reply in replies], _NEARLY)
    if len(replies) < 2 and not (code and _apart(replies[0], code)):
        code, text = (), ()
    enum = _enum(replies, code)
    success = _success(enum, words.about(code[-1]) if code else ())
    if any(shape is not None and shape.kind is Kind.BOOLEAN for shape in _at(replies, code)):
        success = "true"
    return replace(
        _failing(read, success),
        code=code,
        text=text,
        success=success,
        others=tuple(one for one in enum if one != success),
    )


def _failing(read: Sequence[OperationView], success: str) -> ResultDraft:
    failures = [o.failure for o in read if o.failure is not None]
    code, text = _shared([_pairs(failure, _FAULTS, _FAULTS) for failure in failures], 1)
    statuses = {status for operation in read for status in operation.errors}
    return ResultDraft(
        fault_code=code,
        fault_text=text if text and text[-1].lower() not in _OWN else (),
        fault_codes=tuple(one for one in _enum(failures, code) if one != success),
        statuses=tuple(sorted(statuses)) if failures else (),
    )


def _shared(found: Sequence[Mapping[Path, Path]], bound: float) -> tuple[Path, Path]:
    """The place of a code that nearly all have, with that of the sentence beside it."""
    held = Counter(path for pairs in found for path in pairs)
    if not held:
        return (), ()
    path, times = max(held.items(), key=lambda entry: (entry[1], -len(entry[0])))
    if times < bound * len(found):
        return (), ()
    return path, next((pairs[path] for pairs in found if pairs.get(path)), ())


def _pairs(shape: Shape, codes: Set[str], alone: Set[str]) -> dict[Path, Path]:
    """Every place of a result code; `alone`: names that are one without a sentence beside."""
    places = [place for place in values(shape) if _usable(place)]
    found: dict[Path, Path] = {}
    for place in (place for place in places if _called(place.name, codes)):
        beside = [p for p in places if p.path[:-1] == place.path[:-1] and p is not place]
        text = next((p.path for p in beside if _called(p.name, SENTENCES)), ())
        if text or _called(place.name, alone):
            found[place.path] = text
    return found


def _apart(reply: Shape, code: Path) -> bool:
    """Whether one reply shows that its code is no value of a record: by name, or a group beside."""
    around = reply.at(code[:-1])
    beside = around.members().values() if around is not None else ()
    return _called(code[-1], _SURE) or any(shape.kind is Kind.GROUP for shape in beside)


def _usable(place: Place) -> bool:
    short = 0 < len(place.path) <= _SHALLOW and sayable(place.path, rooted=True)
    return short and place.shape.kind in (Kind.TEXT, Kind.INTEGER, Kind.BOOLEAN)


def _called(name: str, known: Set[str]) -> bool:
    """Whether a name is one of these, or ends with one of several words: dbStatusCode."""
    whole = "".join(tokens(name))
    return any(whole == one or (len(one) > 6 and whole.endswith(one)) for one in known)


def _at(shapes: Sequence[Shape], path: Path) -> list[Shape | None]:
    return [shape.at(path) for shape in shapes] if path else []


def _enum(shapes: Sequence[Shape], path: Path) -> tuple[str, ...]:
    found = [one for one in _at(shapes, path) if one is not None]
    return tuple(dict.fromkeys(code for one in found for code in one.enum))


def _success(enum: Sequence[str], said: Sequence[str]) -> str:
    """The code that means success, as the contract lists or describes it."""
    listed = next((code for code in enum if code.lower() in SUCCESSES), "")
    told = [match[1] for text in said for match in _TOLD.finditer(text)]
    return listed or next((code for code in told if not enum or code in enum), "")


_TOLD = re.compile(
    r"(?<![\w-])([A-Za-z]{0,3}\d{1,6})\s*(?:[:：=\-–(（]|means|is|表示|代表|为)?\s*"
    r"(?:success|succe|successful|ok\b|成功|正常)",
    re.IGNORECASE,
)


def write_results(page: Page, results: ResultDraft) -> None:
    """The tables `[outcome]` and `[faults]`, where the contract says anything of them."""
    if results.code or results.fault_code or results.fault_text:
        page.table("outcome")
        _successes(page, results)
        _failures(page, results)
    known = results.coded | results.by_status
    if known:
        page.table("faults")
        page.decide("faults", "meaning of each code; these are careful guesses")
        for code, meaning in known.items():
            page.put(key(code), f'"{meaning}"')


def _failures(page: Page, results: ResultDraft) -> None:
    code, text = ".".join(results.fault_code), ".".join(results.fault_text)
    if code and results.told_by_status:
        listed = ", ".join(results.fault_codes)
        page.decide("outcome.fault_code", f"whether codes say more than statuses do: {listed}")
        page.comment("a code goes before the status: each then needs its own meaning in [faults]")
        page.off(f"fault_code = {quoted(code)}")
    elif code:
        page.put("fault_code", quoted(code))
    if text:
        page.put("fault_text", quoted(text))


def _successes(page: Page, results: ResultDraft) -> None:
    if not results.code:
        return
    guessed = "" if results.success else "; nothing in the contract says it"
    page.decide("outcome", f"codes of success in {'.'.join(results.code)}{guessed}")
    page.put("code", quoted(".".join(results.code)))
    page.put("success", f"[{quoted(results.success or STAND_IN)}]")
    if results.text:
        page.put("text", quoted(".".join(results.text)))
