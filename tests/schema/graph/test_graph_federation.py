"""The graph as a part of a larger one: its SDL composes, and what the departments link is in it."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLNonNull, GraphQLObjectType, get_named_type, parse
from graphql import build_schema as from_sdl

from schema.domain.department import DepartmentInfo, Lookup, Register
from schema.graph.build import build_schema, core
from schema.graph.entities import entity_keys, keys_of
from schema.graph.federation import federated, subgraph_sdl
from schema.graph.registers import pascal
from tests.schema.graph.shipped import shipped_infos

NEIGHBOUR = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { bestRated: [BusinessLicence!]! }
type BusinessLicence @key(fields: "uscc") { uscc: String! stars: Int }
type Property @key(fields: "certNo") { certNo: String! energyClass: String }
"""
COMPOSERS = {
    "@theguild/federation-composition": """
        import { composeServices } from "@theguild/federation-composition";
        export const compose = composeServices;""",
    "@apollo/composition": """
        import apollo from "@apollo/composition";
        export const compose = apollo.composeServices;""",
}
PROGRAM = """
import { readFileSync } from "node:fs";
import { parse } from "graphql";
import { compose } from "./composer.mjs";
const services = ["onething", "neighbour"].map((name) => (
  { name, url: `http://${name}`, typeDefs: parse(readFileSync(`${name}.graphql`, "utf8")) }));
const made = compose(services);
console.log(JSON.stringify(
  { errors: (made.errors ?? []).map((e) => e.message), supergraph: made.supergraphSdl ?? null }));
"""


@pytest.fixture(scope="module")
def shipped() -> list[DepartmentInfo]:
    return shipped_infos()


@pytest.fixture(scope="module")
def sdl(shipped: list[DepartmentInfo]) -> str:
    return subgraph_sdl(build_schema(shipped).as_str(), entity_keys(shipped))


