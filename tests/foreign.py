"""Contracts of real systems, written by others; they are read where they lie, never copied here."""

import os
from pathlib import Path

import pytest

LAND = "nl_land_registry/Diensten/KadasterDossierGSD/v0300-b02/Impl/BKWI.wsdl"
BOXES = "cz_data_boxes/db_search.wsdl"
PLANS = "in_building_plan/bpa-service.yaml"
PERMITS = "ca_building_permits/swagger.yaml"
_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "contracts"


def foreign_folder() -> Path:
    """Where they lie: ONETHING_FOREIGN_CONTRACTS, or beside the repository."""
    return Path(os.environ.get("ONETHING_FOREIGN_CONTRACTS") or _BESIDE)  # noqa: TID251 — tests


def foreign(name: str) -> Path:
    """One of their files or folders; the test is skipped where they are not."""
    found = foreign_folder() / name
    if not found.exists():
        pytest.skip("the foreign contracts are not here; ONETHING_FOREIGN_CONTRACTS names them")
    return found
