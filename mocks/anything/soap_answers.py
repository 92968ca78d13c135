"""Answers of a SOAP mock that are no reply of the contract."""

from collections.abc import Sequence
from itertools import chain

from lxml import etree

from mocks.anything import soap_envelope as envelopes
from mocks.anything.exchange import Answer
from mocks.anything.soap_envelope import Envelope
from mocks.anything.spots import xml_spots


def failed(operation: str, came: Envelope, said: str) -> Answer:
    """A reply that could not be made: the fault says so, and the journal why."""
    made = envelopes.fault(came.version, "Receiver", f"模拟系统造不出合规应答 {said}")
    content, headers = envelopes.written(made, came.version, came.charset)
    return Answer(
        status=500,
        headers=headers,
        body=content,
        operation=operation,
        source="failed",
        mistakes=(said,),
    )


def in_words(status: int, said: str, *, near: str | None = None, allow: str = "") -> Answer:
    """A refusal of what is no SOAP request at all, in plain text."""
    headers = {"content-type": "text/plain; charset=utf-8"}
    return Answer(
        status=status,
        headers={**headers, "allow": allow} if allow else headers,
        body=said.encode(),
        source="refused",
        mistakes=(said.strip(),),
        near=near,
    )


def said_in(envelope: etree._Element, place: str, codes: Sequence[str]) -> None:
    """Put the first of these codes where a fault says its code, if it has the place."""
    faults = chain.from_iterable(envelope)  # the one child of its body
    for spot in chain.from_iterable(map(xml_spots, faults)):
        if codes and spot.place == place:
            spot.put(codes[0])
