"""What a SOAP request says: its values by their places, its action, whether it shows who asks."""

from collections.abc import Iterator

from lxml import etree

from mocks.anything.echo import Steps
from mocks.anything.exchange import Asked
from mocks.anything.soap_envelope import Envelope, carried
from mocks.anything.spots import xml_spots


def values_of(came: Envelope) -> Iterator[tuple[Steps, object]]:
    """The texts of the body by the steps to them, those of documents carried in texts as well."""
    for element in came.body:
        if len(element) == 0:
            yield (etree.QName(element).localname,), (element.text or "").strip()
        yield from _below(element, ())


def _below(element: etree._Element, steps: Steps) -> Iterator[tuple[Steps, object]]:
    for spot in xml_spots(element):
        here, text = (*steps, *spot.place.split(".")), (spot.text or "").strip()
        within = carried(text)
        if within is not None:
            yield from _below(within, here)
        elif "@" not in spot.place:
            yield here, text


def action_of(asked: Asked) -> str:
    """The action, as either version of SOAP says it."""
    header = asked.headers.get("soapaction", "").strip('"')
    kind = asked.headers.get("content-type", "")
    _, found, rest = kind.partition("action=")
    return header or (rest.split(";")[0].strip().strip('"') if found else "")


def has_credentials(asked: Asked, came: Envelope) -> bool:
    """Whether there is something that may show who asks; not whether it is right."""
    named = [etree.QName(header).localname for header in came.headers]
    return "authorization" in asked.headers or "Security" in named
