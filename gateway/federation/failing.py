"""What becomes of calls that failed: what is told, or the parts that are asked for instead."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeAlias

from adapters.errors import AdapterError, Refused
from gateway.federation.flights import Flight, Flights, Waiter
from gateway.federation.gate import LEAST_S
from gateway.federation.memory import Key, Memory
from gateway.federation.operators import Operators
from gateway.federation.parting import MOST, Parting, at_work, parts_of, silent, spoils
from gateway.federation.passage import PART
from gateway.federation.settling import Settling
from gateway.federation.wariness import Wariness
from schema.domain.reading import Reading

Landing: TypeAlias = tuple[Mapping[Key, Reading], str]  # readings, and the outcome for the log


class Failing:
    """Judges the calls of one event loop that failed; `flown` is what one of its parts does."""

    def __init__(
        self,
        memory: Memory,
        settling: Settling,
        wariness: Wariness,
        flights: Flights,
        flown: Callable[[Flight], Coroutine[Any, Any, object]],
    ) -> None:
        self._memory = memory
        self._settling = settling
        self._wariness = wariness
        self._flights = flights
        self._flown = flown
        self._operators = Operators()

    def landing(self, flight: Flight, error: AdapterError) -> Landing | None:
        """What is told of the keys a call failed for; None where they are asked for again apart."""
        keys = flight.wanted
        several = len({key.key for key in keys}) > 1
        rows = _rows(flight, error)
        if several and not rows and self._parted(flight, error):
            return None
        self._wariness.failed(flight, error)
        told = flight.way.gate.problem(error)
        self._operators.tell(keys[0].source, told.code, error, flight.loop.time())
        if isinstance(error, Refused):
            if several:
                return {key: self._settling.withheld(key, error) for key in keys}, told.code.value
            for key in keys:
                self._settling.refused(key, flight)
        settle = self._settling.failed
        return {key: settle(key, rows.get(key.key, error)) for key in keys}, told.code.value

    def _parted(self, flight: Flight, error: AdapterError) -> bool:
        """Whether those of its keys that are still waited for are asked for again, in parts."""
        keys = flight.wanted
        numbers = list(dict.fromkeys([key.key for key in keys if flight.waiting().get(key)]))
        count = self._parts(flight, len(numbers), error)
        if not count:
            return False
        parting = flight.parting or Parting(len(numbers))
        waiting = {key: flight.waiting().pop(key, []) for key in keys}
        self._flights.clear(flight)
        for numbers_of_it in parts_of(numbers, count):
            part = self._part(flight, set(numbers_of_it), waiting, parting)
            self._flights.begin(part, self._flown(part))
        return True

    def _parts(self, flight: Flight, numbers: int, error: AdapterError) -> int:
        """In how many parts; none where it would be of no use, or too much for the department.

        Where it is at work, operations that would each have asked for themselves may do so now;
        else, and for the keys of one alone, the budget of second attempts is to bear it.
        """
        gate, now = flight.way.gate, flight.loop.time()
        if not numbers or not spoils(error) or silent(error):
            return 0
        if flight.until - now < LEAST_S or gate.shut(gate.reads, now):
            return 0
        if self._wariness.rests(flight.way):
            return 0
        wanted = min(MOST, numbers)
        if at_work(error) and len(flight.together) > 1:
            self._wariness.parted(flight, wanted)
            return wanted
        return gate.retries.parts(wanted)

    def _part(
        self, of: Flight, numbers: set[str], waiting: Mapping[Key, list[Waiter]], parting: Parting
    ) -> Flight:
        """A call for these alone; everybody who waited for them waits for it."""
        wanted = {key: who for key, who in waiting.items() if who and key.key in numbers}
        theirs = [
            asked._replace(keys=[key for key in asked.keys if key in wanted])
            for asked in of.together
        ]
        end = of.loop.time() + of.way.timeout_s
        return Flight(
            PART,
            of.breaker,
            of.loop,
            end,
            min(end, of.until),
            way=of.way,
            keys=[*wanted],
            wanted=[*wanted],
            together=[asked for asked in theirs if asked.keys],
            joined=[(key, waiter) for key, waiter in of.joined if key in wanted],
            who=wanted,
            started=of.started,
            mark=self._memory.mark,
            parting=parting,
            tokens=of.tokens,
        )


def _rows(flight: Flight, error: AdapterError) -> Mapping[str, AdapterError]:
    """What each row of its reply said, where the call failed with that; none otherwise."""
    return flight.rows if error in flight.rows.values() else {}
