"""The response map as bytes."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson


def encode(result: Mapping[str, Any]) -> bytes:
    """The response map as JSON; exact numbers become strings, and so do keys of another type."""
    try:
        return orjson.dumps(result, default=_exact)
    except TypeError:  # such keys cost every answer something, and hardly any has them
        return orjson.dumps(result, default=_exact, option=orjson.OPT_NON_STR_KEYS)


def _exact(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)
