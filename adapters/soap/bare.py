"""Single modules of a package, without all that the package imports at its head."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType


@contextmanager
def bare(*packages: str) -> Iterator[None]:
    """Inside, these packages are the folders of their modules and nothing else.

    Outer ones are named before inner ones. One that is there already stays as it is. Afterwards
    none of this is left: who imports them then imports them whole.
    """
    absent = [name for name in packages if name not in sys.modules]
    before = set(sys.modules)
    try:
        for name in absent:
            sys.modules[name] = _folder(name)
        yield
    finally:
        for name in [one for one in sys.modules if one not in before]:
            if any(name == package or name.startswith(f"{package}.") for package in absent):
                del sys.modules[name]


def _folder(name: str) -> ModuleType:
    spec = find_spec(name)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(f"no package {name}", name=name)
    module = ModuleType(name)
    module.__path__ = list(spec.submodule_search_locations)
    module.__spec__ = spec
    return module
