"""What the README tells a stranger to send is answered as it says."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.journeys.conftest import World

README = Path(__file__).parents[2] / "README.md"


def first_query() -> str:
    found = re.search(r"-d '(\{\"query\".*\})'", README.read_text("utf-8"))
    assert found is not None
    return str(json.loads(found[1])["query"])


def figures(reduction: dict[str, Any]) -> dict[str, tuple[int, int, Decimal]]:
    return {
        row["measure"]: (row["before"], row["after"], Decimal(row["percent"]))
        for row in reduction["rows"]
    }


async def test_first_query_of_the_readme_gives_the_published_figures(world: "World") -> None:
    one_thing = (await world.graphql(first_query()))["oneThing"]

    assert one_thing["plan"]["promisedDays"] == 12
    assert figures(one_thing["reduction"]) == {
        "VISITS": (8, 1, Decimal("87.5")),
        "MATERIALS": (41, 16, Decimal("61.0")),
        "COPIES": (68, 16, Decimal("76.5")),
        "FORMS": (4, 1, Decimal("75.0")),
        "FIELDS": (92, 40, Decimal("56.5")),
        "DAYS": (60, 12, Decimal("80.0")),
    }
    assert figures(one_thing["withoutFireCheck"])["DAYS"] == (45, 7, Decimal("84.4"))
