"""Modules that come when they are looked into, and packages that are not there for a while."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from gateway.imports import lacking, named_only, postponed

_NAMING = """
from typing import Any, Optional, Union
from costly.kinds import Kind

def told(one: Union[int, Kind], other: Optional[Kind[Any]] = None) -> bool:
    return isinstance(one, Kind)
"""


@pytest.fixture(autouse=True)
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package `costly` with a module `errors`, and `user`, which imports both at its head."""
    costly = tmp_path / "costly"
    costly.mkdir()
    (costly / "__init__.py").write_text("def worked(): return True\n", "utf-8")
    (costly / "errors.py").write_text("class Wrong(Exception): pass\n", "utf-8")
    (costly / "kinds.py").write_text(
        "class Kind:\n    def __init__(self, n): self.n = n\n", "utf-8"
    )
    (tmp_path / "naming.py").write_text(_NAMING, "utf-8")
    user = "import costly\nfrom costly import errors\n"
    optional = "try:\n    import costly\nexcept ImportError:\n    costly = None\n"
    (tmp_path / "user.py").write_text(user, "utf-8")
    (tmp_path / "sensible.py").write_text(optional, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in ("costly", "costly.errors", "costly.kinds", "user", "sensible", "naming"):
        sys.modules.pop(name, None)


def _user_of_the_postponed() -> Any:
    with postponed("costly", "costly.errors"):
        return import_module("user")


def test_what_is_postponed_is_not_imported_by_who_imports_it() -> None:
    _user_of_the_postponed()
    assert "costly" not in sys.modules
    assert "costly.errors" not in sys.modules


def test_it_comes_with_the_first_look_into_it_and_is_the_module_itself() -> None:
    user = _user_of_the_postponed()
    assert user.costly.worked()
    assert user.errors.Wrong is import_module("costly.errors").Wrong


def test_who_looks_into_it_at_once_gets_it_at_once() -> None:
    with postponed("costly", "costly.errors"):
        user = import_module("user")
        assert user.errors.Wrong.__module__ == "costly.errors"
    assert import_module("costly").worked()


def test_what_it_has_not_is_not_there() -> None:
    user = _user_of_the_postponed()
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = user.costly.nothing_of_the_kind


def test_what_is_there_already_is_not_postponed() -> None:
    costly = import_module("costly")
    assert _user_of_the_postponed().costly is costly


def test_who_can_do_without_a_package_does_and_others_have_it_afterwards() -> None:
    with lacking("costly"):
        assert import_module("sensible").costly is None
    assert import_module("costly").worked()


def test_what_is_there_already_is_not_lacking() -> None:
    costly = import_module("costly")
    with lacking("costly"):
        assert import_module("sensible").costly is costly
    assert sys.modules["costly"] is costly


def _naming() -> Any:
    with named_only("costly.kinds", "Kind"):
        return import_module("naming")


def test_what_is_only_named_is_not_imported_and_nothing_is_of_its_kind() -> None:
    naming = _naming()
    assert not naming.told(5)
    assert "costly.kinds" not in sys.modules


def test_once_it_is_there_its_own_are_known() -> None:
    naming = _naming()
    kinds = import_module("costly.kinds")
    assert naming.told(kinds.Kind(1))
    assert not naming.told(5)


def test_who_calls_what_is_only_named_gets_the_real_thing() -> None:
    naming = _naming()
    made = naming.Kind(3)
    assert (type(made), made.n) == (import_module("costly.kinds").Kind, 3)


def test_nobody_inherits_from_what_is_only_named() -> None:
    naming = _naming()
    with pytest.raises(TypeError, match=r"costly\.kinds\.Kind is only named here"):
        type("Own", (naming.Kind,), {})


def test_what_is_there_already_is_more_than_named() -> None:
    kinds = import_module("costly.kinds")
    with named_only("costly.kinds", "Kind"):
        assert import_module("costly.kinds") is kinds
    assert sys.modules["costly.kinds"] is kinds
