"""One text, and the texts within it: which form it has, and what is to change in it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import orjson

from mocks.recording.charset import as_text
from mocks.recording.edits import MASK, Edit, edited
from mocks.recording.in_form import form_edits, is_form
from mocks.recording.in_json import json_edits, without_strings
from mocks.recording.in_parts import boundary_of, part_edits
from mocks.recording.in_prose import prose_edits
from mocks.recording.in_xml import tags_begin, xml_edits
from mocks.recording.names import LONGEST_LABEL, hides, is_hidden_label, is_simple_credential
from mocks.recording.personal import is_person, is_place, is_somebodys, sort_of
from mocks.recording.published import is_published

_DEEPEST = 10  # texts within texts
_WORTH_READING = re.compile(
    r"[=:：＝<{\[%&]|eyJ|[\w+/-]{12}|\b(?:bearer|basic|negotiate|ntlm)\s", re.IGNORECASE
)
_JSON = re.compile(r"[{\[](?=\s*(?:[\"{\[}\]]|\Z))|\A[\ufeff\s]*[\"\[](?=\S)")
_MAY_BE_JSON = re.compile(r"[{\[\"]")
_SPACE = "\ufeff \t\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The rules on the way through one text. `people` says where their numbers stand."""

    further: frozenset[str]
    people: Callable[[str], Iterable[Edit]]
    named: frozenset[str]  # sorts of values that are people's by their name
    instead: Callable[[str, str], str]  # of a value of such a sort
    in_bytes: bool = False  # each character is a byte
    depth: int = 0

    def hides(self, name: str) -> bool:
        """Whether whatever stands under this name goes."""
        return hides(name, self.further)

    def hides_value(self, name: str) -> bool:
        """Whether it goes if it is one value."""
        return is_simple_credential(name)

    def instead_of(self, name: str, value: str, above: str = "") -> str | None:
        """What stands there if it is one value of a person's; None for what is none."""
        sort = sort_of(name, above) if name and self.named else None
        if sort is None and name and self.named and is_place(name, value):
            sort = "address"
        if sort is None and name and self.named and is_person(name, value):
            sort = "person"
        if sort is None or sort not in self.named or not is_somebodys(value):
            return None
        return self.instead(sort, value)

    def hides_beside(self, label: str) -> bool:
        """Whether the value goes that has this text for its name."""
        if self.named and len(label) <= LONGEST_LABEL and sort_of(label.strip()) in self.named:
            return True
        return is_hidden_label(label, self.further)

    def leaf(self, text: str) -> str:
        """A text found within, redacted, whatever it is itself."""
        if not _WORTH_READING.search(text):
            return edited(text, self.people(text))
        return MASK if self.depth == _DEEPEST else self._deeper.text(text)

    def text(self, text: str, content_type: str = "") -> str:
        """The text, redacted."""
        return edited(text, self._edits(text, content_type))

    def prose(self, text: str) -> str:
        """The text, redacted, as one without a form."""
        return edited(text, self._prose(text))

    @property
    def _deeper(self) -> "Text":
        return replace(self, in_bytes=False, depth=self.depth + 1)

    def _edits(self, text: str, content_type: str) -> list[Edit]:
        if self.depth == 0 and is_published(text):
            return list(self.people(text))
        if "--" in text and (boundary := boundary_of(text, content_type)):
            return part_edits(text, boundary, self, self._part)
        begin = _JSON.search(text) if _MAY_BE_JSON.search(text) else None
        tags = tags_begin(text)
        if begin and (tags is None or begin.start() < tags):
            return self._json(text, begin.start())
        if tags is not None:
            return xml_edits(text, self)
        if is_form(text, content_type):
            return form_edits(text, self)
        return self._prose(text)

    def _json(self, text: str, begin: int) -> list[Edit]:
        within = text[begin:]
        found = json_edits(within, self)
        edits = [Edit(begin + start, begin + end, new) for start, end, new in found]
        if not text[:begin].strip(_SPACE) and _is_json(within):
            return edits
        return edits + self._prose(text[:begin] + without_strings(within))

    def _prose(self, text: str) -> list[Edit]:
        return [*prose_edits(text, self), *self.people(text)]

    def _part(self, body: str, content_type: str) -> str:
        if self.depth == _DEEPEST:
            return MASK
        if not self.in_bytes:
            return self._deeper.text(body, content_type)
        text, charset = as_text(body.encode("latin-1"), content_type)
        inside = replace(self._deeper, in_bytes=charset == "latin-1")
        return inside.text(text, content_type).encode(charset).decode("latin-1")


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except ValueError:
        return False
    return True
