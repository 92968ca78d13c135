"""Which version of what is running."""

import platform
from importlib.metadata import version


def versions() -> dict[str, str]:
    """Our version, Python's, and those of the packages whose version matters to a report."""
    named = ("strawberry-graphql", "graphql-core", "starlette", "uvicorn", "zeep", "dbos")
    return {
        "onething": version("onething"),
        "python": platform.python_version(),
        **{name: version(name) for name in named},
    }
