"""What every section of the settings is made of."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_WEB_ADDRESS = r"^https?://[^\s/@]+(/\S*)?$"


class Section(BaseModel):
    """A table of settings: nothing else may stand in it, and nothing in it changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _split(value: object) -> object:
    return [v.strip() for v in value.split(",") if v.strip()] if isinstance(value, str) else value


CommaSeparated = BeforeValidator(_split)
WebAddress = Annotated[str, Field(pattern=_WEB_ADDRESS)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
