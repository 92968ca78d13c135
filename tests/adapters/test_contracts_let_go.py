"""Departments at work hold what reads and writes their messages, and no schema document."""

import gc
from collections.abc import Iterator

import pytest

from adapters.documents import forget_all
from adapters.registry import load_departments
from adapters.shape import Later
from adapters.soap.schemas import Schemas
from adapters.wire import Endpoint
from tests.adapters.test_departments_load import CREDENTIALS, DEPARTMENTS, FACE


def _schemas() -> int:
    return sum(isinstance(one, Schemas) for one in gc.get_objects())


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    forget_all()
    gc.collect()
    yield
    forget_all()


async def test_what_was_loaded_for_good_lets_go_of_its_schemas() -> None:
    before = _schemas()
    endpoint = Endpoint(url="http://127.0.0.1:1", credentials=CREDENTIALS)
    loaded = load_departments(DEPARTMENTS, dict.fromkeys(FACE, endpoint))
    made = _schemas()

    forget_all()
    gc.collect()

    assert set(loaded.departments) == set(FACE)
    assert made == before + sum(dialect == "soap" for dialect, *_ in FACE.values())
    assert _schemas() == before
    for department in loaded.departments.values():
        await department.aclose()


def test_later_is_worked_out_once_and_lets_go_of_what_it_was_worked_out_of() -> None:
    asked: list[str] = []

    class Document:
        def read(self) -> list[str]:
            asked.append("read")
            return asked

    document = Document()
    later = Later(document.read)
    assert asked == []

    assert later() is later()

    assert asked == ["read"]
    assert document not in gc.get_referents(later)
