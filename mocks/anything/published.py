"""The contract as a mock hands it out: with its own address in it."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from lxml import etree

from mocks.anything.folder import Folder
from mocks.anything.wsdl import SOAP11, SOAP12

PLACE = "/__mock/contract/"


@dataclass(frozen=True, slots=True)
class Published:
    """The files of a contract that were read; `name` is the one it begins with."""

    folder: Folder
    name: str
    path: str

    def file(self, name: str, base: str) -> bytes | None:
        """A file; one of the contract's, or none."""
        content = self.folder.read.get(name)
        if content is None or not name.lower().endswith(".wsdl"):
            return content
        return self._with_address(content, base, None)

    def wsdl(self, base: str) -> bytes:
        """The first file, its references led to where the others are handed out."""
        return self._with_address(self.folder.read[self.name], base, self.name)

    def _with_address(self, content: bytes, base: str, name: str | None) -> bytes:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
        for address in root.iter(f"{{{SOAP11}}}address", f"{{{SOAP12}}}address"):
            address.set("location", base + self.path)
        for node in root.iter(etree.Element) if name is not None else ():
            for attribute in ("location", "schemaLocation"):
                place = node.get(attribute, "")
                if name and place and not urlsplit(place).scheme:
                    led = quote(self.folder.named(place, name))
                    node.set(attribute, f"{base}{PLACE}{led}")
        return etree.tostring(root, xml_declaration=True, encoding="utf-8")
