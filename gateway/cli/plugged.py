"""Where the departments are: those that ship, those installed as packages, the settings' own."""

from collections.abc import Mapping
from pathlib import Path

from adapters.installed import installed_departments
from adapters.manifest.read import FILE
from gateway.declared import SHIPPED_DEPARTMENTS
from gateway.settings import Settings
from gateway.settings_demo import DEMO_CREDENTIALS


def plugged(settings: Settings) -> Mapping[str, Path]:
    """Every department's folder by id; of two with one id the settings' own, then the package's."""
    own = settings.plugins.departments
    installed, _ = installed_departments()
    places = [*below(SHIPPED_DEPARTMENTS), *installed, *(below(own) if own is not None else ())]
    return {folder.name: folder for folder in places}


def named_in(folder: Path) -> Mapping[str, Path]:
    """The departments of a folder by id: itself if it is one's, else those that lie in it."""
    whole = folder.resolve()
    there = [whole] if (whole / FILE).is_file() else below(whole)
    return {one.name: one for one in there}


def below(root: Path) -> list[Path]:
    """The departments' folders in a folder of them."""
    if not root.is_dir():
        return []
    return sorted(folder for folder in root.iterdir() if (folder / FILE).is_file())


def recorded_with(department: str) -> Mapping[str, str]:
    """The credentials examples are recorded with: the demo's, where there are any.

    All others are made up: what the settings hold must never be needed to replay an example.
    """
    return {
        name.partition(".")[2]: value
        for name, value in DEMO_CREDENTIALS.items()
        if name.startswith(f"{department}.")
    }
