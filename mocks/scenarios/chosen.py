"""What is chosen to be played, as `scenarios.json` in a state folder tells it.

{"active": ["fire_inspection_fails_once"], "filings": {"case:A:file:1": "silent_department"},
 "folder": "/where/own/files/are"}
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class SpoiledChoice(ValueError):
    """The file that says what is played says nothing: somebody wrote in it. Names the file."""

    def __init__(self, file: Path, wrong: str) -> None:
        self.file, self.wrong = file, f"spoiled by hand: {wrong}"
        self.mend = "choose anew (onething mocks scenarios --ordinary, or --play ID), or reset"
        super().__init__(f"{file}: {self.wrong} — {self.mend}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Ids of what is played, in order; scenarios of single references; the folder of own files."""

    active: tuple[str, ...] = ()
    filings: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None

    @classmethod
    def of(cls, told: Any) -> "Chosen":
        """As it is told; ValueError for what is none of it."""
        if not isinstance(told, Mapping):
            raise ValueError("is not an object")
        active, filings, folder = (
            told.get("active", []),
            told.get("filings", {}),
            told.get("folder"),
        )
        if not (isinstance(active, list) and all(isinstance(one, str) for one in active)):
            raise ValueError("active is not a list of names")
        if not (
            isinstance(filings, Mapping) and all(isinstance(one, str) for one in filings.values())
        ):
            raise ValueError("filings is not scenarios by reference")
        folder = told.get("folder")
        if not isinstance(folder, str | None):
            raise ValueError("folder is not a path")
        return cls(active=tuple(active), filings=filings, folder=Path(folder) if folder else None)

    @property
    def told(self) -> dict[str, Any]:
        """As the file tells it."""
        folder = str(self.folder) if self.folder else None
        return {"active": list(self.active), "filings": dict(self.filings), "folder": folder}


def chosen_in(file: Path) -> Chosen:
    """What the file tells; ordinary days without one. SpoiledChoice."""
    try:
        return Chosen.of(json.loads(file.read_text("utf-8")))
    except FileNotFoundError:
        return Chosen()
    except ValueError as wrong:
        raise SpoiledChoice(file, str(wrong)) from None
