"""What is made at start is never searched for garbage; later searches are rare."""

import gc

from gateway.cli.heap import ALLOCATED, growing


def test_after_the_start_searches_begin_later_and_leave_alone_what_was_made_in_it() -> None:
    usual = gc.get_threshold()
    try:
        with growing():
            assert not gc.isenabled()
            made: list[list[int]] = [[]]
        assert gc.isenabled()
        assert gc.get_threshold()[0] == ALLOCATED
        assert not any(one is made for one in gc.get_objects())
    finally:
        gc.set_threshold(*usual)
