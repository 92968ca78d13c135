"""What the demo's applicant types, read from restaurant.toml and fitted to the city and the day."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The answers given before the form opens, and those given in the form."""

    one_thing: str
    first: Mapping[str, Any]
    form: Mapping[str, Any]


def restaurant(city: Mapping[str, Any], start: date) -> Typed:
    """The restaurant of the demo, applied for on the day `start`."""
    text = (resources.files("gateway.demo") / "restaurant.toml").read_text(encoding="utf-8")
    told = tomllib.loads(text)
    dates = {key: str(start + timedelta(days=days)) for key, days in told["dates"].items()}
    first = {key: value.format_map(city) for key, value in told["first"].items()}
    return Typed(one_thing=told["one_thing"], first=first, form={**told["answers"], **dates})
