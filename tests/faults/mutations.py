"""True replies, changed a little: bytes, words, elements, members, headers. Seeded."""

import json
import random
import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from lxml import etree

from adapters.wire import WireReply

_WORD = re.compile(r"[\w.:-]+")
_STRANGE = (
    "",
    "0",
    "-1",
    "NaN",
    "9" * 400,
    "Z99",
    "1E+200000000",
    "2026-02-30",
    "20261301",
    "0001-01-01 00:00:00",
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59Z",
    "true",
    "沪",
    "a" * 5000,
)
_TYPES = (
    *("text/html", "application/json", "text/xml; charset=gbk", "text/xml; charset=utf-16", ""),
    'text/xml; a="' + ";" * 60_000,
)
_CHARSETS = ("gbk", "utf-16", "latin-1", "utf-8-sig")
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
Mutation = Callable[[WireReply, random.Random], WireReply]


def mutated(reply: WireReply, draw: random.Random) -> tuple[str, WireReply]:
    """A changed reply and the change's name."""
    name = draw.choice(list(MUTATIONS))
    return name, MUTATIONS[name](reply, draw)


def _span(body: bytes, draw: random.Random) -> tuple[int, int]:
    start = draw.randrange(len(body))
    return start, min(len(body), start + draw.choice((1, 1, 2, 8, 40)))


def _bytes(change: Callable[[bytes, random.Random], bytes]) -> Mutation:
    return lambda reply, draw: reply._replace(body=change(reply.body, draw))


def _flip(body: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(body))
    return body[:at] + bytes((body[at] ^ (1 << draw.randrange(8)),)) + body[at + 1 :]


def _delete(body: bytes, draw: random.Random) -> bytes:
    start, end = _span(body, draw)
    return body[:start] + body[end:]


def _repeat(body: bytes, draw: random.Random) -> bytes:
    start, end = _span(body, draw)
    return body[:end] + body[start:]


def _insert(body: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(body))
    return body[:at] + draw.randbytes(draw.choice((1, 2, 5))) + body[at:]


def _text(change: Callable[[str, random.Random], str]) -> Mutation:
    """The change of the text, in the encoding it came in."""

    def mutate(reply: WireReply, draw: random.Random) -> WireReply:
        charset = charset_of(reply)
        text = change(reply.body.decode(charset), draw)
        return reply._replace(body=text.encode(charset, "replace"))

    return mutate


def charset_of(reply: WireReply) -> str:
    """What the header says, UTF-8 when it says nothing."""
    said = reply.headers.get("content-type", "").lower()
    return said.partition("charset=")[2].partition(";")[0].strip(' "') or "utf-8"


def _word(text: str, draw: random.Random, put: Callable[[str], str]) -> str:
    places = list(_WORD.finditer(text))
    if not places:
        return text
    found = draw.choice(places)
    return text[: found.start()] + put(found[0]) + text[found.end() :]


def _other_word(text: str, draw: random.Random) -> str:
    other = draw.choice(_WORD.findall(text) or [""])
    return _word(text, draw, lambda _: other)


def _digit(text: str, draw: random.Random) -> str:
    places = list(re.finditer(r"\d", text))
    if not places:
        return text
    found = draw.choice(places)
    return text[: found.start()] + draw.choice("0123456789") + text[found.end() :]


def _recoded(reply: WireReply, draw: random.Random) -> WireReply:
    text = reply.body.decode(charset_of(reply))
    return reply._replace(body=text.encode(draw.choice(_CHARSETS), "replace"))


def _header(reply: WireReply, draw: random.Random) -> WireReply:
    return reply._replace(headers={**reply.headers, "content-type": draw.choice(_TYPES)})


def _status(reply: WireReply, draw: random.Random) -> WireReply:
    return reply._replace(status=draw.choice((100, 201, 204, 206, 302, 304, 404, 500, 503)))


def _structure(reply: WireReply, draw: random.Random) -> WireReply:
    """A change of the tree; a document in a document is a text to it."""
    if reply.body.lstrip()[:1] == b"<":
        root = etree.fromstring(reply.body)
        inside = [element for element in root.iter("*") if element is not root]
        if not inside:
            return reply
        draw.choice(_OF_XML)(draw.choice(inside), draw)
        found = etree.tostring(root, encoding=charset_of(reply), xml_declaration=True)
        return reply._replace(body=found if isinstance(found, bytes) else found.encode())
    told = json.loads(reply.body)
    if not (branches := list(_branches(told))):
        return reply
    draw.choice(_OF_JSON)(draw.choice(branches), draw)
    return reply._replace(body=json.dumps(told, ensure_ascii=False).encode())


# elements


def _parent(element: Any) -> Any:
    return element.getparent()


def _drop(element: Any, draw: random.Random) -> None:
    _parent(element).remove(element)


def _twice(element: Any, draw: random.Random) -> None:
    element.addnext(deepcopy(element))


def _swap(element: Any, draw: random.Random) -> None:
    _parent(element).insert(0, element)


def _rename(element: Any, draw: random.Random) -> None:
    element.tag = draw.choice((f"{element.tag}x", etree.QName(element).localname, "{urn:x}y"))


def _attribute(element: Any, draw: random.Random) -> None:
    name, value = draw.choice((("nil", "true"), ("type", "xs:string"), ("other", "1")))
    element.set(f"{{{_XSI}}}{name}" if name != "other" else name, value)


def _retext(element: Any, draw: random.Random) -> None:
    element.text = draw.choice(_STRANGE)


def _nest(element: Any, draw: random.Random) -> None:
    element.append(deepcopy(element))


_OF_XML = (_drop, _twice, _swap, _rename, _attribute, _retext, _nest)


# members


def _branches(value: Any) -> Any:
    if isinstance(value, dict | list) and value:
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _branches(inner)


def _place(branch: Any, draw: random.Random) -> Any:
    return draw.choice(list(branch) if isinstance(branch, dict) else range(len(branch)))


def _remove(branch: Any, draw: random.Random) -> None:
    del branch[_place(branch, draw)]


def _exchange(branch: Any, draw: random.Random) -> None:
    one, other = _place(branch, draw), _place(branch, draw)
    branch[one], branch[other] = branch[other], branch[one]


def _retype(branch: Any, draw: random.Random) -> None:
    branch[_place(branch, draw)] = draw.choice((None, [], {}, True, 1.5, 10**30, *_STRANGE))


def _wrap(branch: Any, draw: random.Random) -> None:
    place = _place(branch, draw)
    branch[place] = draw.choice(([branch[place]], {"value": branch[place]}, [branch[place]] * 2))


def _more(branch: Any, draw: random.Random) -> None:
    place = _place(branch, draw)
    if isinstance(branch, dict):
        branch[f"{place}X"] = branch[place]
    else:
        branch.append(deepcopy(branch[place]))


_OF_JSON = (_remove, _exchange, _retype, _wrap, _more)

MUTATIONS: dict[str, Mutation] = {
    "flip a bit": _bytes(_flip),
    "delete bytes": _bytes(_delete),
    "repeat bytes": _bytes(_repeat),
    "insert bytes": _bytes(_insert),
    "truncate": _bytes(lambda body, draw: body[: draw.randrange(len(body))]),
    "another word": _text(_other_word),
    "a strange word": _text(lambda text, draw: _word(text, draw, lambda _: draw.choice(_STRANGE))),
    "another digit": _text(_digit),
    "another encoding": _recoded,
    "another header": _header,
    "another status": _status,
    "structure": _structure,
    "structure again": _structure,
    "structure twice": lambda reply, draw: _structure(_structure(reply, draw), draw),
}
