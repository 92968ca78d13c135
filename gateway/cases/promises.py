"""Promised on submitting instead of brought: that it is so (告知承诺), that it follows (容缺)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from gateway.cases import rejection
from schema.domain.condition import Answers
from schema.domain.one_thing import Item, Material
from schema.domain.pledge import Pledge, pledges_of
from schema.domain.problem import Problem
from schema.domain.selection import deferrable


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """Material codes: those pledged for, and those that are to follow."""

    pledges: tuple[str, ...] = ()
    deferred: tuple[str, ...] = ()


NONE = Promises()


@dataclass(frozen=True, slots=True, kw_only=True)
class Promisable:
    """What one application may promise."""

    pledges: tuple[Pledge, ...]
    deferrable: tuple[Material, ...]
    brought: Collection[str]  # uploaded already: nothing is to be promised about it

    def kept(self, made: Promises) -> Promises:
        """The promises that count, in declared order."""
        follow = (m.code for m in self.deferrable if m.code not in self.brought)
        return Promises(
            pledges=tuple(p.code for p in self.pledges if p.code in made.pledges),
            deferred=tuple(code for code in follow if code in made.deferred),
        )

    def problems(self, made: Promises) -> Iterator[Problem]:
        """Every pledge that is missing, and every promise nobody asked for."""
        for pledge in self.pledges:
            # Who will not pledge may bring the document instead (国办发〔2020〕42号).
            if pledge.code not in made.pledges and pledge.code not in self.brought:
                yield rejection.missing_pledge(pledge.code, pledge.name)
        known = {pledge.code for pledge in self.pledges}
        yield from (rejection.unknown_pledge(code) for code in made.pledges if code not in known)
        may = {material.code for material in self.deferrable}
        yield from (rejection.not_deferrable(code) for code in made.deferred if code not in may)


def promisable(items: tuple[Item, ...], answers: Answers, brought: Collection[str]) -> Promisable:
    """What these items, given these answers and uploads, leave to be promised."""
    return Promisable(
        pledges=pledges_of(items, answers),
        deferrable=deferrable(items, answers),
        brought=brought,
    )
