"""What a library imports at its head and this process may never need: later, or not at all."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


@contextmanager
def postponed(*names: str) -> Iterator[None]:
    """Whoever imports these modules inside gets them as soon as something in them is looked at."""
    absent = [name for name in names if name not in sys.modules]
    for name in absent:
        sys.modules[name] = _Postponed(name)
        parent, _, child = name.rpartition(".")
        if parent in absent:
            setattr(sys.modules[parent], child, sys.modules[name])
    try:
        yield
    finally:
        for name in absent:
            _stand_aside(name)


@contextmanager
def named_only(module: str, *names: str) -> Iterator[None]:
    """Whoever imports these classes and functions inside gets what stands for them, and not the
    module: they name a kind in signatures, and are nobody's until the module is there.

    To call one calls what it stands for. To inherit from one is a TypeError.
    """
    if module in sys.modules:
        yield
        return
    stand_in = ModuleType(module)
    for name in names:
        setattr(stand_in, name, _Named(name, (), {"__module__": module}))
    sys.modules[module] = stand_in
    try:
        yield
    finally:
        del sys.modules[module]


@contextmanager
def lacking(*names: str) -> Iterator[None]:
    """Whoever is imported inside and can do without these packages does, unless they are there."""
    absent = [name for name in names if name not in sys.modules]
    missing: Any = None  # as the import system has it
    sys.modules.update(dict.fromkeys(absent, missing))
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


class _Postponed(ModuleType):
    """Stands for a module until something in it is looked at."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what the import system asks of every module
            raise AttributeError(name)
        _stand_aside(self.__name__)
        return getattr(import_module(self.__name__), name)


class _Named(type):
    """Stands for a class or a function of a module that may never come."""

    def __new__(cls, name: str, bases: tuple[type, ...], content: dict[str, Any]) -> "_Named":
        if bases:
            raise TypeError(f"{bases[0].__module__}.{bases[0].__name__} is only named here")
        return super().__new__(cls, name, bases, content)

    def __call__(cls, *given: Any, **named: Any) -> Any:
        return getattr(import_module(cls.__module__), cls.__name__)(*given, **named)

    def __getitem__(cls, _: object) -> "_Named":
        return cls  # as an annotation

    def __instancecheck__(cls, one: object) -> bool:
        module = sys.modules.get(cls.__module__)  # what is not imported has made nothing
        return module is not None and isinstance(one, getattr(module, cls.__name__))


def _stand_aside(name: str) -> None:
    """Let the next import of this name bring the module itself, and the package it is in."""
    parent = name.rpartition(".")[0]
    if parent:
        _stand_aside(parent)
    if isinstance(sys.modules.get(name), _Postponed):
        del sys.modules[name]
