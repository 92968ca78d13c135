"""What can be told of a record from its bytes, before any of it is decoded.

A text that is looked for stands in the request as it is written, unless the way it is written hides
it: an escape, a charset unlike ASCII, a text in pieces. Where one may, the record is not passed
over.
"""

import re
from collections.abc import Iterator, Mapping

from mocks.journal.matching import ANY, Matcher, agrees, outcome_line
from mocks.journal.record import outcome_of, real_at_of

_OF_OUTCOME = ("operation", "fault", "status")
_AS_IT_IS = ("method", "path")
_RUN = re.compile("[A-Za-z0-9:._-]+")  # what neither JSON nor XML writes otherwise by itself
_SLACK_S = 0.001  # moments are rounded where they are compared in earnest
_HIDING = (b"\\u", b"&", b"%", b"CDATA")
_HIDDEN = re.compile(
    rb"\\u00|&(?:amp;)*#|%[2-7][0-9A-Fa-f]"
    rb"|[^>;](?:<|&(?:amp;)*lt;)!\[CDATA|\]\](?:>|&(?:amp;)*gt;)(?!\s*(?:<|&(?:amp;)*lt;)/)"
)
_OTHER_CHARSET = re.compile(
    rb"charset(?!=[\"']?(?:utf-?8|gb|big5|us-ascii|iso-8859))", re.IGNORECASE
)


class Glance:
    """One matcher's look at records: False is certain, True has to be looked into."""

    def __init__(self, matcher: Matcher) -> None:
        line = matcher.line
        self._outcome = {name: line[name] for name in _OF_OUTCOME if name in line}
        self._since = matcher.since.timestamp() - _SLACK_S if matcher.since else None
        self._plain = tuple(_bytes(line[name]) for name in _AS_IT_IS if _says(line.get(name, ANY)))
        self._runs = tuple(map(str.encode, _runs(matcher)))
        self.tells_all = not (matcher.size or matcher.since)

    def may_match(self, payload: bytes) -> bool:
        """Whether the record is worth decoding."""
        if self._since is not None and real_at_of(payload) < self._since:
            return False
        if self._outcome and not self._agrees(outcome_line(outcome_of(payload))):
            return False
        if any(text not in payload for text in self._plain):
            return False
        return all(run in payload for run in self._runs) or _may_hide(payload)

    def _agrees(self, told: Mapping[str, str | None]) -> bool:
        return all(agrees(name, wanted, told[name]) for name, wanted in self._outcome.items())


def _runs(matcher: Matcher) -> Iterator[str]:
    """Of each text that is looked for its longest run of letters, digits and what joins them."""
    line = matcher.line
    texts = [line[name] for name in ("reference", "key") if name in line]
    texts += [*matcher.headers.values(), *matcher.query.values(), matcher.text]
    texts += (text for text in matcher.body.values() if not _is_number(text))
    texts += (path.rpartition("/")[2].partition("[")[0] for path in matcher.body)  # their names
    for text in filter(_says, texts):
        if run := max(_RUN.findall(text), key=len, default=""):
            yield run


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _says(text: str) -> bool:
    return "*" not in text  # any value, or a mask


def _is_number(text: str) -> bool:
    """Whether it may stand there written otherwise: 1.0 as 1e0."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _may_hide(payload: bytes) -> bool:
    if any(mark in payload for mark in _HIDING) and _HIDDEN.search(payload):
        return True
    return b"harset" in payload.lower() and _OTHER_CHARSET.search(payload) is not None
