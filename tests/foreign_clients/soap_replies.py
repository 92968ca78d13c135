"""Whether what a SOAP department said is what its contract says: envelope, body, fault, documents
carried in texts; by lxml's XML Schema, on the bytes as they came.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from mocks.core.kit import CONTRACTS
from mocks.soap.mandatory import ENV11, ENV12
from mocks.soap.wsdl import Contract, load

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_DETAIL = {ENV11: "detail/*", ENV12: f"{{{ENV12}}}Detail/*"}
_CODE = {ENV11: "faultcode", ENV12: f"{{{ENV12}}}Code/{{{ENV12}}}Value"}
_INNERMOST = {ENV11: "faultcode", ENV12: f"{{{ENV12}}}Code/{{{ENV12}}}Subcode/{{{ENV12}}}Value"}
_OWN = ("Code", "code")


class Judge:
    """One department's contract, and what breaks it."""

    def __init__(self, department: str) -> None:
        folder = CONTRACTS / department / "contract"
        (wsdl,) = folder.glob("*.wsdl")
        self.contract: Contract = load(wsdl)
        self._inner = [_schema(file) for file in sorted(folder.glob("inner-*.xsd"))]

    def mistakes(self, content: bytes, charset: str, operation: str) -> list[str]:
        """What is wrong with a reply to this operation; nothing where all of it holds."""
        root = etree.fromstring(content, etree.XMLParser(encoding=charset, no_network=True))
        return list(self._of(root, operation))

    def _of(self, root: Any, operation: str) -> Iterator[str]:
        space = etree.QName(root).namespace
        bodies = root.findall(f"{{{space}}}Body")
        if space not in _DETAIL or len(bodies) != 1 or len(bodies[0]) != 1:
            yield "no envelope with one body and one element in it"
            return
        [said] = bodies[0]
        if said.tag == f"{{{space}}}Fault":
            yield from self._of_fault(said, str(space))
        elif said.tag != self.contract.named(operation).reply:
            yield f"{said.tag} is no reply to {operation}"
        else:
            yield from self._against(said)
            for text in (str(e.text) for e in said.iter("*") if _is_document(e)):
                yield from self._of_inside(text)

    def _of_fault(self, said: Any, space: str) -> Iterator[str]:
        if not said.findtext(_CODE[space]):
            yield "a fault without a code"
        for detail in said.findall(_DETAIL[space]):
            yield from self._against(detail)

    def _against(self, element: Any) -> Iterator[str]:
        alone = etree.fromstring(etree.tostring(element, with_tail=False))
        if not self.contract.schema.validate(alone):
            errors: Any = self.contract.schema.error_log
            yield str(errors[0].message)

    def _of_inside(self, text: str) -> Iterator[str]:
        root = etree.fromstring(_DECLARATION.sub("", text).encode())
        if not any(schema.validate(root) for schema in self._inner):
            yield f"the document {root.tag} inside fits no schema"


def fault_code(content: bytes, charset: str) -> str:
    """The department's own code of a fault, else SOAP's, without its prefix; "" of no fault."""
    root = etree.fromstring(content, etree.XMLParser(encoding=charset, no_network=True))
    space = str(etree.QName(root).namespace)
    fault = root.find(f"{{*}}Body/{{{space}}}Fault")
    if fault is None:
        return ""
    own = (e for e in fault.iterfind(f"{_DETAIL[space]}/*") if etree.QName(e).localname in _OWN)
    if (detail := next(own, None)) is not None:
        return str(detail.text)
    said = fault.findtext(_INNERMOST[space]) or fault.findtext(_CODE[space]) or ""
    return said.rpartition(":")[2].strip()


def _schema(file: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(file))


def _is_document(element: Any) -> bool:
    return not len(element) and (element.text or "").lstrip().startswith("<")
