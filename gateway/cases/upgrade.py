"""Migrations of the case store, run by Alembic. Only who has some to run imports this."""

import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

_HERE = Path(__file__).parent / "migrations"


def upgrade(connection: Connection, further: Path | None) -> None:
    """Run what is missing, in the transaction of the connection."""
    config = scripts(further)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def scripts(further: Path | None = None) -> Config:
    """Where the migrations are, for Alembic."""
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("path_separator", "os")
    places = [_HERE / "versions", *([further] if further else [])]
    config.set_main_option("version_locations", os.pathsep.join(map(str, places)))
    return config


def newest() -> str | None:
    """The revision of the tables as this code needs them."""
    return ScriptDirectory.from_config(scripts()).get_current_head()
