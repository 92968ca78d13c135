"""A contract's own words: what it says about its elements, and names and titles made from it."""

import keyword
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from schema.domain.text import Text

_CJK = re.compile("[㐀-鿿豈-﫿]")
_JOINT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")
_END = re.compile(r"(?<=[.;!?])\s|[。；！？\n]")
_TITLE = 60  # characters of a title


Siblings = frozenset[str]


@dataclass(slots=True)
class Words:
    """What the contract says about elements and properties, by their name and what is beside."""

    said: dict[str, dict[str, set[Siblings]]] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)  # how often an element may be repeated
    codes: dict[str, dict[str, str]] = field(default_factory=dict)  # what its values mean

    def code(self, name: str, value: str, text: str) -> None:
        """Keep what is said about one value of the element `name`."""
        tidy = clean(text)
        if tidy:
            self.codes.setdefault(name, {}).setdefault(value, tidy)

    def note(self, name: str, text: str | None, beside: Iterable[str] = ()) -> None:
        """Keep a sentence about `name` where these names stand beside it."""
        tidy = clean(text or "")
        if name and tidy:
            places = self.said.setdefault(name, {}).setdefault(tidy, set())
            places.add(frozenset(beside))

    def about(self, name: str, beside: Iterable[str] = ()) -> tuple[str, ...]:
        """What is said about `name` beside these names, or wherever it stands.

        Nothing when elements of that name are meant differently.
        """
        said, here = self.said.get(name, {}), frozenset(beside)
        close = [t for t, places in said.items() if any(p and p <= here for p in places)]
        texts = sorted(close or said, key=len)
        languages = [[t for t in texts if bool(_CJK.search(t)) is cjk] for cjk in (True, False)]
        return tuple(one[0] for one in languages if one and all(t.startswith(one[0]) for t in one))


def clean(text: str) -> str:
    """Printable text on one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def title(said: Sequence[str], name: str) -> Text:
    """A title in both languages from what is said; the words of the name where nothing is."""
    texts = [short for text in said if (short := _short(text))]
    chinese = next((text for text in texts if _CJK.search(text)), None)
    other = next((text for text in texts if not _CJK.search(text)), None)
    spelt = readable(name)
    return Text(zh=chinese or other or spelt, en=other or chinese or spelt)


def _short(text: str) -> str:
    first = _END.split(text.strip())[0].strip().rstrip(".;。；")
    return first if len(first) <= _TITLE else first[: _TITLE - 1].rstrip() + "…"


def tokens(name: str) -> list[str]:
    """The words of a name, in lower case: `getDataBoxNo` -> get, data, box, no."""
    folded = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    return [part.lower() for part in _JOINT.split(plain) if part and part.isascii()]


def readable(name: str) -> str:
    """A name as words: `dbStatusCode` -> Db status code; names in other scripts as they are."""
    words = tokens(name)
    if not words or not name.lstrip("@").isascii():
        return clean(name.lstrip("@")) or "?"
    return " ".join(words).capitalize()


def identifier(name: str, otherwise: str) -> str:
    """A name for the manifest: lower case, words joined with `_`."""
    made = "_".join(tokens(name)) or otherwise
    if made[0].isdigit():
        made = f"n_{made}"
    return f"{made}_value" if keyword.iskeyword(made) else made


def unique(name: str, taken: Iterable[str]) -> str:
    """The name, or the name with a number, so that the graph can tell it from those `taken`."""
    seen = {_folded(other) for other in taken}
    made, number = name, 1
    while _folded(made) in seen:
        number += 1
        made = f"{name}_{number}"
    return made


def alike(one: str, other: str) -> bool:
    """Whether two names mean the same thing: certNos, cert_no, CertNo."""
    return _folded(one).removesuffix("list").rstrip("s") == _folded(other).removesuffix(
        "list"
    ).rstrip("s")


@lru_cache(maxsize=20_000)
def _folded(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


_ESCAPED: Mapping[str, str] = {'"': '\\"', "\\": "\\\\"}


def quoted(text: str) -> str:
    """A text as TOML writes it; what cannot be printed is spelt, what has no meaning replaced."""
    return '"' + "".join(_spelt(c) for c in text) + '"'


def _spelt(character: str) -> str:
    if character in _ESCAPED:
        return _ESCAPED[character]
    if character.isprintable():
        return character
    code = ord(character)
    return "�" if 0xD800 <= code <= 0xDFFF else f"\\U{code:08x}"


def key(name: str) -> str:
    """A key as TOML writes it."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else quoted(name)
