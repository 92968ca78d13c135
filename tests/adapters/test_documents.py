"""A contract's files are read whole, and take the memory of what stands in them."""

import tracemalloc
from pathlib import Path

import pytest

from adapters.documents import FILE_BYTES, BadContract, Documents

SMALL = 4 * 1024


def read(folder: Path, content: bytes) -> bytes:
    path = folder / "service.wsdl"
    path.write_bytes(content)
    return Documents(folder).read(path)


def test_reading_a_small_file_takes_no_more_memory_than_its_size_asks_for(tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        read(tmp_path, b"x" * SMALL)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 256 * 1024


@pytest.mark.parametrize("size", [1, SMALL, FILE_BYTES])
def test_a_file_up_to_the_limit_is_read_whole(tmp_path: Path, size: int) -> None:
    assert len(read(tmp_path, b"x" * size)) == size


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadContract, match="exceeds 16 MB"):
        read(tmp_path, b"x" * (FILE_BYTES + 1))


def test_a_file_that_tells_no_size_is_read_all_the_same() -> None:
    assert Documents(Path("/proc/self")).read(Path("/proc/self/status"))
