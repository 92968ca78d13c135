"""XML documents that travel as a string inside a message."""

import re
from pathlib import Path
from typing import Any

from lxml import etree

from mocks.soap.text import written
from mocks.soap.xml import Element, Unreadable, broken_rule, declared, parse

_DECLARATION = re.compile(r"\A<\?xml[^>]*\?>\s*")


class InnerSchema:
    """The schema of one inner document."""

    def __init__(self, file: Path) -> None:
        self._schema = etree.XMLSchema(etree.parse(file))

    def read(self, text: str, encoding: str) -> Element:
        """The document in this text; Unreadable, without its content, when it breaks the schema."""
        root = _read(text.strip(), encoding)
        self._check(root)
        return root

    def write(self, root: str, content: Any, encoding: str, *, check: bool = True) -> str:
        """A document as the text that carries it, with its declaration."""
        document = written(root, content, qualified=False)
        if check:
            self._check(etree.fromstring(document))
        return f"<?xml version='1.0' encoding='{encoding}'?>\n{document}"

    def _check(self, root: Element) -> None:
        if (broken := broken_rule(self._schema, root)) is not None:
            raise Unreadable("内层报文 {}: {}".format(*broken))


def _read(text: str, encoding: str) -> Element:
    head = _DECLARATION.match(text)
    named = declared(head[0].encode("ascii", "replace")) if head else None
    if named not in (None, encoding.lower()):
        raise Unreadable(f"内层报文须声明 {encoding}")
    try:
        return parse(text.encode(encoding), charset=encoding)
    except UnicodeEncodeError:
        raise Unreadable(f"内层报文不能以 {encoding} 表示") from None
