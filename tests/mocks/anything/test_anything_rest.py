"""Mocks of OpenAPI contracts: every reply is valid, by a validator that is not theirs."""

import json
import logging
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from mocks.anything.exchange import Answer, Asked, Options
from mocks.anything.folder import Folder
from mocks.anything.opened import opened
from mocks.anything.refusal import Refused
from mocks.anything.rest import RestMock
from tests.mocks.anything.mocked import REST, TODAY, Case, rest_mock, rest_request

SEEDS = 4


def with_nulls(node: Any) -> Any:
    """OpenAPI 3.0's `nullable` as JSON Schema says it."""
    if isinstance(node, list):
        return [with_nulls(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    made = {str(key): with_nulls(value) for key, value in node.items()}
    if made.get("nullable") is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    return made


def oracle(document: Any, *steps: str) -> jsonschema.Draft202012Validator:
    """A validator of the node at these steps, references led by a library of others."""
    pointer = "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)
    whole = {**document, "$ref": f"#/{pointer}"}
    return jsonschema.Draft202012Validator(
        whole, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def wrong(document: Any, path: str, method: str, answer: Answer) -> list[str]:
    """What the document says against an answer."""
    responses = document["paths"][path][method.lower()]["responses"]
    steps = ["paths", path, method.lower(), "responses", str(answer.status)]
    reply = responses[str(answer.status)]
    if "$ref" in reply:
        steps = reply["$ref"].removeprefix("#/").split("/")
        reply = document[steps[0]][steps[1]][steps[2]]
    kind = answer.headers.get("content-type", "")
    if not reply.get("content"):
        return [] if not answer.body else ["a body nobody declared"]
    declared = kind if kind in reply["content"] else "*/*"
    validator = oracle(document, *steps, "content", declared, "schema")
    return [error.message for error in validator.iter_errors(json.loads(answer.body))]


@pytest.mark.parametrize("case", REST, ids=str)
def test_every_operation_answers_a_valid_request_with_a_valid_reply(case: Case) -> None:
    mock = rest_mock(case.mock())
    document = with_nulls(yaml.load((case.root / case.file).read_text(), yaml.CSafeLoader))

    for operation in mock.contract.operations:
        for seed in range(SEEDS):
            answer = mock.answer(rest_request(mock, operation, seed, attempt=seed))

            assert answer.mistakes == ()
            assert 200 <= answer.status < 300
            assert wrong(document, operation.path, operation.method, answer) == []


@pytest.mark.parametrize("case", REST, ids=str)
def test_replies_hold_where_the_contract_gives_no_example(case: Case) -> None:
    mock = rest_mock(case.mock())
    document = with_nulls(yaml.load((case.root / case.file).read_text(), yaml.CSafeLoader))
    mock.replies.examples = {key: [] for key in mock.replies.examples}

    for operation in mock.contract.operations:
        answer = mock.answer(rest_request(mock, operation))

        assert answer.source == "generated"
        assert wrong(document, operation.path, operation.method, answer) == []


def ask(mock: RestMock, method: str, path: str, **more: Any) -> Answer:
    return mock.answer(Asked(method=method, path=path, **more))


def health(**options: Any) -> RestMock:
    return rest_mock(REST[1].mock(**options))


SUMMARY = "/health-certificates/summary"


def test_the_example_of_the_contract_comes_first_and_tells_of_the_key_asked_for() -> None:
    answer = ask(health(), "GET", SUMMARY, query=[("creditCode", "91310104MA188WXJ99")])

    assert answer.source == "example"
    assert json.loads(answer.body) == {
        "code": "00",
        "msg": "成功",
        "data": {
            "creditCode": "91310104MA188WXJ99",
            "validCount": 12,
            "nextExpireDate": "2027-08-30",
        },
    }


def test_a_missing_parameter_is_named_with_the_one_that_was_meant() -> None:
    answer = ask(health(), "GET", SUMMARY, query=[("creditcode", "1")])

    problem = json.loads(answer.body)
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["errors"] == [
        {"path": "query.creditCode", "detail": "is missing — is creditcode meant for it?"}
    ]


def test_a_wrong_path_is_404_with_the_nearest_and_a_wrong_method_405_with_the_right_ones() -> None:
    mock = health()

    lost, other = ask(mock, "GET", "/health-certificate/summary"), ask(mock, "POST", SUMMARY)

    assert (lost.status, lost.near) == (404, SUMMARY)
    assert (other.status, other.headers["allow"]) == (405, "GET")


def test_credentials_are_asked_for_only_on_demand() -> None:
    query = [("creditCode", "1")]

    assert ask(health(), "GET", SUMMARY, query=query).status == 200
    assert ask(health(require_auth=True), "GET", SUMMARY, query=query).status == 401
    given = ask(health(require_auth=True), "GET", SUMMARY, query=query, headers={"x-api-key": "k"})
    assert given.status == 200


def test_a_body_that_breaks_the_contract_is_told_by_its_path() -> None:
    mock = rest_mock(REST[0].mock())
    [create] = [o for o in mock.contract.operations if o.id == "createDeclaration"]
    asked = rest_request(mock, create)
    body = {**json.loads(asked.body), "exitNum": "two"}

    answer = mock.answer(replace(asked, body=json.dumps(body).encode()))

    assert answer.status == 400
    assert [error["path"] for error in json.loads(answer.body)["errors"]] == ["body/exitNum"]


def test_another_media_type_is_415_and_broken_json_400() -> None:
    mock = rest_mock(REST[0].mock())
    json_kind, text = {"content-type": "application/json"}, {"content-type": "text/csv"}

    assert ask(mock, "POST", "/declarations", headers=text, body=b"a;b").status == 415
    assert ask(mock, "POST", "/declarations", headers=json_kind, body=b"{").status == 400


def test_a_conditional_request_with_the_same_etag_is_not_modified() -> None:
    mock = rest_mock(REST[0].mock())
    first = ask(mock, "GET", "/declarations/XF1")

    again = ask(mock, "GET", "/declarations/XF1", headers={"if-none-match": first.headers["etag"]})

    assert (again.status, again.body) == (304, b"")


def test_the_declared_error_comes_at_will() -> None:
    mock = rest_mock(REST[0].mock())

    answer = mock.at_will(Asked(method="GET", path="/declarations/XF1"), "fault")

    assert (answer.status, json.loads(answer.body)["errorCode"]) == (503, 50301)


def test_many_keys_get_one_row_each(tmp_path: Path) -> None:
    row = {"type": "object", "properties": {"cert_no": {"type": "string"}, "n": {"type": "number"}}}
    asks = {"type": "object", "properties": {"certNos": {"type": "array"}}}
    paths = {"/a": {"post": replying({"type": "array", "items": row})["get"]}}
    paths["/a"]["post"]["requestBody"] = {"content": {"application/json": {"schema": asks}}}

    body = json.dumps({"certNos": ["甲", "乙", "丙"]}).encode()

    answer = ask(contract(tmp_path, paths), "POST", "/a", body=body)

    assert [row["cert_no"] for row in json.loads(answer.body)] == ["甲", "乙", "丙"]


def contract(folder: Path, paths: Any, version: str = "3.1.0", **more: Any) -> RestMock:
    file = folder / "contract.json"
    head = {"swagger": "2.0"} if version == "2.0" else {"openapi": version}
    info = {"title": "t", "version": "1"}
    file.write_text(json.dumps({**head, "info": info, "paths": paths, **more}), "utf-8")
    return rest_mock(opened(file, Options(today=TODAY)))


def replying(schema: Any, **more: Any) -> Any:
    content = {"application/json": {"schema": schema, **more}}
    return {"get": {"responses": {"200": {"description": "", "content": content}}}}


def test_an_invalid_example_is_logged_once_and_data_is_made(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "mocks.anything"):
        mock = contract(tmp_path, {"/a": replying({"type": "integer"}, example="three")})
        answers = [ask(mock, "GET", "/a") for _ in range(2)]

    assert [type(json.loads(answer.body)) for answer in answers] == [int, int]
    assert [r.getMessage() for r in caplog.records if "its example is not used" in r.getMessage()]
    assert len(caplog.records) == 1


def test_a_schema_nothing_satisfies_is_500_with_a_sentence_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    never = {"type": "string", "minLength": 5, "maxLength": 2}
    mock = contract(tmp_path, {"/a": replying(never)})

    with caplog.at_level(logging.WARNING, "mocks.anything"):
        answer = ask(mock, "GET", "/a")

    assert (answer.status, answer.source) == (500, "failed")
    assert "no valid reply could be made for GET /a 200" in caplog.text


HARD: dict[str, Any] = {
    "discriminated": {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "kind"},
    },
    "all of": {
        "allOf": [
            {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
            {"required": ["b"], "properties": {"b": {"type": "integer", "minimum": 3}}},
        ],
        "unevaluatedProperties": False,
    },
    "recursive": {"$ref": "#/components/schemas/Node"},
    "map": {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 3},
    "patterned": {
        "type": "object",
        "patternProperties": {"^x-[a-z]{3}$": {"type": "boolean"}},
        "additionalProperties": False,
        "minProperties": 2,
    },
    "tuple": {"type": "array", "prefixItems": [{"const": 1}, {"type": "string"}], "minItems": 2},
    "unique": {"type": "array", "uniqueItems": True, "minItems": 3, "items": {"enum": [1, 2, 3]}},
    "contains": {"type": "array", "contains": {"const": "x"}, "items": {"type": "string"}},
    "not": {"type": "string", "enum": ["a", "b"], "not": {"const": "a"}},
    "if": {
        "type": "object",
        "required": ["k"],
        "properties": {"k": {"enum": ["p"]}},
        "if": {"properties": {"k": {"const": "p"}}},
        "then": {"required": ["q"], "properties": {"q": {"type": "integer"}}},
    },
    "multiple": {"type": "number", "multipleOf": 0.25, "exclusiveMinimum": 1, "maximum": 1.25},
    "format": {"type": "string", "format": "ipv6"},
    "any": {"anyOf": [{"type": "null"}, {"type": "string", "maxLength": 3}]},
    "nothing said": {},
}
COMPONENTS = {
    "schemas": {
        "Cat": {
            "type": "object",
            "required": ["kind", "lives"],
            "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}},
        },
        "Dog": {
            "type": "object",
            "required": ["kind", "barks"],
            "properties": {"kind": {"type": "string"}, "barks": {"type": "boolean"}},
        },
        "Node": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"type": "string"},
                "next": {"$ref": "#/components/schemas/Node"},
                "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
            },
        },
    }
}


