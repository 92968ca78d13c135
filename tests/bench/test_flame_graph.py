"""A flame graph tells shares by function, without where files are on this machine."""

from xml.etree import ElementTree

from tests.bench.flame_graph import flame_graph, tree

_LOOP = "main (/x/uvicorn/server.py);run (/usr/lib/python3.11/asyncio/runners.py:118)"
STACKS = (
    f"{_LOOP};answer (/home/me/onething/gateway/edge/graphql.py:9) 3\n"
    f"{_LOOP};answer (/home/me/onething/gateway/edge/graphql.py:9);"
    "resolve (/venv/site-packages/strawberry/schema/<made>.py:1) 6\n"
    f"{_LOOP} 1\n"
    "poll (/x/threading.py:4) 90\n"
)


def test_boxes_hold_what_they_called_and_other_threads_are_left_out() -> None:
    root = tree(STACKS)

    [answer] = root.inside.values()
    [resolve] = answer.inside.values()
    assert (root.samples, answer.samples, resolve.samples) == (10, 9, 6)


def test_the_picture_is_plain_svg_without_script_or_places_of_this_machine() -> None:
    svg = flame_graph(STACKS, "a <case>")

    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    titles = [title.text for title in root.iter("{http://www.w3.org/2000/svg}title")]
    assert titles == [
        "event loop: 100.0 %",
        "answer (gateway/edge/graphql.py): 90.0 %",
        "resolve (strawberry/schema/<made>.py): 60.0 %",
    ]
    assert "script" not in svg
    assert "/home/me" not in svg
