"""Where the road of a command can be watched and varied: for proofs of what faults do to it.

An installation leaves all of this alone. The points, in the order in which one attempt passes them:

picked      taken from the queue, nothing claimed
claimed     the claim is committed, no byte has left
answered    the department has replied (or not), nothing of it is saved
committing  what came of it is written, not yet committed
committed   committed; the engine does not know yet
concluded   the command is told to the engine as done, parked or waiting
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from adapters.contract import Department
from schema.domain.case import Verb
from schema.domain.delivery_rule import Rule, rule_for

VERSION = "deliver-1"  # pinned: a deploy must find the commands of the one before


def _unwatched(_point: str, _reference: str) -> None:
    return


def _declared(department: Department, verb: Verb) -> Rule:
    return rule_for(department.info, verb)


def _as_it_is(department: Department) -> Department:
    return department


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """`probe(point, reference)` is called at each point; `rule` says how a department takes a verb;
    `wrap` is put around each department commands are sent to; `version` names the engine's program;
    `migrations` is a folder of migrations of the tables that come after ours.
    """

    probe: Callable[[str, str], None] = _unwatched
    rule: Callable[[Department, Verb], Rule] = _declared
    wrap: Callable[[Department], Department] = _as_it_is
    version: str = VERSION
    migrations: Path | None = None


NO_HOOKS = Hooks()