@pytest.mark.parametrize("name", HARD)
def test_a_hard_schema_is_satisfied(tmp_path: Path, name: str) -> None:
    mock = contract(tmp_path, {"/a": replying(HARD[name])}, components=COMPONENTS)
    document = json.loads((tmp_path / "contract.json").read_text())

    answer = ask(mock, "GET", "/a")

    assert answer.status == 200, answer.mistakes
    assert wrong(document, "/a", "GET", answer) == []


def test_a_discriminator_names_the_branch_that_was_taken(tmp_path: Path) -> None:
    paths = {"/a": replying(HARD["discriminated"])}

    value = json.loads(ask(contract(tmp_path, paths, components=COMPONENTS), "GET", "/a").body)

    assert value["kind"] == "Cat"
    assert "lives" in value


def test_recursion_ends_early(tmp_path: Path) -> None:
    mock = contract(tmp_path, {"/a": replying(HARD["recursive"])}, components=COMPONENTS)

    assert len(ask(mock, "GET", "/a").body) < 2000


def test_swagger_2_is_read_with_its_own_words(tmp_path: Path) -> None:
    item = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
    paths = {
        "/items/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "type": "integer"}],
            "get": {
                "parameters": [
                    {"name": "tags", "in": "query", "type": "array", "items": {"type": "string"},
                     "maxItems": 2},
                ],
                "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Item"}}},
            },
            "post": {
                "consumes": ["application/x-www-form-urlencoded"],
                "parameters": [
                    {"name": "n", "in": "formData", "required": True, "type": "integer"}
                ],
                "responses": {"204": {"description": ""}},
            },
        }
    }  # fmt: skip
    mock = contract(tmp_path, paths, "2.0", definitions={"Item": item}, basePath="/v1")
    form = {"content-type": "application/x-www-form-urlencoded"}

    assert json.loads(ask(mock, "GET", "/v1/items/7").body) == {"id": 7}
    assert ask(mock, "GET", "/v1/items/7", query=[("tags", "a,b,c")]).status == 400
    assert ask(mock, "GET", "/v1/items/seven").status == 400
    assert ask(mock, "POST", "/v1/items/7", headers=form, body=b"n=3").status == 204
    assert ask(mock, "POST", "/v1/items/7", headers=form, body=b"n=x").status == 400


