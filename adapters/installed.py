"""Departments that other packages bring: each an entry point that names a module, in whose folder
department.toml lies.
"""

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path

from adapters.findings import Finding
from adapters.manifest.read import FILE

GROUP = "onething.departments"


def installed_departments(
    points: Iterable[EntryPoint] | None = None,
) -> tuple[set[Path], list[Finding]]:
    """The folders, and what is wrong with entry points that lead to none.

    Nothing of a package is executed but what stands above the module named.
    """
    folders: set[Path] = set()
    broken: list[Finding] = []
    for point in entry_points(group=GROUP) if points is None else points:
        folder, why = _folder(point)
        if folder is not None:
            folders.add(folder)
        else:
            broken.append(_broken(point, why))
    return folders, broken


def _broken(point: EntryPoint, why: str) -> Finding:
    return Finding(
        file=point.dist.name if point.dist else "a package",
        key=f"{GROUP}.{point.name}",
        sentence=why,
        remedy=f'write {point.name} = "package.module", with {FILE} beside the module',
    )


def _folder(point: EntryPoint) -> tuple[Path | None, str]:
    try:
        spec = find_spec(point.module)
    except Exception as error:  # a foreign package may fail in any way; the rest still loads
        return None, f"{point.module} cannot be imported: {type(error).__name__}"
    if spec is None or spec.origin is None:
        return None, f"there is no module {point.module}"
    folder = Path(spec.origin).parent
    if not (folder / FILE).is_file():
        return None, f"there is no {FILE} beside {point.module}"
    return folder, ""
