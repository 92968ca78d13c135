"""The names of a department's operations, as its published contract says them."""

import re
from functools import cache
from pathlib import Path

from mocks.faults.said import Wrong, near

_CONTRACTS = Path(__file__).parents[2] / "adapters" / "departments"
_NAMED = re.compile(r"""operationId:\s*([\w.-]+)|<(?:\w+:)?operation\s+name=["']([\w.-]+)["']""")


@cache
def operations_of(department: str) -> frozenset[str]:
    """Every operation and callback of its contract; none when we know no such department."""
    folder = _CONTRACTS / department / "contract"
    files = [*folder.glob("*.yaml"), *folder.glob("*.wsdl")]
    found = [name for file in files for name in _NAMED.findall(file.read_text("utf-8"))]
    return frozenset(one or other for one, other in found)


@cache
def protocol_of(department: str) -> str | None:
    """ "soap" or "rest", as its contract is; None when we know no such department."""
    folder = _CONTRACTS / department / "contract"
    if any(folder.glob("*.wsdl")):
        return "soap"
    return "rest" if any(folder.glob("*.yaml")) else None


def check_names(department: str, names: frozenset[str]) -> None:
    """Raise Wrong for a name the department's contract does not know."""
    known = operations_of(department)
    for name in sorted(names - {"*"} - known if known else ()):
        raise Wrong("operation", f"{department} has no {name!r}{near(name, known)}")
