"""Plans of random graphs: the order is valid, nothing waits without need, cycles are named."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.domain.one_thing import District, Edge, EdgeKind, Item, OneThing
from schema.domain.order import Cycle, find_cycle, finishes, longest_path, reachable, waves
from schema.domain.plan import plan_items
from schema.domain.text import Text

Graph = dict[str, tuple[str, ...]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """A graph without cycles: each name may only come after names drawn before it."""
    names = [f"n{i}" for i in range(draw(st.integers(1, 9)))]
    return {
        name: tuple(draw(st.sets(st.sampled_from(names[:i])))) if i else ()
        for i, name in enumerate(names)
    }


@st.composite
def weighted(draw: st.DrawFn) -> tuple[Graph, dict[str, int]]:
    graph = draw(graphs())
    return graph, {name: draw(st.integers(0, 30)) for name in graph}


@given(graph=graphs())
@settings(max_examples=100)
def test_everything_comes_after_what_it_needs(graph: Graph) -> None:
    number = {name: i for i, wave in enumerate(waves(graph)) for name in wave}
    assert set(number) == set(graph)
    assert all(number[p] < number[name] for name in graph for p in graph[name])


@given(graph=graphs())
@settings(max_examples=100)
def test_nothing_could_start_in_an_earlier_wave(graph: Graph) -> None:
    number = {name: i for i, wave in enumerate(waves(graph)) for name in wave}
    assert all(number[n] == max((number[p] + 1 for p in graph[n]), default=0) for n in graph)


@given(case=weighted())
@settings(max_examples=100)
def test_nothing_starts_later_than_its_last_prerequisite_ends(
    case: tuple[Graph, dict[str, int]],
) -> None:
    graph, length = case
    finish = finishes(graph, length)
    for name, before in graph.items():
        assert finish[name] - length[name] == max((finish[p] for p in before), default=0)


@given(case=weighted(), data=st.data())
@settings(max_examples=100)
def test_removing_an_edge_never_lengthens(
    case: tuple[Graph, dict[str, int]], data: st.DataObject
) -> None:
    graph, length = case
    edges = [(name, before) for name in graph for before in graph[name]]
    if not edges:
        return
    name, gone = data.draw(st.sampled_from(edges))
    less = graph | {name: tuple(p for p in graph[name] if p != gone)}
    assert max(finishes(less, length).values()) <= max(finishes(graph, length).values())


@given(case=weighted())
@settings(max_examples=100)
def test_critical_path_is_as_long_as_the_whole(case: tuple[Graph, dict[str, int]]) -> None:
    graph, length = case
    path = longest_path(graph, length)
    assert sum(length[name] for name in path) == max(finishes(graph, length).values())
    assert all(a in graph[b] for a, b in itertools.pairwise(path))


@given(graph=graphs(), data=st.data())
@settings(max_examples=100)
def test_a_cycle_is_refused_with_its_names(graph: Graph, data: st.DataObject) -> None:
    later = data.draw(st.sampled_from([*graph]))
    earlier = data.draw(st.sampled_from(sorted(reachable(graph, later) | {later})))
    circular = graph | {earlier: (*graph[earlier], later)}

    cycle = find_cycle(circular)

    assert cycle is not None
    assert cycle[0] == cycle[-1]
    assert all(a in circular[b] for a, b in itertools.pairwise(cycle))
    with pytest.raises(Cycle, match=" → "):
        waves(circular)


def test_prerequisites_outside_the_selection_vanish() -> None:
    assert waves({"B": ("A",), "C": ("B",)}) == (("B",), ("C",))


def test_no_items_make_an_empty_plan_with_its_issue(restaurant: OneThing) -> None:
    result = plan_items(restaurant, ())
    assert (result.steps, result.critical_path, result.promised_days) == ((), (), 1)


def test_a_district_may_promise_less(restaurant: OneThing) -> None:
    xuhui = District(
        code="310104",
        name=Text(zh="徐汇区", en="Xuhui"),
        since=restaurant.districts[0].since,
        promised_days={"C": 7},
    )
    thing = replace(restaurant, districts=(xuhui,))
    assert plan_items(thing, thing.items, district="310104").promised_days == 9
    assert plan_items(thing, thing.items, district="310105").promised_days == 12


def test_a_duty_afterwards_orders_the_plan(restaurant: OneThing) -> None:
    def after(item: Item) -> Item:
        return replace(item, edges=(Edge(kind=EdgeKind.POST, item="A", within_days=30),))

    items = (restaurant.item("A"), after(restaurant.item("D")))
    assert plan_items(restaurant, items).waves == (("A",), ("D",))
