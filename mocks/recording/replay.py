"""A recording played again: the same request gets the same replies, in the order they came.

Requests are the same when method, path, parameters, SOAPAction and all the body says are, with one
word for every credential and every person: the true ones were never kept. Of several that differ
in persons alone, the one with the same pseudonyms answers, else each person who is asked for gets
one of them (`persons`); the reply names whom it was asked for. Where none is the same, one is that
differs in what is made for each request alone: a moment, the id of a message.

Who shows credentials is not answered with a refusal of somebody else's, where anything else was
recorded; who shows none gets what was said to one without, else a refusal, else anything.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mocks.anything.exchange import Answer, Asked, log
from mocks.anything.recorded import exchanges
from mocks.anything.refusal import Refused
from mocks.recording.asked_leaves import Leaves, asked_leaves, differing
from mocks.recording.credentials import refused_for_credentials, shows_credentials
from mocks.recording.persons import MADE_ANEW, Persons, words
from mocks.recording.redaction import Redaction

_METHODS = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"]
Keeps = Callable[[Asked, Answer], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reply:
    """What was answered, and to whom: `shown` says whether the request showed credentials."""

    answer: Answer
    shown: bool
    refused: bool

    def rank(self, shown: bool) -> int:
        """How well it suits who shows credentials, or none; 0 is best."""
        if self.refused:
            return 2 if shown else int(self.shown)
        return int(self.shown != shown) * (1 if shown else 2)


@dataclass(slots=True, kw_only=True)
class _Known:
    """One request, and what it was answered in turn; the last answer stays."""

    leaves: Leaves  # without persons
    exact: Leaves  # with their pseudonyms
    loose: Leaves  # without what is made for each request as well
    replies: list[_Reply] = field(default_factory=list)
    turns: Counter[bool] = field(default_factory=Counter)

    def turns_away(self, shown: bool) -> bool:
        """Whether all it has for who shows credentials is a refusal of somebody else's."""
        return shown and all(reply.refused for reply in self.replies)

    def next(self, shown: bool) -> Answer:
        """The next of those that suit best."""
        best = min(reply.rank(shown) for reply in self.replies)
        suiting = [reply.answer for reply in self.replies if reply.rank(shown) == best]
        answer = suiting[min(self.turns[shown], len(suiting) - 1)]
        self.turns[shown] += 1
        return answer


class Replay:
    """The application. `near`: the nearest recorded request of the same path answers too.

    `keeps` says what is wrong with a reply; such a one is left out, and the log says so.
    """

    def __init__(
        self, folder: Path, blanked: Redaction, *, near: bool = False, keeps: Keeps | None = None
    ) -> None:
        self._blanked, self._near = blanked, near
        self._exact = replace(blanked, patterns=(), named=())
        self._loose = replace(blanked, patterns=(*blanked.patterns, *words(blanked), *MADE_ANEW))
        self._persons = Persons(redaction=self._loose)
        self._known: list[_Known] = []
        for file in sorted(folder.glob("*.json")):
            found = list(exchanges(file))
            if not found:
                raise Refused(f"{file}: holds no exchange — record it anew, or take it away")
            for _, _, _, asked, answer in found:
                if wrong := keeps(asked, answer) if keeps else ():
                    log.warning("%s: not used: %s", file.name, "; ".join(wrong[:3]))
                else:
                    self._learn(asked, answer)

    def _learn(self, asked: Asked, answer: Answer) -> None:
        exact = asked_leaves(asked, self._exact)
        known = next((one for one in self._known if one.exact == exact), None)
        if known is None:
            leaves, loose = asked_leaves(asked, self._blanked), asked_leaves(asked, self._loose)
            self._known.append(known := _Known(leaves=leaves, exact=exact, loose=loose))
        shown = shows_credentials(asked, known.leaves, self._blanked)
        refused = refused_for_credentials(answer)
        known.replies.append(_Reply(answer=answer, shown=shown, refused=refused))

    def __len__(self) -> int:
        return len(self._known)

    def application(self) -> Starlette:
        """What a server runs."""
        return Starlette(routes=[Route("/{path:path}", self._answered, methods=_METHODS)])

    async def _answered(self, request: Request) -> Response:
        asked = Asked(
            method=request.method,
            path=request.scope["path"],
            query=tuple(parse_qsl(request.url.query, keep_blank_values=True)),
            headers=dict(request.headers),
            body=await request.body(),
        )
        answer = self.answer(asked)
        if answer is None:
            return self._not_recorded(asked)
        return Response(answer.body, answer.status, headers=dict(answer.headers))

    def answer(self, asked: Asked) -> Answer | None:
        """The next answer to this request; None for one that was not recorded."""
        leaves, exact = asked_leaves(asked, self._blanked), asked_leaves(asked, self._exact)
        shown = shows_credentials(asked, leaves, self._blanked)
        same = [one for one in self._known if one.leaves == leaves] or self._alike(asked)
        if not same and (nearest := self._nearest(leaves, shown)) and self._serves(nearest, leaves):
            same = [nearest]
        if not same:
            return None
        welcome = [one for one in same if not one.turns_away(shown)]
        known = self._chosen(welcome or same, exact)
        pairs = self._persons.pairs(known.exact, exact, known.loose)
        self._persons.remember(pairs)
        return self._persons.told(known.next(shown), pairs)

    def _alike(self, asked: Asked) -> list[_Known]:
        loose = asked_leaves(asked, self._loose)
        return [one for one in self._known if one.loose == loose]

    def _chosen(self, same: Sequence[_Known], exact: Leaves) -> _Known:
        persons = self._persons
        pairs = [(one, persons.pairs(one.exact, exact, one.loose)) for one in same]
        return next(
            (
                one
                for fits in (lambda p: all(a == b for a, b in p), persons.knows, persons.allows)
                for one, told in pairs
                if fits(told)
            ),
            same[-1],
        )

    def _nearest(self, leaves: Leaves, shown: bool) -> _Known | None:
        def far(one: _Known) -> tuple[int, bool]:
            return len(differing(one.leaves, leaves)), one.turns_away(shown)

        return min(self._known, key=far, default=None)

    def _serves(self, nearest: _Known, leaves: Leaves) -> bool:
        same = ("method", "path", "soapaction")
        return self._near and all(nearest.leaves.get(n) == leaves.get(n) for n in same)

    def _not_recorded(self, asked: Asked) -> Response:
        leaves = asked_leaves(asked, self._blanked)
        shown = shows_credentials(asked, leaves, self._blanked)
        return _not_recorded(self._nearest(leaves, shown), leaves)


def _not_recorded(nearest: _Known | None, leaves: Leaves) -> Response:
    places = differing(nearest.leaves, leaves) if nearest else []
    told = {
        "title": "this request was not recorded",
        "status": 404,
        "nearest": {name: nearest.leaves[name] for name in ("method", "path")} if nearest else None,
        "differs": places[:20],
        "mend": "record it too, or replay with --near",
    }
    return JSONResponse(told, 404, media_type="application/problem+json")
