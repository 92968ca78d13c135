"""What a request says, leaf by leaf: two requests are the same when all of it is."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import parse_qsl, urlencode

from lxml import etree

from mocks.anything.exchange import Asked
from mocks.journal.entry import leaves_of
from mocks.recording.in_parts import boundary_of
from mocks.recording.known import knowing, known_in
from mocks.recording.redaction import Redaction

Leaves = Mapping[str, str]
_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"


def asked_leaves(asked: Asked, redaction: Redaction) -> Leaves:
    """Method, path, parameters, SOAPAction and the leaves of the body, redacted.

    Who is named in it is named nowhere in it, as in a recording.
    """
    known = known_in(redaction, lambda noting: _read(asked, noting))
    return _read(asked, knowing(redaction, known))


def _read(asked: Asked, redaction: Redaction) -> Leaves:
    kind = asked.headers.get("content-type", "")
    body, _ = redaction.body(asked.body, kind)
    if boundary := boundary_of(body, kind):  # which each client makes anew each time
        body = body.replace(boundary, "boundary")
    target = redaction.address(f"{asked.path}?{urlencode(asked.query)}")
    path, _, parameters = target.partition("?")
    told = {"method": asked.method, "path": path}
    told |= _counted("query ", parse_qsl(parameters, keep_blank_values=True))
    if "soapaction" in asked.headers:
        told["soapaction"] = asked.headers["soapaction"].strip('"')
    leaves = _counted("body ", [*leaves_of(body, kind), *_attributes(body)])
    return told | (leaves or ({"body": body} if body else {}))


def _counted(before: str, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """All of them, also those of one name."""
    seen: Counter[str] = Counter()
    told = {}
    for name, value in pairs:
        seen[name] += 1
        told[before + (name if seen[name] == 1 else f"{name}[{seen[name]}]")] = value
    return told


def _attributes(body: str) -> Iterator[tuple[str, str]]:
    """The attributes of a document, of an envelope's body alone."""
    text = body.removeprefix("\ufeff").lstrip()
    if not text.startswith("<"):
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    declared = text.startswith("<?xml")  # a charset the text is no longer in
    try:
        root = etree.fromstring((text.partition("?>")[2] if declared else text).encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return
    body_of = next(root.iter("{*}Body"), None) if root.tag.endswith("}Envelope") else None
    for element in root.iter("*") if body_of is None else body_of.iterdescendants("*"):
        name = etree.QName(element).localname
        for attribute, value in sorted(element.items()):
            if not attribute.startswith(_INSTANCE):
                yield f"/{name}/@{etree.QName(attribute).localname}", value


def differing(one: Leaves, other: Leaves) -> list[str]:
    """Where two requests differ."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