def keys_in(sdl: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in parse(sdl).definitions:
        for directive in getattr(node, "directives", None) or ():
            if directive.name.value == "key":
                [fields] = directive.arguments
                found.setdefault(node.name.value, []).append(fields.value.value)  # type: ignore[attr-defined]
    return found


def test_every_register_that_names_one_record_has_its_keys(sdl: str) -> None:
    assert keys_in(sdl) == {
        "Building": ["buildingNo"],
        "BusinessLicence": ["uscc"],
        "HealthCertificates": ["uscc"],
        "Parcel": ["parcelNo"],
        "Permit": ["permitNo"],
        "Person": ["personRef"],
        "Project": ["projectNo"],
        "Property": ["certNo", "address"],
    }


def test_the_subgraph_says_which_federation_it_means(sdl: str) -> None:
    assert sdl.startswith(
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",'
        ' import: ["@key", "@shareable"])\n'
    )


def test_the_subgraph_is_the_printed_graph_and_nothing_else(
    sdl: str, shipped: list[DepartmentInfo]
) -> None:
    directives = (
        "directive @key(fields: String!) repeatable on OBJECT directive @shareable on OBJECT"
    )
    bare = from_sdl(sdl.partition("\n\n")[2] + directives)
    printed = from_sdl(build_schema(shipped).as_str())

    assert {name: str(kind) for name, kind in bare.type_map.items()} == {
        name: str(kind) for name, kind in printed.type_map.items()
    }
    assert "_entities" not in sdl
    assert "_service" not in sdl


def test_people_read_the_graph_without_federation(shipped: list[DepartmentInfo]) -> None:
    printed = build_schema(shipped).as_str()

    assert "@key" not in printed
    assert "_Entity" not in printed


def changed(register: Register, **change: Any) -> Register:
    return replace(register, **change)


def register_of(infos: Sequence[DepartmentInfo], id: str) -> Register:
    return next(r for info in infos for r in info.registers if r.id == id)


def test_a_list_a_masked_value_and_a_value_the_record_lacks_are_no_keys(
    shipped: list[DepartmentInfo],
) -> None:
    person = register_of(shipped, "person")
    lists = changed(person, lookups=(Lookup(name="person_ref", many=True),))
    masked = changed(person, lookups=(Lookup(name="id_number"),))
    foreign = changed(person, lookups=(Lookup(name="fingerprint"),))

    assert [keys_of(register) for register in (lists, masked, foreign)] == [(), (), ()]


def test_a_graph_without_entities_has_no_field_for_them(shipped: list[DepartmentInfo]) -> None:
    graph = federated(build_schema([]), [])

    assert graph.query_type is not None
    assert "_service" in graph.query_type.fields
    assert "_entities" not in graph.query_type.fields


def test_what_is_executed_has_both_fields_and_every_other_one(
    shipped: list[DepartmentInfo],
) -> None:
    schema = build_schema(shipped)
    graph = federated(schema, shipped)
    plain = core(schema)
    assert graph.query_type is not None
    assert plain.query_type is not None

    added = {"_entities", "_service"}
    assert set(graph.query_type.fields) == set(plain.query_type.fields) | added
    assert set(graph.type_map) - set(plain.type_map) == {"_Any", "_Entity", "_Service"}
    assert str(graph.query_type.fields["_entities"].type) == "[_Entity]!"


def follow(graph: Any, start: str, *links: str) -> list[str]:
    """The record types a chain of links leads through; each link is a reading of a record."""
    here = graph.type_map[start]
    names = [here.name]
    for link in links:
        field = here.fields[link]
        assert isinstance(field.type, GraphQLNonNull)
        reading = get_named_type(field.type)
        assert isinstance(reading, GraphQLObjectType)
        here = get_named_type(reading.fields.get("value", reading.fields.get("values")).type)
        names.append(here.name)
    return names


def test_a_licence_leads_to_its_premises_and_on_to_the_permits_on_their_parcel(
    shipped: list[DepartmentInfo],
) -> None:
    graph = core(build_schema(shipped))

    assert follow(graph, "BusinessLicence", "premises", "parcel", "projects", "permits") == [
        "BusinessLicence",
        "Property",
        "Parcel",
        "Project",
        "Permit",
    ]
    assert follow(graph, "Permit", "project", "parcel")[-1] == "Parcel"
    assert follow(graph, "Project", "building")[-1] == "Building"
    assert follow(graph, "BusinessLicence", "premises", "building")[-1] == "Building"
    assert follow(graph, "BusinessLicence", "legalRep")[-1] == "Person"


def test_every_look_up_that_lists_is_a_list_in_the_graph(shipped: list[DepartmentInfo]) -> None:
    graph = core(build_schema(shipped))
    assert graph.query_type is not None
    lists = {}
    for info in shipped:
        for register in info.registers:
            for way in register.lookups:
                suffix = "" if way.name == register.key else f"By{pascal(way.name)}"
                name = pascal(register.id)
                field = graph.query_type.fields[name[0].lower() + name[1:] + suffix]
                reading = get_named_type(field.type)
                assert isinstance(reading, GraphQLObjectType)
                assert ("values" in reading.fields) is way.many
                if way.many:
                    lists[f"{register.id}.{way.name}"] = str(reading.fields["values"].type)

    assert lists == {
        "food_safety_manager.uscc": "[FoodSafetyManager!]",
        "permit.project_no": "[Permit!]",
        "project.parcel_no": "[Project!]",
    }


@pytest.mark.timeout(180)
@pytest.mark.parametrize("composer", COMPOSERS)
def test_a_foreign_composer_joins_it_with_a_neighbour(
    tmp_path: Path, request: pytest.FixtureRequest, sdl: str, composer: str
) -> None:
    installed(tmp_path, composer)
    request.addfinalizer(lambda: shutil.rmtree(tmp_path))
    (tmp_path / "onething.graphql").write_text(sdl, encoding="utf-8")
    (tmp_path / "neighbour.graphql").write_text(NEIGHBOUR, encoding="utf-8")
    (tmp_path / "composer.mjs").write_text(COMPOSERS[composer])
    (tmp_path / "program.mjs").write_text(PROGRAM)

    made = json.loads(run(tmp_path, "node", "program.mjs"))

    assert made["errors"] == []
    supergraph = made["supergraph"]
    assert "stars: Int @join__field(graph: NEIGHBOUR)" in supergraph
    assert "energyClass: String @join__field(graph: NEIGHBOUR)" in supergraph
    assert "registeredCapital: Decimal! @join__field(graph: ONETHING)" in supergraph


def installed(folder: Path, package: str) -> None:
    """The composer, fetched by its ordinary client into a folder that is thrown away."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: no foreign composer")
    (folder / "package.json").write_text('{"private": true}')
    try:
        run(folder, "npm", "install", "--no-audit", "--no-fund", package, "graphql@16")
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"npm does not give {package} here: {type(error).__name__}")


def run(folder: Path, *words: str) -> str:
    done = subprocess.run(  # noqa: S603 - npm and node, our own arguments
        words,
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env=dict(os.environ),  # noqa: TID251
    )
    return done.stdout
