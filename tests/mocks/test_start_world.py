"""A fleet that does not come up in time leaves nothing behind."""

from pathlib import Path

import pytest

from tests.mocks.conftest import start_world, stop_world, until


def processes_of(state: Path) -> list[str]:
    """The command lines of all processes that work in this folder."""
    found = []
    for told in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = told.read_bytes()
        except OSError:  # gone meanwhile
            continue
        if str(state).encode() in line:
            found.append(line.replace(b"\0", b" ").decode())
    return found


@pytest.mark.parametrize("within_s", [0.05, 0.3])
def test_who_gives_up_waiting_leaves_no_process(tmp_path: Path, within_s: float) -> None:
    try:
        world = start_world(tmp_path, "market", "planning", "greening", within_s=within_s)
    except AssertionError as gave_up:
        assert "ports.json" in str(gave_up)  # noqa: PT017 - the other way out is to be stopped
    else:  # we were held up ourselves until it was there
        stop_world(world)

    until(lambda: not processes_of(tmp_path), "nobody works there any more")


def test_a_fleet_that_ends_at_once_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("where a folder is wanted")

    with pytest.raises(AssertionError, match="the fleet ended with 1"):
        start_world(tmp_path / "file", "market")
