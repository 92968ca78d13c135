"""Regular expressions of XML Schema and JSON Schema, read so that texts can be made from them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from mocks.anything.refusal import Unmakeable

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_HAN = "一丁上中人大天子小文日月木水火王石"
UNIVERSE = "0123456789" + _LETTERS + " -_.,:/+#@!\"$%&'()*;<=>?[\\]^`{|}~" + _HAN
_SPREAD = 300  # characters of a range that are looked at
_CONTROL = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "0": "\0"}
_KNOWN: dict[str, Callable[[str], bool]] = {
    "d": str.isdecimal,
    "w": str.isalnum,
    "s": str.isspace,
    "i": lambda c: c.isalpha() or c in "_:",
    "c": lambda c: c.isalnum() or c in "-._:",
}
_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "L": str.isalpha,
    "Lu": str.isupper,
    "Ll": str.islower,
    "Lo": lambda c: c in _HAN,
    "N": str.isdecimal,
    "Nd": str.isdecimal,
    "P": lambda c: c in "-.,:/#@!\"%&'()*;?[]\\{}_",
    "Pd": lambda c: c == "-",
    "Pc": lambda c: c == "_",
    "Z": lambda c: c == " ",
    "Zs": lambda c: c == " ",
    "S": lambda c: c in "+$<=>^`|~",
    "Sm": lambda c: c in "+<=>|~",
    "Sc": lambda c: c == "$",
    "IsBasicLatin": str.isascii,
    "IsCJKUnifiedIdeographs": lambda c: c in _HAN,
    "Script=Han": lambda c: c in _HAN,
    "Han": lambda c: c in _HAN,
    "IsLatin-1Supplement": lambda c: "\x80" <= c <= "\xff",
}


class OneOf:
    """One character out of a class."""

    __slots__ = ("allows", "letters")

    def __init__(self, allows: Callable[[str], bool], more: str = "") -> None:
        self.allows = allows
        fit = [c for c in dict.fromkeys(UNIVERSE + more) if allows(c)]
        self.letters = [c for c in fit if c.isascii() and c.isalnum()] or fit


@dataclass(frozen=True, slots=True)
class Row:
    """One after the other."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """One of them."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same, so many times; no upper end is None."""

    part: "Node"
    low: int
    high: int | None


Node: TypeAlias = OneOf | Row | Either | Repeat


def parse(pattern: str, *, anchors: bool) -> Node:
    """The tree of a pattern; with `anchors` those of JSON Schema, where ^ and $ are signs.

    Looking ahead and word borders are passed over: what is made must be tried.
    """
    reader = _Reader(pattern, anchors)
    node = reader.either()
    if reader.at < len(pattern):
        raise Unmakeable(f"pattern {pattern!r}: not understood at {reader.at}")
    return node


