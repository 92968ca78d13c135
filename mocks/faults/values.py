"""The true reply with other values: each change works on any document that is JSON or XML."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from mocks.faults.reply import Context, Reply
from mocks.faults.rule import Fault
from mocks.faults.tree import Leaf, Tree
from mocks.faults.tree_json import JsonTree
from mocks.faults.tree_xml import XmlTree
from mocks.faults.xml_text import is_xml

_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,30}|[A-Z]?\d{1,2}")
_NUMERAL = re.compile(r"-?\d+(\.\d+)?")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_DIGITS = re.compile(r"\d")
_STRANGE = "Z99"
Spoil = Callable[[Tree, Fault, Context], None]
Told = Callable[[Reply, Fault, Context], Reply]


def tree_of(reply: Reply) -> Tree | None:
    """The reply as a tree; None when it is neither JSON nor XML."""
    try:
        kind = XmlTree if is_xml(reply.body) else JsonTree
        return kind(reply.body, reply.charset)
    except (ValueError, LookupError):
        return None


def spoiling(spoil: Spoil) -> Told:
    """The change of a tree as a change of a reply; what has no tree leaves as it is."""

    def told(reply: Reply, fault: Fault, context: Context) -> Reply:
        if (tree := tree_of(reply)) is None:
            fault.among(0)
            return reply
        before = tree.content()
        spoil(tree, fault, context)
        after = tree.content()
        return reply if after == before else reply.holding(after)

    return told


class _Placed(Protocol):
    """What stands somewhere in a document."""

    @property
    def place(self) -> str:
        """Where, the entries of a list not told apart."""
        ...


_T = TypeVar("_T", bound=_Placed)


def _one(found: Sequence[_T], fault: Fault) -> list[_T]:
    """The one of these that the fault strikes; none when there are none."""
    return fault.one_of(found, lambda one: one.place)


def _texts(tree: Tree) -> list[Leaf]:
    return [leaf for leaf in tree.leaves() if not leaf.number] or tree.leaves()


def _numbers(tree: Tree) -> list[Leaf]:
    found = [leaf for leaf in tree.leaves() if leaf.number]
    return found or [leaf for leaf in tree.leaves() if _NUMERAL.fullmatch(leaf.text)]


def _wrong_types(tree: Tree, fault: Fault, context: Context) -> None:
    for leaf in _one(tree.leaves(), fault):
        leaf.put_other_type()


def _missing(tree: Tree, fault: Fault, context: Context) -> None:
    branches = tree.branches()
    deepest = max((branch.depth for branch in branches), default=0)
    for branch in _one([b for b in branches if b.depth == deepest], fault):
        branch.drop_first()


def _unknown_elements(tree: Tree, fault: Fault, context: Context) -> None:
    for branch in tree.branches():
        branch.add("extension", "v2")


def _null_values(tree: Tree, fault: Fault, context: Context) -> None:
    for leaf in tree.leaves():
        leaf.put_null()


def _unknown_code(tree: Tree, fault: Fault, context: Context) -> None:
    for leaf in _one([leaf for leaf in tree.leaves() if _CODE.fullmatch(leaf.text)], fault):
        leaf.put("98765" if leaf.number else _STRANGE)


def _overlong_text(tree: Tree, fault: Fault, context: Context) -> None:
    for leaf in _one(_texts(tree), fault):
        leaf.put(leaf.text + ("9" if leaf.number else "长") * int(fault.of("length")))


def _huge_text(tree: Tree, fault: Fault, context: Context) -> None:
    for leaf in _one(_texts(tree), fault):
        leaf.put("x" * int(fault.of("mb") * 1_000_000))


def _number_as(text: str) -> Spoil:
    def spoil(tree: Tree, fault: Fault, context: Context) -> None:
        for leaf in _one(_numbers(tree) or tree.leaves(), fault):
            leaf.put_raw(text)

    return spoil


def _mojibake(tree: Tree, fault: Fault, context: Context) -> None:
    for leaf in tree.leaves():
        if _HAN.search(leaf.text):
            leaf.put(leaf.text.encode().decode("latin-1").replace("\x85", "?"))


# moments

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?!\d)")
_COMPACT = re.compile(r"(20\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])((?:[01]\d|2[0-3])[0-5]\d[0-5]\d)?")
_OFFSET = re.compile(r"(T\d\d:\d\d:\d\d(?:\.\d+)?)(?:Z|[+-]\d\d:\d\d)$")
_MS = re.compile(r"1\d{12}")


def _moment(text: str) -> tuple[datetime, str] | None:
    """The moment a text says, and the format it is said in; None for any other text."""
    for form in ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%S"):
        try:
            return datetime.strptime(text, form), form  # noqa: DTZ007 - said without an offset
        except ValueError:
            continue
    return None


def skewed(text: str, hours: float) -> str:
    """The text as a clock so many hours off would have said it."""
    if _MS.fullmatch(text):
        return str(int(text) + round(hours * 3_600_000))
    if (found := _moment(text)) is None:
        return text
    moment, form = found
    try:
        moved = moment + timedelta(hours=hours)
    except OverflowError:  # the end of time, as some systems write "for ever"
        return text
    return moved.isoformat() if "%z" in form else moved.strftime(form)


def _utc_bare(text: str) -> str:
    if not _OFFSET.search(text):
        return text
    moment = datetime.fromisoformat(text)
    offset = moment.utcoffset() or timedelta()
    return (moment - offset).replace(tzinfo=None).isoformat()


def _swapped(text: str) -> str:
    if _DATE.match(text):
        return _DATE.sub(r"\3/\2/\1", text)
    return _COMPACT.sub(r"\3/\2/\1", text) if _COMPACT.fullmatch(text) else text


def _impossible(text: str) -> str:
    if _DATE.match(text):
        return _DATE.sub(r"\1-02-30", text)
    return _COMPACT.sub(r"\g<1>0230\4", text) if _COMPACT.fullmatch(text) else text


def _each(change: Callable[[str, Fault], str]) -> Spoil:
    """The change of every text."""

    def spoil(tree: Tree, fault: Fault, context: Context) -> None:
        for leaf in tree.leaves():
            if (changed := change(leaf.text, fault)) != leaf.text:
                leaf.put(changed)

    return spoil


def _clock_skew(reply: Reply, fault: Fault, context: Context) -> Reply:
    hours = float(fault.of("off_hours"))
    return spoiling(_each(lambda text, _: skewed(text, hours)))(reply, fault, context)


# whose reply it is


def _other_operation(reply: Reply, fault: Fault, context: Context) -> Reply:
    names = sorted(name for name in context.others if name != context.operation)
    if names:
        return context.others[fault.one_of(names, str)[0]]
    renamed = spoiling(lambda tree, *_: tree.rename_members())(reply, fault, context)
    fault.among(int(renamed != reply))
    return renamed


def _other_record(reply: Reply, fault: Fault, context: Context) -> Reply:
    if context.elsewhere is not None:
        return context.elsewhere

    def spoil(tree: Tree, fault: Fault, context: Context) -> None:
        for leaf in tree.leaves():
            if leaf.text in context.asked and len(leaf.text) > 3:
                leaf.put(_another(leaf.text))

    return spoiling(spoil)(reply, fault, context)


def _another(key: str) -> str:
    """A key of the same shape."""
    shifted = _DIGITS.sub(lambda found: str((int(found[0]) + 1) % 10), key)
    return shifted if shifted != key else key[::-1]


def _duplicate_keys(reply: Reply, fault: Fault, context: Context) -> Reply:
    tree = tree_of(reply)
    return reply.holding(tree.twice()) if isinstance(tree, JsonTree) else reply


def _bytes_inside(wrong: bytes) -> Told:
    """These bytes inside a text, which no library would write."""

    def told(reply: Reply, fault: Fault, context: Context) -> Reply:
        if (tree := tree_of(reply)) is None:
            fault.among(0)
            return reply
        for leaf in _one(_texts(tree), fault):
            leaf.put(f"{leaf.text}@@wrong@@")
        return reply.holding(tree.content().replace(b"@@wrong@@", wrong))

    return told


TOLD: dict[str, Told] = {
    "other_operation": _other_operation,
    "other_record": _other_record,
    "wrong_types": spoiling(_wrong_types),
    "missing_elements": spoiling(_missing),
    "nothing_inside": spoiling(lambda tree, *_: tree.empty()),
    "unknown_elements": spoiling(_unknown_elements),
    "null_values": spoiling(_null_values),
    "unknown_code": spoiling(_unknown_code),
    "overlong_text": spoiling(_overlong_text),
    "huge_text": spoiling(_huge_text),
    "swapped_dates": spoiling(_each(lambda text, fault: _swapped(text))),
    "impossible_dates": spoiling(_each(lambda text, fault: _impossible(text))),
    "empty_list": spoiling(lambda tree, *_: tree.empty_lists()),
    "repeated_records": spoiling(lambda tree, *_: tree.repeat_records()),
    "wrong_root": spoiling(lambda tree, *_: tree.rename_root()),
    "duplicate_keys": _duplicate_keys,
    "nan_numbers": spoiling(_number_as("NaN")),
    "huge_numbers": spoiling(_number_as("9" * 5000)),
    "invalid_bytes": _bytes_inside(b"\xff\xfe\x81\x00\xc0"),
    "nul_bytes": _bytes_inside(b"\x00"),
    "mojibake": spoiling(_mojibake),
    "clock_skew": _clock_skew,
    "offset_missing": spoiling(_each(lambda text, fault: _utc_bare(text))),
}
