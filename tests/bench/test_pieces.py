"""A profile by piece: whose frame was innermost counts."""

from tests.bench.pieces import piece_of, pieces_of

_SERVED = "run (/x/uvicorn/server.py:86)"


def test_a_stack_counts_for_the_piece_of_its_innermost_frame() -> None:
    frames = [_SERVED, "read (/x/adapters/department.py:9)", "find (/x/lib/xml/tree.py:1)"]

    assert piece_of(frames) == "mapping"


def test_shares_are_of_the_stacks_that_serve_and_the_largest_is_first() -> None:
    stacks = (
        f"{_SERVED};verify (/x/gateway/security/tokens.py:3) 1\n"
        f"{_SERVED};send (/x/adapters/line/lean.py:4) 3\n"
        "poll (/x/adapters/line/lean.py:4) 9\n"
    )

    assert pieces_of(stacks) == [("line", 0.75), ("tokens", 0.25)]
