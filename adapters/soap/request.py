"""A call's request, whole: the envelope around what its nodes write."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from adapters.errors import Unsendable
from adapters.mapping.compile import UNFORESEEN, Scope
from adapters.mapping.convert import MappingError
from adapters.mapping.request import Group, Node
from adapters.mapping.sources import Ask
from adapters.soap.encoded import STYLE
from adapters.soap.envelope import SOAP11, SOAP12
from adapters.soap.template import Made, Piece, Unusual, template
from adapters.soap.write import Prefixes, Write, writer

HEADER = "#header"  # in a request: what stands in the Header instead of the Body
_END = "</env:Body></env:Envelope>"
_FIRST = 2  # requests written node by node: generating costs as much as a hundred


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every request of an operation is written in."""

    department: str
    soap12: bool
    encoding: str
    security: Callable[[], str] | None = None
    arrays: Mapping[str, str] | None = None  # of rpc/encoded: types of arrays, and of their items


class Envelope:
    """Writes the requests of one call; what only asks is written by one function before long."""

    def __init__(self, frame: Frame, node: Node, *, asks: bool) -> None:
        self._frame = frame
        self._prefixes = Prefixes(frame.encoding, arrays=frame.arrays)
        self._heads, self._bodies = _parted(node)
        self._headers: list[Write] = [writer(head, self._prefixes) for head in self._heads]
        self._content: list[Write] = [writer(body, self._prefixes) for body in self._bodies]
        self._start, self._body = self._opened()
        self._until = _FIRST if asks else 0  # requests until there is a function; 0: there is none
        self._made: Made | None = None

    @property
    def generated(self) -> bool:
        """Whether there is a function already."""
        return self._made is not None

    def __call__(self, ask: Ask) -> bytes:
        """The bytes of one request; Unsendable when it cannot be made."""
        if self._made is not None:
            try:
                return self._made(ask)
            except (Unusual, *UNFORESEEN):
                return self.by_nodes(ask)
        if self._until:
            self._until -= 1
            self._made = None if self._until else template(self._pieces(), self._prefixes)
        return self.by_nodes(ask)

    def by_nodes(self, ask: Ask) -> bytes:
        """The same, written node by node."""
        out, missing, scope = [self._start], list[str](), Scope(ask)
        try:
            if self._frame.security is not None:
                out.append(self._frame.security())
            for header in self._headers:
                header(scope, out, missing)
            out.append(self._body)
            for content in self._content:
                content(scope, out, missing)
        except MappingError as error:
            told = f"the request cannot be made: {error}"
            raise Unsendable(self._frame.department, told) from None
        if missing:
            names = ", ".join(missing[:5])
            raise Unsendable(self._frame.department, f"the request lacks values for {names}")
        out.append(_END)
        try:
            return "".join(out).encode(self._frame.encoding)
        except UnicodeEncodeError:
            told = f"the request holds characters that {self._frame.encoding} has not"
            raise Unsendable(self._frame.department, told) from None

    def _opened(self) -> tuple[str, str]:
        """What stands before the headers, and between them and what the Body holds."""
        frame, head = self._frame, bool(self._headers) or self._frame.security is not None
        style = "" if frame.arrays is None else f' env:encodingStyle="{STYLE}"'
        start = (
            f'<?xml version="1.0" encoding="{frame.encoding}"?>'
            f'<env:Envelope xmlns:env="{SOAP12 if frame.soap12 else SOAP11}"'
            f"{self._prefixes.declarations()}>"
        )
        ended = "</env:Header>" if head else ""
        return start + ("<env:Header>" if head else ""), f"{ended}<env:Body{style}>"

    def _pieces(self) -> list[Piece]:
        security = [self._frame.security] if self._frame.security else []
        return [self._start, *security, *self._heads, self._body, *self._bodies, _END]


def _parted(node: Node) -> tuple[list[Node], list[Node]]:
    """What stands in the Header, and what stands in the Body."""
    if not isinstance(node, Group):
        return [], [node]
    heads = [m for m in node.members if isinstance(m, Group) and m.shape.name == HEADER]
    rest = replace(node, members=tuple(m for m in node.members if m not in heads))
    inside = [member for head in heads for member in head.members]
    return inside, [rest] if rest.shape.tag else []
