"""An answer of records is given again, as bytes, to its own viewer, while all in it stands."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import Refused
from gateway.answering import Answering
from gateway.edge.graphql import GraphQLEndpoint
from gateway.edge.rim import Rim
from gateway.execution.executor import Executor
from gateway.execution.own import OwnAnswer, OwnAnswers
from gateway.federation.memory import Memory, of_department, of_number, of_people, of_source
from gateway.federation.operation import OperationReads, scope_of
from gateway.federation.service import Federation
from gateway.metrics import Metrics
from gateway.security.masking import personal_mask
from schema.domain.department import RegisterField
from schema.domain.text import Language
from schema.graph.build import build_schema, core
from schema.graph.ports import Context, Viewer
from schema.graph.public import PUBLIC
from schema.graph.records import record_fields
from tests.gateway.test_federation_graph import info, register, text
from tests.gateway.virtual_time import in_virtual_time

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
OWNER = RegisterField(
    name="owner", kind="text", title=text("owner"), required=True, personal="name"
)
_PLAIN = register("market", "licence", "uscc")
MARKET = info("market", replace(_PLAIN, fields=(*_PLAIN.fields, OWNER)))
QUERY = """query ($uscc: String!) { licence(uscc: $uscc) {
  value { uscc owner } provenance { asOf stale departmentName { zh } } problem { code } } }"""
OTHERWISE = QUERY.replace("{ code }", "{ code message }")
ABSENT: Any = None
VIEWERS = {
    "ann": Viewer(subject="person:ann", roles=frozenset({"citizen"})),
    "shop": Viewer(subject="enterprise:1", roles=frozenset({"enterprise"})),
    "agent": Viewer(
        subject="person:ann", roles=frozenset({"citizen", "agent"}), acting_for="enterprise:1"
    ),
    "ann, a clerk": Viewer(subject="person:ann", roles=frozenset({"clerk"})),
}


class Market:
    """Answers any key, each time with another name of the owner."""

    def __init__(self) -> None:
        self.info = MARKET
        self.calls = 0
        self.refuses = False

    async def read(
        self, register: str, lookup: str, keys: Sequence[str], *, budget: float
    ) -> Mapping[str, Any]:
        self.calls += 1
        await asyncio.sleep(0)
        if self.refuses:
            raise Refused("market", "E1", "")
        return {key: {"uscc": key, "owner": f"王{self.calls}"} for key in keys}


@dataclass
class World:
    """One federation behind two endpoints: one remembers answers, one makes each anew."""

    market: Market = field(default_factory=Market)
    metrics: Metrics = field(default_factory=Metrics)
    catalogue: object = field(default_factory=object)

    def __post_init__(self) -> None:
        schema = core(build_schema([MARKET], personal_mask))
        self.federation = Federation([self.market], now=lambda: AT)  # type: ignore[list-item]
        self.executor = Executor(
            schema, public=PUBLIC, records=record_fields(schema, [MARKET]), extend=_calls
        )
        answering = Answering(self.executor, context=self._context, metrics=self.metrics)
        self.own = OwnAnswers(lambda: self.catalogue, found=answering.from_memory)
        self.remembering = self._client(answering, self.own)
        self.anew = self._client(answering, None)

    def _client(self, answering: Answering, own: OwnAnswers | None) -> httpx.AsyncClient:
        endpoint = GraphQLEndpoint(execute=answering, authenticate=_told, own=own, dev=True)
        transport = httpx.ASGITransport(Rim(endpoint, new_id=lambda: "request-0001"))
        return httpx.AsyncClient(transport=transport, base_url="http://gateway")

    def _context(self, viewer: Viewer, language: Language) -> Context:
        return Context(
            viewer=viewer, language=language, now=AT, applications=ABSENT,
            departments=_Views(self.federation), bundles=ABSENT, clerks=ABSENT,
            catalogue=self.catalogue,  # type: ignore[arg-type]
            reads=OperationReads(self.federation, scope=scope_of(viewer)),
        )  # fmt: skip

    async def ask(
        self,
        who: str = "ann",
        uscc: str = "1",
        *,
        query: str = QUERY,
        anew: bool = False,
        **more: Any,
    ) -> httpx.Response:
        client = self.anew if anew else self.remembering
        return await client.post(
            "/graphql",
            json={"query": query, "variables": {"uscc": uscc}, **more},
            headers={"authorization": f"Bearer {who}"},
        )

    async def given_again(self, *args: Any, **kwargs: Any) -> bool:
        """Whether one more question is answered from memory as a whole."""
        before = self._found()
        await self.ask(*args, **kwargs)
        return self._found() == before + 1

    def _found(self) -> int:
        body, _ = self.metrics.render()
        lines = [line for line in body.decode().splitlines() if line.startswith(_FOUND)]
        return int(float(lines[0].split()[-1])) if lines else 0


_FOUND = "onething_answers_remembered_total"


class _Views:
    def __init__(self, federation: Federation) -> None:
        self._federation = federation

    def all(self) -> Any:
        return self._federation.views()


async def _told(token: str | None) -> Viewer | None:
    return VIEWERS.get(token or "")


def _calls(context: Context) -> Mapping[str, Any]:
    reads = context.reads
    return reads.extensions() if isinstance(reads, OperationReads) else {}


async def test_the_third_answer_is_the_second_byte_for_byte_and_asks_nobody() -> None:
    world = World()

    first, second = await world.ask(), await world.ask()
    again = await world.given_again()
    third = await world.ask()

    assert again
    assert first.json()["data"] == second.json()["data"]
    assert third.content == second.content
    assert third.headers["cache-control"] == "no-store"
    assert world.market.calls == 1
    assert second.json()["extensions"]["calls"][0]["outcome"] == "cached"


async def test_nobody_is_given_what_another_was_answered() -> None:
    world = World()
    for who in VIEWERS:
        await world.ask(who)
        await world.ask(who)

    shown = {who: (await world.ask(who)).json()["data"]["licence"]["value"] for who in VIEWERS}

    assert world.market.calls == 3  # two of the four are one subject: they are told the same
    assert {who: value["owner"] for who, value in shown.items()} == {
        "ann": "王*", "shop": "王2", "agent": "王3", "ann, a clerk": "王*",
    }  # fmt: skip


async def test_what_was_forgotten_is_asked_anew_and_shown_at_once() -> None:
    world = World()
    for _ in range(3):
        await world.ask("shop")

    world.federation.forget(of_number("market", "1"))

    assert (await world.ask("shop")).json()["data"]["licence"]["value"]["owner"] == "王2"


@in_virtual_time
async def test_it_lasts_as_long_as_its_oldest_reading_and_no_longer() -> None:
    world = World()
    await world.ask()
    await asyncio.sleep(3)
    await world.ask(uscc="1")
    assert await world.given_again()

    await asyncio.sleep(2.1)

    await world.ask()
    assert world.market.calls == 2


async def test_it_does_not_outlive_a_reading_that_had_to_leave_the_memory() -> None:
    world = World()
    world.federation = Federation([world.market], now=lambda: AT, memory=Memory(1))  # type: ignore[list-item]
    for _ in range(3):
        await world.ask("shop")
    await world.ask("shop", "2")  # no room for both

    newer = await world.ask("shop", query=OTHERWISE)
    again = await world.ask("shop")

    assert again.json()["data"]["licence"]["value"] == newer.json()["data"]["licence"]["value"]


async def test_it_does_not_outlive_a_refusal() -> None:
    world = World()
    world.federation = Federation([world.market], now=lambda: AT, memory=Memory(1))  # type: ignore[list-item]
    for _ in range(3):
        await world.ask("shop")
    await world.ask("shop", "2")
    world.market.refuses = True

    for query in (OTHERWISE, QUERY):
        assert (await world.ask("shop", query=query)).json()["data"]["licence"]["value"] is None


async def test_what_can_never_be_given_again_is_not_kept() -> None:
    world = World()

    await asyncio.gather(*(world.ask("shop", query=QUERY + " " * n) for n in range(8)))

    assert len(world.own) == 0


async def test_two_who_act_for_one_enterprise_each_have_their_own() -> None:
    world = World()
    for _ in range(2):
        for who in ("ann", "ann, a clerk"):
            await world.ask(who)

    assert [await world.given_again(who) for who in ("ann", "ann, a clerk", "ann")] == [True] * 3


async def test_another_catalogue_another_answer() -> None:
    world = World()
    for _ in range(2):
        await world.ask()

    world.catalogue = object()

    assert not await world.given_again()


async def test_what_is_not_of_records_or_came_with_more_is_made_each_time() -> None:
    world = World()
    beside = QUERY.replace("{ licence", "{ viewer { subject } licence")
    for asked in ({"query": beside}, {"extensions": {"x": 1}}):
        for _ in range(3):
            await world.ask(**asked)
        assert not await world.given_again(**asked)

    assert len(world.own) == 0


async def test_a_known_answer_needs_a_token_that_holds() -> None:
    world = World()
    for _ in range(3):
        await world.ask()

    assert (await world.ask("nobody")).status_code == 401


def test_answers_are_bounded_in_number_and_bytes() -> None:
    own = OwnAnswers(lambda: None, found=lambda: None, most=10, most_bytes=20_000)
    for number in range(100):
        answer = OwnAnswer(b"x" * 700, lambda: True, None)
        own.keep(b"%d" % number, "zh", VIEWERS["ann"], answer)
        assert own.weight <= 20_000

    assert len(own) == 10
    own.keep(b"large", "zh", VIEWERS["ann"], OwnAnswer(b"x" * 3_000, lambda: True, None))
    assert own.find(b"large", "zh", VIEWERS["ann"]) is None
    assert own.find(b"99", "en", VIEWERS["ann"]) is None
    assert own.find(b"99", "zh", replace(VIEWERS["ann"])) is None  # another token's
    assert own.find(b"99", "zh", VIEWERS["ann"]) == b"x" * 700


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(sorted(VIEWERS)), st.sampled_from("12")),
        st.tuples(st.just("wait"), st.sampled_from([0.5, 2.0, 4.9, 5.1])),
        st.tuples(
            st.just("forget"),
            st.sampled_from(
                [
                    of_department("market"), of_source("market", "licence"),
                    of_number("market", "1"), of_people("market", scope_of(VIEWERS["ann"])),
                ]
            ),
        ),
    ),
    max_size=30,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(steps=STEPS)
def test_remembering_shows_what_making_anew_would(steps: list[tuple[Any, ...]]) -> None:
    in_virtual_time(_live)(steps)


async def _live(steps: list[tuple[Any, ...]]) -> None:
    world = World()
    for step in steps:
        match step:
            case ("ask", str(who), str(uscc)):
                shown = await world.ask(who, uscc)
                anew = await world.ask(who, uscc, anew=True)
                assert shown.json()["data"] == anew.json()["data"]
            case ("wait", float(seconds)):
                await asyncio.sleep(seconds)
            case _:
                world.federation.forget(step[1])
