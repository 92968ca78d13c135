"""Entities as a router asks for them: batched, each with its own error, no way around a rule."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapters.errors import AdapterError, NotDelivered, Refused
from gateway.execution.executor import Executor
from gateway.execution.limits import Limits as Ceilings
from gateway.federation.closed import ClosedReads
from gateway.federation.operation import OperationReads
from gateway.federation.service import Federation
from gateway.security.masking import personal_mask
from schema.domain.department import DepartmentInfo, Link, Lookup, Register, RegisterField
from schema.domain.text import Text
from schema.graph.build import build_schema
from schema.graph.federation import federated
from schema.graph.ports import Context, Reads, Viewer
from tests.gateway.test_federation_graph import info

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
CITIZEN = Viewer(subject="person:P1", roles=frozenset({"citizen"}))


def text(word: str) -> Text:
    return Text(zh=word, en=word)


def field(name: str, kind: str = "text", **rest: Any) -> RegisterField:
    return RegisterField(name=name, kind=kind, title=text(name), required=True, **rest)


PERSON = Register(
    id="person",
    department="police",
    title=text("person"),
    key="person_ref",
    fields=(field("person_ref"), field("name", personal="name")),
    lookups=(Lookup(name="person_ref", batch=50), Lookup(name="name")),
)
LICENCE = Register(
    id="licence",
    department="market",
    title=text("licence"),
    key="no",
    fields=(field("no"), field("shop"), field("since", "date"), field("person_ref")),
    lookups=(Lookup(name="no", batch=20), Lookup(name="shop")),
    links=(
        Link(
            name="holder",
            field="person_ref",
            department="police",
            register="person",
            lookup="person_ref",
            title=text("holder"),
        ),
    ),
)
MARKET, POLICE = info("market", LICENCE), info("police", PERSON)
INFOS = [MARKET, POLICE]
GRAPH = federated(build_schema(INFOS, personal_mask), INFOS)
QUERY = """query ($representations: [_Any!]!) { _entities(representations: $representations) {
    __typename
    ... on Licence { no since holder { value { name } } }
    ... on Person { personRef name } } }"""


class Counter:
    """A department that answers every key but those it is told not to."""

    def __init__(self, info: DepartmentInfo) -> None:
        self.info = info
        self.calls: list[Sequence[str]] = []
        self.without: dict[str, AdapterError | None] = {}
        self.down = False

    async def read(
        self, register: str, lookup: str, keys: Sequence[str], *, budget: float
    ) -> Mapping[str, Any]:
        self.calls.append(keys)
        if self.down:
            raise NotDelivered(self.info.id, "refused")
        return {
            key: self.without.get(key, self._record(lookup, key))
            if key in self.without
            else self._record(lookup, key)
            for key in keys
        }

    def _record(self, lookup: str, key: str) -> Mapping[str, Any]:
        whole = {
            "no": "1",
            "shop": "x",
            "since": date(2026, 1, 2),
            "person_ref": "P1",
            "name": "沈若梅",
        }
        return {**whole, lookup: key}


class Town:
    """Two departments and one way to ask them."""

    def __init__(self, limits: Ceilings | None = None) -> None:
        self.market, self.police = Counter(MARKET), Counter(POLICE)
        self.executor = Executor(GRAPH, limits=limits)

    async def ask(
        self, *representations: Any, viewer: Viewer = CITIZEN, closed: bool = False
    ) -> Any:
        departments: Any = [self.market, self.police]
        federation = Federation(departments, now=lambda: AT)
        reads: Reads = OperationReads(federation, scope="s")
        if closed:
            reads = ClosedReads()
        absent: Any = None
        context = Context(
            viewer=viewer,
            language="en",
            now=AT,
            catalogue=absent,
            departments=absent,
            applications=absent,
            bundles=absent,
            clerks=absent,
            reads=reads,
        )
        given = {"representations": list(representations)}
        answer = await self.executor.execute(QUERY, given, None, context, trace_id="t")
        await federation.aclose()
        return answer


def licence(no: Any, **rest: Any) -> dict[str, Any]:
    return {"__typename": "Licence", "no": no, **rest}


def told(answer: Any) -> list[tuple[list[Any], str]]:
    return [(error["path"], error["extensions"]["code"]) for error in answer["errors"]]


async def test_representations_leave_in_as_few_calls_as_the_contract_allows() -> None:
    town = Town()

    answer = await town.ask(*(licence(str(n)) for n in range(45)), licence("7"))

    assert "errors" not in answer
    assert [row["no"] for row in answer["data"]["_entities"]] == [*map(str, range(45)), "7"]
    assert [len(keys) for keys in town.market.calls] == [20, 20, 5]
    assert [list(keys) for keys in town.police.calls] == [["P1"]]


async def test_types_are_mixed_and_keep_their_places() -> None:
    answer = await Town().ask({"__typename": "Person", "personRef": "P1"}, licence("2"))

    assert [row["__typename"] for row in answer["data"]["_entities"]] == ["Person", "Licence"]
    assert answer["data"]["_entities"][1]["since"] == "2026-01-02"


async def test_one_bad_key_costs_that_entity_alone() -> None:
    town = Town()
    town.market.without = {"2": Refused("market", "E1", "sealed"), "3": None}

    answer = await town.ask(licence("1"), licence("2"), licence("3"), licence("4"))

    rows = answer["data"]["_entities"]
    assert [row and row["no"] for row in rows] == ["1", None, None, "4"]
    assert told(answer) == [(["_entities", 1], "DEPARTMENT_FAULT")]


async def test_no_record_is_null_without_an_error() -> None:
    town = Town()
    town.market.without = {"3": None}

    assert await town.ask(licence("3")) == {"data": {"_entities": [None]}}


async def test_a_department_that_is_down_is_an_error_for_each_entity_of_it_and_no_other() -> None:
    town = Town()
    town.market.down = True

    answer = await town.ask(
        *(licence(str(n)) for n in range(8)), {"__typename": "Person", "personRef": "P1"}
    )

    assert answer["data"]["_entities"][8]["personRef"] == "P1"
    assert told(answer) == [(["_entities", n], "DEPARTMENT_UNREACHABLE") for n in range(8)]
    assert answer["errors"][0]["extensions"] == {
        "code": "DEPARTMENT_UNREACHABLE",
        "department": "market",
        "retryable": True,
    }


@pytest.mark.parametrize(
    ("representation", "sentence"),
    [
        ({"__typename": "Planet", "no": "1"}, "There is no entity 'Planet' in this graph"),
        ({"__typename": "LicenceReading"}, "There is no entity 'LicenceReading'"),
        ({"no": "1"}, "A representation is an object with __typename"),
        ("Licence", "A representation is an object with __typename"),
        (licence(None), "A representation of Licence lacks its key; send one of: no, shop."),
        (licence(""), "lacks its key"),
        (licence(True), "lacks its key"),
        (licence(["1"]), "lacks its key"),
        ({"__typename": "Person", "name": "沈若梅"}, "lacks its key; send one of: personRef."),
    ],
)
async def test_a_representation_that_names_nothing_says_why(
    representation: Any, sentence: str
) -> None:
    town = Town()

    answer = await town.ask(representation, licence("1"))

    assert answer["data"]["_entities"][0] is None
    assert answer["data"]["_entities"][1]["no"] == "1"
    assert told(answer) == [(["_entities", 0], "BAD_REPRESENTATION")]
    assert sentence in answer["errors"][0]["message"]


async def test_only_the_key_of_a_representation_is_believed() -> None:
    answer = await Town().ask(licence("1", since="1999-01-01", holder={"value": {"name": "x"}}))

    assert answer["data"]["_entities"][0]["since"] == "2026-01-02"


async def test_a_further_key_finds_the_record_that_holds_it() -> None:
    town = Town()

    answer = await town.ask({"__typename": "Licence", "shop": "Noodles"})

    assert answer["data"]["_entities"][0]["no"] == "1"
    assert list(town.market.calls) == [["Noodles"]]


async def test_a_search_that_finds_another_record_finds_no_entity() -> None:
    town = Town()
    town.market._record = lambda lookup, key: {"no": "1", "shop": "Noodle House"}  # type: ignore[method-assign]

    answer = await town.ask({"__typename": "Licence", "shop": "Noodles"})

    assert answer == {"data": {"_entities": [None]}}


async def test_personal_fields_are_masked_as_in_any_query() -> None:
    person = {"__typename": "Person", "personRef": "P1"}
    stranger = replace(CITIZEN, subject="person:P2")

    own = await Town().ask(person)
    others = await Town().ask(person, licence("1"), viewer=stranger)

    assert own["data"]["_entities"][0]["name"] == "沈若梅"
    assert [
        others["data"]["_entities"][0]["name"],
        others["data"]["_entities"][1]["holder"]["value"]["name"],
    ] == ["沈**", "沈**"]


async def test_for_strangers_no_department_is_asked() -> None:
    town = Town()

    answer = await town.ask(licence("1"), closed=True)

    assert answer["data"] == {"_entities": [None]}
    assert told(answer) == [(["_entities", 0], "NOT_ALLOWED_OR_ABSENT")]
    assert town.market.calls == []


async def test_every_representation_counts_towards_the_cost() -> None:
    each = 10 + (1 + 1 + 1 + 10 + 1 + 1) + 2  # a call, the licence with its holder, the person
    town = Town(Ceilings(cost=1 + 3 * each))

    allowed = await town.ask(*(licence(str(n)) for n in range(3)))
    refused = await town.ask(*(licence(str(n)) for n in range(4)))

    assert "errors" not in allowed
    assert refused["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    assert "data" not in refused


@pytest.mark.parametrize(
    "text",
    [
        "{ _entities(representations: [%s]) { __typename } }",
        "query ($r: [_Any!]! = [%s]) { _entities(representations: $r) { __typename } }",
    ],
    ids=["argument", "default of a variable"],
)
async def test_representations_in_the_text_count_as_well(text: str) -> None:
    town = Town(Ceilings(cost=30))
    listed = ", ".join('{__typename: "Licence", no: "1"}' for _ in range(3))
    absent: Any = None
    answer = await town.executor.execute(
        text % listed,
        None,
        None,
        Context(
            viewer=CITIZEN,
            language="zh",
            now=AT,
            catalogue=absent,
            departments=absent,
            applications=absent,
            bundles=absent,
            clerks=absent,
            reads=ClosedReads(),
        ),
        trace_id="t",
    )

    assert answer["errors"][0]["message"] == "查询代价过高，上限为30。"
