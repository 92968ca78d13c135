"""Expressions: `start | stage arguments | …` as a small tree, or a sentence on what is wrong."""

import re
from dataclasses import dataclass
from functools import lru_cache

from adapters.rules import Rule

STARTERS = ("concat", "join", "first")
BARE = "[]"  # the first step of a path into an answer that is itself a list

_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<pipe>\|)|(?P<word>[^\s|']+))")
_NUMBER = re.compile(r"-?\d+(\.\d+)?$")


_REMEDIES = {
    Rule.EXPRESSION_SYNTAX: "write: start | stage arguments | …",
    Rule.STAGE_ARGUMENTS: "the stages and their arguments: docs/manifest.md, section 3",
}


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
class Expression:
    """A start, and the stages its value runs through."""

    start: Term | Stage
    stages: tuple[Stage, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """Everything the value is made from."""
        return self.start.args if isinstance(self.start, Stage) else (self.start,)


@lru_cache(maxsize=4096)  # the same few lines stand in a manifest again and again
def parse(text: str) -> Expression:
    """The expression written in `text`; raises BadExpression."""
    parts = _parts(text)
    first = parts[0]
    head = first[0]
    start: Term | Stage
    if isinstance(head, Path) and str(head) in STARTERS and len(first) > 1:
        start = Stage(str(head), tuple(first[1:]))
    elif len(first) == 1:
        start = head
    else:
        raise BadExpression(
            f"{head} is followed by something that is no stage; stages begin with |"
        )
    return Expression(start, tuple(_stage(part) for part in parts[1:]))


def _stage(part: list[Term]) -> Stage:
    head = part[0]
    if not isinstance(head, Path) or head.relative:
        raise BadExpression("a stage begins with the name of a function")
    return Stage(str(head), tuple(part[1:]))


def _parts(text: str) -> list[list[Term]]:
    parts: list[list[Term]] = [[]]
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadExpression("a quote is opened and not closed")
        at = match.end()
        if match["pipe"]:
            parts.append([])
        else:
            parts[-1].append(_term(match))
    if not all(parts):
        raise BadExpression("an empty expression or stage")
    return parts


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
