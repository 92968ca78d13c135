"""Replies of one call, read with care until their markup is known, and by their moulds from then.

What fits no mould, or is not proven to be valid, is read with care: parsed and validated.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from adapters.errors import AdapterError
from adapters.mapping.cast import Cast
from adapters.outcome import Settled
from adapters.soap.envelope import content_type
from adapters.soap.mould import Mould, fits
from adapters.soap.moulding import Maker, NoMould, Parse
from adapters.soap.xml import Element, declared_encoding
from adapters.wire import WireReply

Read = Callable[[WireReply], Any]
Well = Callable[[Element], bool]
Draft = Callable[[Parse], Maker]

_MOULDS = 4  # of one call
_TRIES = 12  # to make one
_CODECS = {"utf-8": "utf-8", "utf8": "utf-8", "gb18030": "gb18030"}  # decoded alike by all
_DOUBTFUL = re.compile("[\u1e3f\ue000-\uf8ff\ufffe\uffff]")


class Moulded:
    """Reads replies; `bare` gives the document of one without validating it.

    `well`: whether a document says that all went well; of no other a mould is made.
    """

    def __init__(
        self, carefully: Read, bare: Read, encoding: str | None, draft: Draft, well: Well
    ) -> None:
        self._carefully, self._bare, self._encoding = carefully, bare, encoding
        self._well = well
        self._maker = draft(self._parsed)
        self._type, self._codec = "", ""
        self._moulds: list[Mould] = []
        self._read, self._tries = 0, _TRIES

    def __call__(self, reply: WireReply) -> Any:
        """The validated document, or a cast of it; else as who reads with care."""
        text = self._text(reply) if self._moulds else None
        if text is not None:
            for mould in self._moulds:
                cast = mould.cast(text, lambda: self._carefully(reply))
                if cast is not None:
                    return self._proven(mould, cast)
        root = self._carefully(reply)
        self._read += 1
        able = self._read > 1 and self._tries > 0 and not isinstance(root, Settled)
        if able and self._well(root):
            self._learn(reply)
        return root

    def _proven(self, mould: Mould, cast: Cast) -> Any:
        """The cast, once the validator was asked about so many rows and such ones."""
        if mould.proven(cast):
            return cast
        root = cast.carefully()
        if not isinstance(root, Settled):
            mould.prove(cast)
        return root

    def _text(self, reply: WireReply) -> str | None:
        """The reply's text, where moulds may be of use for it."""
        if reply.status != 200 or reply.headers.get("content-type") != self._type:
            return None
        if not fits(reply.body):
            return None
        try:
            return reply.body.decode(self._codec)
        except UnicodeDecodeError:
            return None

    def _learn(self, reply: WireReply) -> None:
        """Make a mould of a reply that was valid, or widen one."""
        self._tries -= 1
        kind = reply.headers.get("content-type", "")
        told = self._encoding or content_type(kind)[1] or declared_encoding(reply.body) or "utf-8"
        if not self._moulds:
            self._type, self._codec = kind, _CODECS.get(told.lower(), "")
        text = self._text(reply) if self._codec else None
        if text is None or _DOUBTFUL.search(text):
            return
        with suppress(NoMould, AdapterError, ValueError, re.error):
            made = self._kept(self._maker.made(text))
            cast = made.cast(text, lambda: self._carefully(reply))
            if cast is not None:
                made.prove(cast)

    def _kept(self, made: Mould) -> Mould:
        """This mould, or one that is widened by it."""
        for at, known in enumerate(self._moulds):
            joined = self._maker.joined(known, made)
            if joined is not None:
                self._moulds[at] = joined
                return joined
        if len(self._moulds) < _MOULDS:
            self._moulds.append(made)
        return made

    def _parsed(self, text: str) -> Element:
        body, headers = text.encode(self._codec), {"content-type": self._type}
        return self._bare(WireReply(status=200, headers=headers, body=body))
