"""Order among named things: cycles, waves and longest paths of a directed graph.

A graph maps each name to the names that come before it; names it does not contain are ignored.
"""

from collections.abc import Collection, Mapping

Before = Mapping[str, Collection[str]]


class Cycle(ValueError):
    """The graph has no order; `names` walks the cycle and ends where it began."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(" → ".join(names))
        self.names = names


def find_cycle(before: Before) -> tuple[str, ...] | None:
    """One cycle as A, B, A in the direction of "comes before"; None when there is none."""
    rest = _unordered(before)
    if not rest:
        return None
    # Every name left comes after another one left, so walking back must meet itself.
    walk: list[str] = [min(rest)]
    while True:
        previous = min(name for name in before[walk[-1]] if name in rest)
        if previous in walk:
            loop = [*walk[walk.index(previous) :], previous]
            return tuple(reversed(loop))
        walk.append(previous)


def waves(before: Before) -> tuple[tuple[str, ...], ...]:
    """The names in waves, each as early as it can be; raises Cycle when there is no order."""
    result: list[tuple[str, ...]] = []
    done: set[str] = set()
    while len(done) < len(before):
        wave = tuple(name for name in before if name not in done and _present(before, name) <= done)
        if not wave:
            raise Cycle(find_cycle(before) or ())
        result.append(wave)
        done.update(wave)
    return tuple(result)


def finishes(before: Before, length: Mapping[str, int]) -> dict[str, int]:
    """When each name is finished if it starts as soon as all before it are."""
    finish: dict[str, int] = {}
    for wave in waves(before):
        for name in wave:
            start = max((finish[p] for p in _present(before, name)), default=0)
            finish[name] = start + length[name]
    return finish


def longest_path(before: Before, length: Mapping[str, int]) -> tuple[str, ...]:
    """The names that decide when the last one is finished, first to last."""
    finish = finishes(before, length)
    if not finish:
        return ()
    # Of equals the first declared wins, so that the same graph always gives the same path.
    path = [max(finish, key=lambda name: finish[name])]
    while earlier := [p for p in before if p in _present(before, path[-1])]:
        path.append(max(earlier, key=lambda name: finish[name]))
    return tuple(reversed(path))


def reachable(before: Before, name: str) -> frozenset[str]:
    """Everything that comes before `name`, at any distance."""
    seen: set[str] = set()
    ahead = list(_present(before, name))
    while ahead:
        current = ahead.pop()
        if current not in seen:
            seen.add(current)
            ahead.extend(_present(before, current))
    return frozenset(seen)


def _present(before: Before, name: str) -> set[str]:
    return {p for p in before[name] if p in before}


def _unordered(before: Before) -> set[str]:
    """The names that lie on a cycle or come after one."""
    rest = set(before)
    while ready := {name for name in rest if not _present(before, name) & rest}:
        rest -= ready
    return rest