def test_references_lead_to_files_of_the_folder_and_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "types.yaml").write_text("Id: {type: string, pattern: '^[A-Z]{4}$'}\n")
    here = {"/a": replying({"$ref": "more/types.yaml#/Id"})}
    assert len(json.loads(ask(contract(tmp_path, here), "GET", "/a").body)) == 4

    for place in ("https://example.org/t.yaml#/Id", "../outside.yaml#/Id", "more/none.yaml#/Id"):
        with pytest.raises(Refused, match=" — "):
            contract(tmp_path, {"/a": replying({"$ref": place})})


def test_aliases_of_aliases_are_refused_before_they_grow(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    file = tmp_path / "bomb.yaml"
    file.write_text("openapi: 3.0.0\n" + "\n".join(lines))

    with pytest.raises(Refused, match="fewer aliases"):
        opened(file, Options(today=TODAY))


@pytest.mark.parametrize(
    "paths", [["/a"], {"/a": {"get": []}, "/b": {"get": {"parameters": [7], "responses": []}}}]
)
def test_a_document_out_of_shape_is_refused_with_a_sentence(tmp_path: Path, paths: Any) -> None:
    with pytest.raises(Refused, match="is not formed as OpenAPI is: "):
        contract(tmp_path, paths)


def test_a_file_that_is_missing_is_said_to_be_missing_from_a_folder_one_can_find(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(Refused, match=re.escape(f"api.yaml: is not in {tmp_path} — add the file")):
        Folder(Path()).bytes_of("api.yaml")
    with pytest.raises(Refused, match=re.escape(f"lies outside of {tmp_path} — name the folder")):
        Folder(Path()).name_of(Path("../api.yaml"))
