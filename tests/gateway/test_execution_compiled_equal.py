"""Compiled operations give what graphql-core gives; the long run is `tests.bench.differential`."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.graph.build import build_schema
from schema.graph.federation import federated
from tests.differential.compare import Pair, Tally, our_pair, pair, try_documents, unheard
from tests.schema.graph.shipped import shipped_infos


@pytest.fixture(scope="module")
def ours() -> Pair:
    infos = shipped_infos()
    return our_pair(federated(build_schema(infos), infos))


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(min_value=0))
async def test_random_documents_of_random_schemas_come_out_alike(seed: int) -> None:
    chance = Random(seed)

    with unheard():
        found = await try_documents(pair(chance), chance, 4, Tally())

    assert [str(difference) for difference in found] == []


async def test_random_documents_of_our_own_graph_come_out_alike(ours: Pair) -> None:
    tally = Tally()

    with unheard():
        found = await try_documents(ours, Random(6), 14, tally)

    assert [str(difference) for difference in found] == []
    assert tally.documents >= 8
    assert tally.with_errors > 0
