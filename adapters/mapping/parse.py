"""Expressions: `start | stage arguments | …` as a small tree, or a sentence on what is wrong."""

import re
from dataclasses import dataclass
from functools import lru_cache

from adapters.rules import Rule

STARTERS = ("concat", "join", "first")
BARE = "[]"  # the first step of a path into an answer that is itself a list

_BEGIN = r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<sign>[|()])|(?P<word>"
_TOKEN = re.compile(_BEGIN + r"[^\s|']+))")
_INSIDE = re.compile(_BEGIN + r"[^\s|'()]+))")  # behind a parenthesis, names have none
_NUMBER = re.compile(r"-?\d+(\.\d+)?$")


_REMEDIES = {
    Rule.EXPRESSION_SYNTAX: "write: start | stage arguments | …",
    Rule.STAGE_ARGUMENTS: "the stages and their arguments: docs/manifest.md, section 3",
}
_PARENTHESES = "parentheses hold one part: concat a (b | stage arguments) c"


class BadExpression(ValueError):
    """An expression that is none; the message is for whoever wrote it, as is the remedy."""

    def __init__(self, message: str, rule: Rule = Rule.EXPRESSION_SYNTAX, remedy: str = "") -> None:
        super().__init__(message)
        self.rule = rule
        self.remedy = remedy or _REMEDIES.get(rule, "")


@dataclass(frozen=True, slots=True)
class Path:
    """A source of a request or a place in a reply. `relative`: it starts at the current row."""

    steps: tuple[str, ...]
    relative: bool = False

    def __str__(self) -> str:
        return ("." if self.relative else "") + ".".join(self.steps)


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant."""

    value: str | bool | int | float


Term = Path | Literal


@dataclass(frozen=True, slots=True)
class Stage:
    """A function with its arguments; words among them are table or function names."""

    name: str
    args: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Combined:
    """What makes one value of several parts; a part in parentheses has stages of its own."""

    name: str
    parts: tuple["Term | Expression", ...]


@dataclass(frozen=True, slots=True)
class Expression:
    """A start, and the stages its value runs through."""

    start: Term | Combined
    stages: tuple[Stage, ...] = ()

    @property
    def parts(self) -> tuple["Term | Expression", ...]:
        """What the value is made from, as it is written."""
        return self.start.parts if isinstance(self.start, Combined) else (self.start,)

    @property
    def nested(self) -> tuple["Expression", ...]:
        """The parts that have stages of their own."""
        return tuple(part for part in self.parts if isinstance(part, Expression))

    @property
    def terms(self) -> tuple[Term, ...]:
        """Everything the value is made from, that of its parts too."""
        found: list[Term] = []
        for part in self.parts:
            found += part.terms if isinstance(part, Expression) else (part,)
        return tuple(found)

    def uses(self, name: str) -> bool:
        """Whether a stage of this name is among its own or its parts'."""
        own = any(stage.name == name for stage in self.stages)
        return own or any(part.uses(name) for part in self.nested)


Part = Term | Expression


@lru_cache(maxsize=4096)  # the same few lines stand in a manifest again and again
def parse(text: str) -> Expression:
    """The expression written in `text`; raises BadExpression."""
    return _expression(text.rstrip(), 0, _TOKEN)[0]


def _expression(text: str, at: int, token: re.Pattern[str]) -> tuple[Expression, int]:
    """The expression that begins here, and where it ends."""
    parts: list[list[Part]] = [[]]
    while at < len(text):
        match = token.match(text, at)
        if match is None:
            raise BadExpression("a quote is opened and not closed")
        at, sign = match.end(), match["sign"]
        if sign == "|":
            parts.append([])
        elif sign == ")" and token is _INSIDE:
            return _made(parts), at
        elif sign == "(" and token is _TOKEN:
            part, at = _expression(text, at, _INSIDE)
            parts[-1].append(part)
        elif sign is not None:
            raise BadExpression(f"a {sign} stands where none can be", remedy=_PARENTHESES)
        else:
            parts[-1].append(_term(match))
    if token is _INSIDE:
        raise BadExpression("a parenthesis is opened and not closed", remedy=_PARENTHESES)
    return _made(parts), at


def _made(parts: list[list[Part]]) -> Expression:
    if not all(parts):
        raise BadExpression("an empty expression or stage")
    return Expression(_start(parts[0]), tuple(_stage(part) for part in parts[1:]))


def _start(first: list[Part]) -> Term | Combined:
    head = first[0]
    if isinstance(head, Expression):
        raise BadExpression("an expression begins with a parenthesis", remedy=_PARENTHESES)
    if isinstance(head, Path) and str(head) in STARTERS and len(first) > 1:
        return Combined(str(head), tuple(first[1:]))
    if len(first) > 1:
        raise BadExpression(
            f"{head} is followed by something that is no stage; stages begin with |"
        )
    return head


def _stage(part: list[Part]) -> Stage:
    head, args = part[0], tuple(arg for arg in part[1:] if not isinstance(arg, Expression))
    if not isinstance(head, Path) or head.relative:
        raise BadExpression("a stage begins with the name of a function")
    if len(args) < len(part) - 1:
        raise BadExpression(f"{head} takes no parentheses", remedy=_PARENTHESES)
    return Stage(str(head), args)


def _term(match: re.Match[str]) -> Term:
    if match["text"] is not None:
        return Literal(match["text"][1:-1].replace("''", "'"))
    word = match["word"]
    if word in ("true", "false"):
        return Literal(word == "true")
    if _NUMBER.match(word):
        return Literal(float(word) if "." in word else int(word))
    return _path(word)


def _path(word: str) -> Path:
    relative = word.startswith(".")
    body = word[1:] if relative else word
    if not body and relative:
        return Path((), relative=True)
    steps = tuple(body.split("."))
    if not all(steps):
        raise BadExpression(f"{word!r} has an empty step")
    return Path(steps, relative)
