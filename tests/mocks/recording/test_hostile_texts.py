"""Nobody makes a pass go over a text again and again: what it costs grows as the text does."""

import re
import time
from collections.abc import Callable, Mapping

import pytest

from mocks.recording.charset import as_text
from mocks.recording.people import PEOPLE, Pattern
from mocks.recording.personal import NAMED
from mocks.recording.published import is_published
from mocks.recording.redaction import Redaction

SIZE = 65_536
WITHIN_S = 1.0  # of the processor, where what is gone through again and again takes minutes
FULL = Redaction(patterns=PEOPLE)
LABEL = 'n{}name":1,"value":2'
PARTS = '--b\r\nContent-Disposition: form-data; name="'


def of(run: str, before: str = "", after: str = "") -> str:
    """So much text: something, a long run, something."""
    return before + run * ((SIZE - len(before) - len(after)) // len(run)) + after


ATTRIBUTES = {
    "a name": of("a", "<r ", ">"),
    "names": of("a ", "<r ", ">"),
    "spaces behind a name": of(" ", "<r a", ">"),
    "no value": of("a=", "<r ", ">"),
    "an open value": of("a", '<r a="'),
    "quotes": of("\"'", "<r a=", ">"),
}
TAGS = {
    "a start that another follows": of("a", "<r><", "<"),
    "an end that another follows": of("a", "<r></", "<"),
    "an end with spaces": of(" ", "<r></a", "<"),
    "starts": of("<a"),
    "signs": of("<"),
    "starts in quotes": of("<a \"'", "<r>"),
    "quotes in a start": of("\"'", "<r><a ", "<"),
    "open comments": of("<!--"),
    "open sections": of("<![CDATA["),
    "open instructions": of("<?a"),
    "deep": of("<a>"),
    "ends of nothing": of("</a>", "<b>"),
    "spaces": of(" ", "<r><a", "<"),
    "entities": of("&lt;", "<a>"),
}
JSON = {
    "apostrophes": of("'", "{"),
    "escaped apostrophes": of("'\\", '{"a":'),
    "apostrophes between words": of("'\\a ", '{"a":'),
    "an open string": of("a", '{"a":"'),
    "backslashes": of("\\", '{"a":"'),
    "backslashes that are closed": of("\\", '{"a":"', '"}'),
    "quotes": of('"', "{"),
    "strings": of('"" ', "["),
    "spaces": of(" ", "[", "x"),
    "spaces behind names": of('"a"      ', "{"),
    "open lists": of("["),
    "open objects": of('{"a":'),
    "labels of many names": '{"' + ',"'.join(map(LABEL.format, range(2500))) + "}",
    "values beside labels, each in the other": of('{"name":"pwd","value":'),
    "digits": of("1", '{"a":'),
    "JSON in JSON": of('\\"', '{"a":"', '"}'),
}
PROSE = {
    "words": of("a", "", " x"),
    "spaces": of(" ", "token=Bearer", "x"),
    "names of nothing": of("a=", "", " ;"),
    "names and names": of("a==", "", " ;"),
    "cookies": of("a=a", "", "; x"),
    "cookies with attributes": of("a=a; Path=/ "),
    "backslashes in an escaped value": of("\\", 'token=\\"'),
    "backslashes behind a name": of("\\", "token"),
    "escaped values": of('token=\\"\\\\ '),
    "what begins like a token": of("eyJ-"),
    "a token that goes on": of("eyJaaaaaaaa.", ""),
    "a token of dots": of(".", "eyJaaaaaaaa"),
    "keys that are not there": of("-----BEGIN "),
    "a key of capitals": of("A", "-----BEGIN "),
    "the ends of a key": of("-----END ", "-----BEGIN PRIVATE KEY-----"),
    "addresses": of("://"),
    "an address": of("a:", "://"),
    "schemes": of("Bearer "),
    "a scheme": of("a", "Bearer ", '"'),
    "percent signs": of("%"),
    "escapes": of("%41"),
    "escapes of nothing": of("a%4"),
    "lines of base64": of("A" * 76 + "\n"),
    "base64": of("QUFB"),
    "brackets": of("[", "token="),
    "open brackets": of("token=[ "),
    "digits": of("1"),
    "digits and hyphens": of("86-"),
    "parentheses": of("(021)"),
    "at signs": of("a@"),
    "dots before an at": of("a."),
    "Chinese": of("密码"),
    "a block": of("  a\n", "token: |\n"),
    "a block of spaces": of(" ", "token: |\n", "\nx"),
    "blocks": of("token: |\n"),
    "names in Chinese": of("密码："),
}
FORMS = {
    "names": of("a", "", "&"),
    "equals": of("="),
    "ampersands": of("&"),
    "pairs": of("a=b&"),
    "questions": of("?a"),
    "escapes": of("a=%5B&"),
    "half an escape": of("%4", "a="),
}
IN_PARTS = {
    "spaces in a first line": of(" ", "--", "x\r\n"),
    "hyphens": of("-", "--", "x\r\n"),
    "boundaries": of("--b\r\n"),
    "an open name": of("a", PARTS),
    "a head that does not end": of("a: b\r\n", PARTS + 'x"\r\n'),
    "spaces behind a boundary": of(" ", "--b\r\nContent-", "\r\n--b"),
    "a head of one line": of("name=", PARTS),
}
PUBLISHED = {
    "instructions": of("<?a?>"),
    "open instructions": of("<?a"),
    "comments": of("<!---->"),
    "spaces": of(" "),
    "a root with spaces": of("xmlns ", "<a:schema "),
    "a long prefix": of("a", "<", ":schema "),
    "lines": of("#\n"),
    "an object": of(" ", "{", '"openapi"'),
}


def within(done: Callable[[], object]) -> bool:
    """Whether it takes no longer; the second time counts where others kept the machine busy."""
    return any(_taken(done) < WITHIN_S for _ in "ab")


def _taken(done: Callable[[], object]) -> float:
    began = time.process_time()
    done()
    return time.process_time() - began


def _text(text: str, kind: str = "") -> None:
    FULL.body(text.encode(), kind)


PASSES: Mapping[str, tuple[Mapping[str, str], Callable[[str], object]]] = {
    "attributes": (ATTRIBUTES, _text),
    "tags": (TAGS, _text),
    "JSON": (JSON, _text),
    "prose": (PROSE, _text),
    "prose in JSON": (PROSE, lambda text: _text(f'{{"a": {text}')),
    "prose in an element": (PROSE, lambda text: _text(f"<a>{text}</a>")),
    "forms": (FORMS, lambda text: _text(text, "application/x-www-form-urlencoded")),
    "parts": (IN_PARTS, lambda text: _text(text, "multipart/form-data; boundary=b")),
    "parts without a type": (IN_PARTS, _text),
    "documents that describe": (PUBLISHED, is_published),
    "headers": (PROSE, lambda text: FULL.header_lines({"x-said": text})),
    "addresses": (PROSE, FULL.address),
}


@pytest.mark.parametrize(
    ("name", "shape"), [(name, shape) for name, (shapes, _) in PASSES.items() for shape in shapes]
)
def test_a_hostile_text_costs_no_more_than_its_length(name: str, shape: str) -> None:
    shapes, passed = PASSES[name]

    assert within(lambda: passed(shapes[shape]))


@pytest.mark.parametrize("text", [of("姓名：张 A"), of("dz=-"), of("dz=http://")])
def test_persons_in_prose_cost_no_more_than_its_length(text: str) -> None:
    assert within(lambda: Redaction(named=NAMED).text(text, ""))


@pytest.mark.parametrize("kind", [of(';a="'), of("a", "boundary="), of("charset=")])
def test_nor_does_a_hostile_content_type(kind: str) -> None:
    assert within(lambda: (as_text(b"x", kind), FULL.body(b"--b\r\nx", kind)))


def test_nor_does_a_long_value_of_an_owners_pattern() -> None:
    redaction = Redaction(patterns=[Pattern(name="word", looks=re.compile(r"\w+x?"))])

    assert within(lambda: redaction.text(of("a1B密"), ""))
