"""A change of a file is told to whoever asks after it was made."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mocks.core.changes import Changes
from mocks.core.clock import write_atomically


def overwritten(file: Path) -> None:
    file.write_text("{}")


def replaced(file: Path) -> None:
    write_atomically(file, {"a": 1})


def made(file: Path) -> None:
    file.with_name("other.json").touch()


@pytest.mark.parametrize("change", [overwritten, replaced, made, Path.unlink])
def test_each_change_is_another_number(tmp_path: Path, change: Callable[[Path], None]) -> None:
    file = tmp_path / "faults.json"
    file.touch()
    changes = Changes(tmp_path, lambda: 0)
    before = changes(), changes()

    change(file)

    assert before[0] == before[1] < changes()
    assert changes() == changes()


class IsThere:
    """Whether a file is, and how often somebody looked."""

    def __init__(self, file: Path) -> None:
        self.file, self.looks = file, 0

    def __call__(self) -> bool:
        self.looks += 1
        return self.file.exists()


def test_whoever_asks_hears_of_it_and_looks_again_only_then(tmp_path: Path) -> None:
    changes, file = Changes(tmp_path, lambda: 0), tmp_path / "faults.json"
    looks = [IsThere(file), IsThere(file)]
    asked = [changes.once(look) for look in looks]

    first = [ask() for ask in asked * 2]
    file.touch()

    assert first == [False] * 4
    assert [ask() for ask in asked * 2] == [True] * 4
    assert [look.looks for look in looks] == [2, 2]


def test_once_a_second_nothing_is_believed(tmp_path: Path) -> None:
    moments = iter([0.0, 0.0, 0.9, 1.1, 1.1])
    changes = Changes(tmp_path, lambda: next(moments))

    first, before, after = changes(), changes(), changes()

    assert first == before < after


def test_of_a_folder_that_is_gone_nothing_is_believed(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    changes = Changes(folder, lambda: 0)
    changes()

    shutil.rmtree(folder)
    changes()
    folder.mkdir()

    numbers = [changes(), changes()]
    assert numbers[0] < numbers[1]


def test_without_a_word_from_the_kernel_everyone_looks(tmp_path: Path) -> None:
    changes = Changes(tmp_path / "nowhere")

    assert changes() < changes()


async def test_then_once_a_turn(tmp_path: Path) -> None:
    changes = Changes(tmp_path / "nowhere")

    assert changes() == changes()
