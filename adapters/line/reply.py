"""The bytes of HTTP/1.1 answers, read as they come: no socket, no clock.

llhttp (httptools) reads the messages, in its strict mode; what it takes for malformed is no answer.
"""

from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any

import httptools

from adapters.errors import AdapterError, ContractBroken, OutcomeUnknown
from adapters.wire import WireReply
from schema.domain.problem import ProblemCode

HEAD_BYTES = 65_536  # of all headers, informational answers included; and of trailers
_INTERIM = 8  # informational answers (1xx) before the one that counts
_ENCODING, _IDENTITY = b"content-encoding", b"identity"
_NAME = itemgetter(0)
_FRAMINGS = {b"content-length", b"transfer-encoding"}


class Fields(Mapping[str, str]):
    """Headers as they came; only those that are asked for are made texts. Names in lower case."""

    __slots__ = ("_came", "_names")

    def __init__(self, came: list[tuple[bytes, bytes]], names: list[bytes]) -> None:
        self._came, self._names = came, names

    def __getitem__(self, name: str) -> str:
        said = self._said(name)
        if said is None:
            raise KeyError(name)
        return said

    def get(self, name: str, default: Any = None) -> Any:
        """As of any mapping, without an exception for what is not there."""
        said = self._said(name)
        return default if said is None else said

    def _said(self, name: str) -> str | None:
        wanted, names = name.encode(), self._names
        times = names.count(wanted)
        if times < 2:
            return self._came[names.index(wanted)][1].decode("latin-1") if times else None
        said = [one[1] for known, one in zip(names, self._came, strict=True) if known == wanted]
        return b", ".join(said).decode("latin-1")

    def __iter__(self) -> Iterator[str]:
        return iter({name.decode("latin-1"): None for name in self._names})

    def __len__(self) -> int:
        return len(set(self._names))


class ReplyReader:
    """Reads one answer, and after `again` the next one of the same connection.

    A reader that raised, or whose answer is not `kept`, is not fed again.
    """

    def __init__(self, department: str, cap: int) -> None:
        self._department, self._cap = department, cap
        self._parser = httptools.HttpResponseParser(self)
        self._status = 0
        self._more = False
        self._broken: AdapterError | None = None
        self.again()

    def again(self) -> None:
        """Ready for an answer: what was read of the one before, which was kept, is forgotten."""
        self._came: list[tuple[bytes, bytes]] = []
        self._names: list[bytes] = []  # the same ones', in lower case, once the head is whole
        self._body: list[bytes] = []
        self._size = self._interim = 0
        self._room = HEAD_BYTES
        self._beside = 0  # bytes since the body grew last: sizes of chunks, trailers
        self._headed = False
        self.began = False  # whether a byte came
        self.whole = False
        self.kept = False  # once whole: whether the connection may be asked again

    def feed(self, data: bytes) -> bool:
        """Read on; whether the answer is whole now.

        Raises ContractBroken beyond the caps, OutcomeUnknown for what is no HTTP.
        """
        self.began = True
        try:
            if self._headed:
                self._beside += len(data)
                self._parser.feed_data(data)
            elif len(data) <= self._room:
                self._room -= len(data)
                self._parser.feed_data(data)
            else:
                self._feed(data)
        except httptools.HttpParserUpgrade:
            raise self._contract("changes the protocol, unasked") from None
        except httptools.HttpParserError as error:
            if self._broken is None:
                raise self.unknown(f"no HTTP: {type(error).__name__}") from None
        if self._broken is not None or self._beside > HEAD_BYTES:
            self._refuse()
        if self._more:
            self.kept = False
        return self.whole

    def _refuse(self) -> None:
        """Raise what is wrong; trailers may be long once all is there."""
        if self._broken is None and not self.whole:
            self._broken = self._contract(f"its trailers exceed {HEAD_BYTES} bytes")
        if self._broken is not None:
            raise self._broken

    def end(self) -> bool:
        """The department closed the connection: whether the answer is whole now."""
        self.whole = self.whole or (self._headed and _FRAMINGS.isdisjoint(self._names))
        return self.whole

    def reply(self) -> WireReply:
        """The whole answer."""
        body = b"".join(self._body)
        return WireReply(status=self._status, headers=Fields(self._came, self._names), body=body)

    def unknown(self, what: str) -> OutcomeUnknown:
        """No trustworthy answer, for this reason."""
        code = ProblemCode.DEPARTMENT_UNREACHABLE
        return OutcomeUnknown(self._department, what, code=code)

    def _feed(self, data: bytes) -> None:
        """Read on within the head, which has so much room and no more."""
        while len(data) > self._room and not self._headed and self._broken is None:
            if self._room == 0:
                self._broken = self._contract(f"its headers exceed {HEAD_BYTES} bytes")
                return
            piece, data = data[: self._room], data[self._room :]
            self._room = 0
            self._parser.feed_data(piece)
        if self._broken is None:
            self._room -= len(data)
            self._parser.feed_data(data)

    # what llhttp tells

    def on_message_begin(self) -> None:
        """An answer begins; a second one to one question was not asked for."""
        self._more = self.whole

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; a trailer says nothing we ask for."""
        if not self._headed:
            self._came.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is whole."""
        status = self._parser.get_status_code()
        if self._headed or 100 <= status < 200:
            return
        self._headed, self._status = True, status
        self._names = [*map(bytes.lower, map(_NAME, self._came))]
        if _ENCODING in self._names:
            self._encoded()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        if self.whole or self._broken is not None:
            return
        self._size += len(body)
        self._beside = 0
        if self._size > self._cap:
            self._broken = self._contract(f"the reply exceeds {self._cap} bytes")
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """The answer is whole, or an informational one is over."""
        if self._headed and not self.whole:
            self.whole = True
            self.kept = self._parser.should_keep_alive()  # llhttp forgets it after this
        elif not self._headed:
            self._came.clear()
            self._interim += 1
            if self._interim > _INTERIM:
                self._broken = self._contract("informational answers without end")

    def _encoded(self) -> None:
        codings = [value.lower() for name, value in self._came if name.lower() == _ENCODING]
        if any(coding != _IDENTITY for coding in codings):
            self._broken = self._contract("the reply is compressed, unasked")

    def _contract(self, what: str) -> ContractBroken:
        return ContractBroken(self._department, what)