class _Reader:
    def __init__(self, text: str, anchors: bool) -> None:
        self.text, self.at, self.anchors = text, 0, anchors

    def peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def take(self) -> str:
        if self.at >= len(self.text):
            raise Unmakeable(f"pattern {self.text!r} ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def skip(self, what: str) -> bool:
        found = self.text.startswith(what, self.at)
        self.at += len(what) * found
        return found

    def until(self, end: str) -> str:
        stop = self.text.find(end, self.at)
        if stop < 0:
            raise Unmakeable(f"pattern {self.text!r}: {end} is missing")
        found, self.at = self.text[self.at : stop], stop + len(end)
        return found

    def either(self) -> Node:
        parts = [self.row()]
        while self.skip("|"):
            parts.append(self.row())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def row(self) -> Node:
        parts: list[Node] = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.repeated(self.atom()))
        return Row(tuple(parts))

    def repeated(self, node: Node) -> Node:
        bounds: tuple[int, int | None] | None = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(
            self.peek()
        )
        if bounds is not None:
            self.at += 1
        elif self.peek() == "{" and self.text[self.at + 1 : self.at + 2].isdigit():
            self.at += 1
            bounds = _bounds(self.until("}"))
        if bounds is None:
            return node
        if self.anchors and self.peek() in ("?", "+"):
            self.at += 1
        return Repeat(node, *bounds)

    def atom(self) -> Node:
        sign = self.take()
        if sign == "(":
            return self.group()
        if sign == "[":
            return self.characters()
        if sign == "\\":
            return self.escape()
        if sign == ".":
            return OneOf(lambda c: c not in "\n\r")
        if self.anchors and sign in "^$":
            return Row(())
        return _literally(sign)

    def group(self) -> Node:
        ahead = False
        if self.skip("?"):
            ahead = self.peek() in "=!" or self.text.startswith(("<=", "<!"), self.at)
            if self.skip("<") and not ahead:
                self.until(">")
            elif self.peek() in ":=!":
                self.at += 1
        inner = self.either()
        if self.take() != ")":
            raise Unmakeable(f"pattern {self.text!r}: a group is not closed")
        return Row(()) if ahead else inner

    def escape(self) -> Node:
        sign = self.peek()
        if self.anchors and sign in "bB":
            self.at += 1
            return Row(())
        if self.anchors and sign.isdigit() and sign != "0":
            raise Unmakeable(f"pattern {self.text!r}: a reference back is not understood")
        allows, more = self.escaped()
        return OneOf(allows, more)

    def escaped(self) -> tuple[Callable[[str], bool], str]:
        sign = self.take()
        if sign in "pP":
            return self.category(sign), ""
        known = _KNOWN.get(sign.lower())
        if known is not None and not (self.anchors and sign in "icIC"):
            return (known if sign.islower() else _not(known)), ""
        if sign in "ux" and self.anchors:
            width = 4 if sign == "u" else 2
            letter = chr(int(self.text[self.at : self.at + width], 16))
            self.at += width
        else:
            letter = _CONTROL.get(sign, sign)
        return letter.__eq__, letter

    def category(self, sign: str) -> Callable[[str], bool]:
        if self.take() != "{":
            raise Unmakeable(f"pattern {self.text!r}: \\{sign} without a class")
        name = self.until("}")
        known = _CATEGORIES.get(name.removeprefix("General_Category=").removeprefix("^"))
        if known is None:
            raise Unmakeable(f"pattern {self.text!r}: \\p{{{name}}} is not known")
        return known if (sign == "p") != name.startswith("^") else _not(known)

    def characters(self) -> Node:
        negated = self.skip("^")
        tests: list[Callable[[str], bool]] = []
        more, first = "", True
        while first or self.peek() != "]":
            first = False
            if self.text.startswith("-[", self.at) and not self.anchors:
                self.at += 2
                tests = [self.without(tests)]
                continue
            test, letters = self.member()
            tests.append(test)
            more += letters
        self.at += 1
        allowed = tuple(tests)
        return OneOf(_any(allowed, negated), "" if negated else more)

    def without(self, tests: list[Callable[[str], bool]]) -> Callable[[str], bool]:
        before, taken = tuple(tests), self.characters()
        if not isinstance(taken, OneOf):
            raise Unmakeable(f"pattern {self.text!r}: not understood")
        allows = taken.allows
        return lambda c: any(test(c) for test in before) and not allows(c)

    def member(self) -> tuple[Callable[[str], bool], str]:
        test, low = self.escaped() if self.skip("\\") else _same(self.take())
        after = self.text[self.at + 1 : self.at + 2]
        if not low or self.peek() != "-" or after in ("]", "["):
            return test, low
        self.at += 1
        high = self.escaped()[1] if self.skip("\\") else self.take()
        last = min(ord(high), ord(low) + _SPREAD)
        return (lambda c: low <= c <= high), "".join(map(chr, range(ord(low), last + 1)))


def _any(tests: tuple[Callable[[str], bool], ...], negated: bool) -> Callable[[str], bool]:
    return lambda c: any(test(c) for test in tests) != negated


def _same(letter: str) -> tuple[Callable[[str], bool], str]:
    return letter.__eq__, letter


def _literally(letter: str) -> OneOf:
    return OneOf(letter.__eq__, letter)


def _not(test: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda c: not test(c)


def _bounds(text: str) -> tuple[int, int | None]:
    low, comma, high = text.partition(",")
    if not comma:
        return int(low), int(low)
    return int(low), int(high) if high.strip() else None
