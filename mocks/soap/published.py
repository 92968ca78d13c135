"""The contract as a department hands it out, its address in it: `?wsdl`, and `?xsd=` a schema."""

from pathlib import Path
from urllib.parse import urlsplit

from lxml import etree
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from mocks.core.ready import Ready
from mocks.soap.wsdl import SOAP11, SOAP12, WSDL
from mocks.soap.xml import write

_XML = "text/xml; charset=utf-8"


class Published:
    """A WSDL and the schemas beside it; whoever asks for anything else is told to post."""

    def __init__(self, wsdl: Path) -> None:
        self._wsdl = wsdl

    def answer(self, request: Request) -> Response:
        """What a GET of the service's address gives."""
        asked = {name.lower(): value for name, value in request.query_params.items()}
        here = str(request.url.replace(query=""))
        if "wsdl" in asked:
            return Ready(self._described(here), 200, _XML)
        if "xsd" in asked:
            return self._schema(asked["xsd"])
        return PlainTextResponse("Method Not Allowed", 405, {"Allow": "POST"})

    def _schema(self, name: str) -> Response:
        known = {file.name: file for file in self._wsdl.parent.glob("*.xsd")}
        if name not in known:
            return PlainTextResponse("Not Found", 404)
        return Ready(known[name].read_bytes(), 200, _XML)

    def _described(self, here: str) -> bytes:
        root = etree.parse(self._wsdl).getroot()
        for address in root.iter(f"{{{SOAP11}}}address", f"{{{SOAP12}}}address"):
            address.set("location", here)
        types = next(root.iterchildren(f"{{{WSDL}}}types"))
        for node in types.iter(etree.Element):
            place = node.get("schemaLocation", "")
            if place and not urlsplit(place).scheme:
                node.set("schemaLocation", f"{here}?xsd={place}")
        return write(root, "utf-8")
