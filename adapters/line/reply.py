"""The bytes of one HTTP/1.1 answer, read as they come: no socket, no clock.

llhttp (httptools) reads the messages, in its strict mode; what it takes for malformed is no answer.
"""

import httptools

from adapters.errors import AdapterError, ContractBroken, OutcomeUnknown
from adapters.wire import WireReply
from schema.domain.problem import ProblemCode

HEAD_BYTES = 65_536  # of all headers, informational answers included
_INTERIM = 8  # informational answers (1xx) before the one that counts


class ReplyReader:
    """Reads one answer; a reader that raised or is through is not fed again."""

    def __init__(self, department: str, cap: int) -> None:
        self._department, self._cap = department, cap
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._size = self._head = self._interim = self._status = 0
        self._headed = self._more = False
        self._broken: AdapterError | None = None
        self.began = False  # whether a byte came
        self.whole = False
        self.kept = False  # once whole: whether the connection may be asked again

    def feed(self, data: bytes) -> bool:
        """Read on; whether the answer is whole now.

        Raises ContractBroken beyond the caps, OutcomeUnknown for what is no HTTP.
        """
        self.began = True
        try:
            self._feed(data)
        except httptools.HttpParserUpgrade:
            raise self._contract("changes the protocol, unasked") from None
        except httptools.HttpParserError as error:
            if self._broken is None:
                raise self.unknown(f"no HTTP: {type(error).__name__}") from None
        if self._broken is not None:
            raise self._broken
        self.kept = self.kept and not self._more
        return self.whole

    def end(self) -> bool:
        """The department closed the connection: whether the answer is whole now."""
        unframed = not {"content-length", "transfer-encoding"} & self._headers.keys()
        self.whole = self.whole or (self._headed and unframed)
        return self.whole

    def reply(self) -> WireReply:
        """The whole answer."""
        return WireReply(status=self._status, headers=self._headers, body=b"".join(self._body))

    def unknown(self, what: str) -> OutcomeUnknown:
        """No trustworthy answer, for this reason."""
        code = ProblemCode.DEPARTMENT_UNREACHABLE
        return OutcomeUnknown(self._department, what, code=code)

    def _feed(self, data: bytes) -> None:
        while data and not self._headed and self._broken is None:
            room = HEAD_BYTES - self._head
            if room <= 0:
                self._broken = self._contract(f"its headers exceed {HEAD_BYTES} bytes")
                return
            self._head += min(room, len(data))
            self._parser.feed_data(data[:room])
            data = data[room:]
        if data and self._broken is None:
            self._parser.feed_data(data)

    # what llhttp tells

    def on_message_begin(self) -> None:
        """An answer begins; a second one to one question was not asked for."""
        self._more = self.whole

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; a trailer says nothing we ask for."""
        if self._headed:
            return
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        known = self._headers.get(key)
        self._headers[key] = text if known is None else f"{known}, {text}"

    def on_headers_complete(self) -> None:
        """The head is whole."""
        status = self._parser.get_status_code()
        if self._headed or 100 <= status < 200:
            return
        self._headed, self._status = True, status
        if self._headers.get("content-encoding", "identity").lower() != "identity":
            self._broken = self._contract("the reply is compressed, unasked")

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        if self.whole or self._broken is not None:
            return
        self._size += len(body)
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
            self._headers.clear()
            self._interim += 1
            if self._interim > _INTERIM:
                self._broken = self._contract("informational answers without end")

    def _contract(self, what: str) -> ContractBroken:
        return ContractBroken(self._department, what)
