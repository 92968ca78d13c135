"""Contracts of real systems, written by others; they are read where they lie, never copied here."""

import os
from pathlib import Path

import pytest

_HERE = Path(__file__).resolve().parents[3]
_PLACES = (
    os.environ.get("ONETHING_FOREIGN_CONTRACTS", ""),  # noqa: TID251 — where tests may read
    str(_HERE.parent / "shared" / "contracts"),
    "/work/shared/contracts",
)
LAND = "nl_land_registry/Diensten/KadasterDossierGSD/v0300-b02/Impl/BKWI.wsdl"
BOXES = "cz_data_boxes/db_search.wsdl"
PLANS = "in_building_plan/bpa-service.yaml"
PERMITS = "ca_building_permits/swagger.yaml"


def foreign_folders() -> list[Path]:
    """The folder of them, where it is."""
    return [Path(place) for place in _PLACES if place and Path(place).is_dir()][:1]


def foreign(name: str) -> Path:
    """The contract; the test is skipped where the folder of them is not."""
    here = (Path(place) / name for place in _PLACES if place)
    found = next((path for path in here if path.is_file()), None)
    if found is None:
        pytest.skip("the foreign contracts are not here; ONETHING_FOREIGN_CONTRACTS names them")
    return found
