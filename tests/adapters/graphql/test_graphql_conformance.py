"""The conformance kit on a GraphQL department, with examples recorded from its server."""

import hashlib
from pathlib import Path

import pytest

from adapters.conformance.checks import CHECKS
from adapters.conformance.run import WHOLE_S, examine
from adapters.conformance.subject import Subject
from adapters.conformance.table import Checked, reached
from adapters.conformance.tiers import State, Tier
from adapters.manifest.read import FILE
from tests.adapters.graphql.conftest import CULTURE, Culture, placed
from tests.adapters.graphql.recorded import recorded

VENUES = hashlib.sha256((CULTURE / "contract/venues.graphql").read_bytes()).hexdigest()


def in_earnest(text: str) -> str:
    """The manifest with somebody to ask, and every file pinned."""
    told = text.replace('contact = "c"', 'contact = "wgly@culture.gov.example"')
    pinned = f'more = {{ "contract/venues.graphql" = "{VENUES}" }}\n[limits]\n'
    assert told != text
    return told.replace("[limits]\n", pinned, 1)


@pytest.fixture
async def subject(tmp_path: Path, culture: tuple[Culture, str]) -> Subject:
    made = Subject(folder=placed(tmp_path, in_earnest), credentials={"password": "secret"})
    await recorded(made, *culture)
    return made


def told(found: list[Checked], *states: State) -> dict[str, str]:
    return {one.check.id: one.result.evidence for one in found if one.result.state in states}


@pytest.mark.timeout(120)
async def test_a_graphql_department_reaches_silver(subject: Subject) -> None:
    found = await examine(subject)
    assert reached(found) is Tier.SILVER, told(found, State.FAILED, State.SKIPPED)
    assert sum(one.seconds for one in found if not one.check.waits) < WHOLE_S


async def test_what_knows_soap_only_is_not_applicable(subject: Subject) -> None:
    checks = [one for one in CHECKS if one.id in ("other_namespace", "second_reader")]
    found = await examine(subject, checks=checks)
    assert set(told(found, State.NOT_APPLICABLE)) == {"other_namespace", "second_reader"}


async def test_a_broken_resolver_that_counts_as_not_filed_is_noticed(subject: Subject) -> None:
    manifest = subject.folder / FILE
    text = manifest.read_text("utf-8")
    careless = '[outcome]\nfault_code = "message"\n[faults]\nNullPointerException = "busy"\n'
    manifest.write_text(text.replace("[faults]\n", careless, 1), "utf-8")
    anew = Subject(folder=subject.folder, credentials=subject.credentials)
    [one] = await examine(anew, checks=[one for one in CHECKS if one.id == "unknown_fault"])
    assert one.result.state is State.FAILED, one.result
    assert "an error of a field with HTTP 500: becomes NotDelivered" in one.result.evidence
