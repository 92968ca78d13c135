"""One module of a package, without what the package imports at its head."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from adapters.soap.bare import bare


@pytest.fixture(autouse=True)
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`laden` imports `laden.client`; `laden.inner.leaf` needs `laden.words` alone."""
    inner = tmp_path / "laden" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "laden" / "__init__.py").write_text("from laden.client import Client\n", "utf-8")
    (tmp_path / "laden" / "client.py").write_text("class Client: pass\n", "utf-8")
    (tmp_path / "laden" / "words.py").write_text("WORD = 'word'\n", "utf-8")
    (inner / "__init__.py").write_text("import laden.client\n", "utf-8")
    (inner / "leaf.py").write_text("from laden import words\ntold = words.WORD\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in [one for one in sys.modules if one.split(".")[0] == "laden"]:
        del sys.modules[name]


def test_a_leaf_brings_only_what_it_needs_itself() -> None:
    with bare("laden", "laden.inner"):
        leaf = import_module("laden.inner.leaf")
        assert leaf.told == "word"
        assert "laden.client" not in sys.modules


def test_who_imports_the_package_afterwards_has_it_whole() -> None:
    with bare("laden", "laden.inner"):
        import_module("laden.inner.leaf")
    assert [one for one in sys.modules if one.split(".")[0] == "laden"] == []
    assert import_module("laden").Client.__module__ == "laden.client"
    assert import_module("laden.inner.leaf").told == "word"


def test_a_package_that_is_there_stays_as_it_is() -> None:
    laden = import_module("laden")
    with bare("laden", "laden.inner"):
        assert import_module("laden") is laden
        import_module("laden.inner.leaf")
    assert sys.modules["laden"] is laden
    assert laden.Client.__name__ == "Client"


def test_what_is_no_package_is_not_there() -> None:
    with pytest.raises(ModuleNotFoundError, match="no package"), bare("laden.words"):
        pass
