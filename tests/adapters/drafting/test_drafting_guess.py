"""Guesses and their reasons, names and titles, arguments and messages: the parts one by one."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.drafting.arguments import spoken, tree_of
from adapters.drafting.draft import Drafted, draft_department
from adapters.drafting.files import Refused, gather
from adapters.drafting.pretty import Mask, message, plain
from adapters.drafting.wording import alike, identifier, quoted, title, tokens, unique
from adapters.findings import Findings
from adapters.manifest.read import FILE
from adapters.shape import Kind, Shape
from adapters.soap.xml import parse
from schema.domain.text import Text
from tests.adapters.drafting.test_drafting_any import wsdl

ONE = (
    '<xs:complexType><xs:sequence><xs:element name="No" type="xs:string"/></xs:sequence>'
    "</xs:complexType>"
)
RECORD = (
    '<xs:complexType><xs:sequence><xs:element name="No" type="xs:string"/>'
    '<xs:element name="Area" type="xs:decimal" minOccurs="0"/>'
    '<xs:element name="Built" type="xs:date" nillable="true"/></xs:sequence></xs:complexType>'
)


def made(name: str, folder: Path) -> Drafted:
    entry = folder / "any.wsdl"
    entry.write_text(wsdl(name, ONE, RECORD), encoding="utf-8")
    return draft_department("town", entry, folder / "out")


@pytest.mark.parametrize(
    ("name", "purpose"),
    [
        ("GetParcel", "lookup"),
        ("PersoonsInfo", "lookup"),
        ("OpvragenPerceel", "lookup"),
        ("ZjistitSchranku", "lookup"),
        ("chaxun_dikuai", "lookup"),
        ("查询地块", "lookup"),
        ("SubmitCase", "file"),
        ("IndienenBouwplan", "file"),
        ("PodatZadost", "file"),
        ("tijiao_shenqing", "file"),
        ("提交申请", "file"),
        ("IntrekkenBouwplan", "withdraw"),
        ("chexiao_shenqing", "withdraw"),
        ("buzheng", "supplement"),
        ("GetProgress", "progress"),
        ("Aanhouden", "lookup"),
    ],
)
def test_a_purpose_is_guessed_by_name_and_shape(name: str, purpose: str, tmp_path: Path) -> None:
    [(_, guess)] = made(name, tmp_path).guessed

    assert (guess.purpose, bool(guess.reason)) == (purpose, True)


@pytest.mark.parametrize("name", ["Aanhouden", "SubmitCase", "chexiao", "Dance"])
def test_what_nobody_says_only_reads_is_commented_out(name: str, tmp_path: Path) -> None:
    drafted = made(name, tmp_path)
    text = (drafted.folder / FILE).read_text(encoding="utf-8")

    assert drafted.registers == ()
    assert f'# operation = "{name}"' in text
    assert '# request.No = "…" # required, text' in text
    if name in ("Aanhouden", "Dance"):
        assert f"whether {name} only reads" in text
        assert "registers" in [decision.key for decision in drafted.decisions]


def test_fields_are_as_optional_and_as_exact_as_the_contract_says(tmp_path: Path) -> None:
    [register] = made("GetParcel", tmp_path).registers

    assert [(f.name, f.kind, f.optional) for f in register.fields] == [
        ("no", "text", False),
        ("area", "decimal", True),
        ("built", "date", True),
    ]


def test_names_and_titles() -> None:
    assert tokens("getDataBoxNo") == ["get", "data", "box", "no"]
    assert identifier("dbStatusCode", "x") == "db_status_code"
    assert [identifier(name, "field_1") for name in ("产权证号", "9a", "class", "Größe")] == [
        "field_1",
        "n_9a",
        "class_value",
        "gro_e",
    ]
    assert unique("cert_no", ["certno"]) == "cert_no_2"
    assert alike("certNos", "cert_no")
    assert not alike("certNo", "certName")
    assert title(["权利人。以登记簿为准", "Owner; as registered"], "o") == Text(
        zh="权利人", en="Owner"
    )
    assert title([], "ownerName") == Text(zh="Owner name", en="Owner name")
    assert quoted('a"\\\n\x7f') == '"a\\"\\\\\\U0000000a\\U0000007f"'


def shape(name: str, kind: Kind = Kind.TEXT, **more: Any) -> Shape:
    inside = {member.name: member for member in more.pop("inside", ())}
    return Shape(name=name, tag=name, kind=kind, members=lambda: inside, **more)


ASK = shape(
    "Ask",
    Kind.GROUP,
    inside=[
        shape("path", Kind.GROUP, inside=[shape("id")]),
        shape(
            "body",
            Kind.GROUP,
            inside=[
                shape("area", Kind.GROUP, inside=[shape("."), shape("@unit", required=False)]),
                shape("rows", Kind.GROUP, repeated=True, required=False, inside=[shape("no")]),
                shape("note", nillable=True),
                shape("codes", required=False, repeated=True),
            ],
        ),
    ],
)


def test_arguments_become_the_request_tree() -> None:
    findings = Findings("")
    given = [
        ("id", "7"),
        ("body.area", "it's"),
        ("body.area.@unit", "m2"),
        ("body.rows.0.no", "a"),
        ("body.rows.1.no", "b"),
        ("body.codes", "x"),
        ("body.codes", "y"),
    ]

    tree = tree_of(ASK, given, findings)

    assert findings.items == []
    assert spoken(tree) == {
        "path": {"id": "7"},
        "body": {
            "area": {".": "it's", "@unit": "m2"},
            "rows": [{"no": "a"}, {"no": "b"}],
            "codes": ["x", "y"],
            "note": None,
        },
    }


def test_every_missing_and_every_unknown_argument_is_named() -> None:
    findings = Findings("call")
    tree_of(ASK, [("body.rows.0.nr", "1"), ("bodi.x", "1")], findings)

    assert [str(finding) for finding in findings.items] == [
        "call:body.rows.0.nr: the contract has no 'nr' in body.rows.0 — known: no",
        "call:bodi.x: the contract has no 'bodi' in Ask — did you mean 'body'?",
        "call:path.id: the contract requires it (text) — give path.id=…",
        "call:body.area: the contract requires it (text) — give body.area=…",
    ]


def test_messages_are_indented_and_numbers_keep_their_digits() -> None:
    json_type = {"Content-Type": "application/json"}
    assert message(b'{"a":1.10,"b":["x"]}', json_type, None) == (
        '{\n  "a": 1.10,\n  "b": [\n    "x"\n  ]\n}'
    )
    xml = b'<p:a xmlns:p="urn:p" q="1&amp;2"><p:b> x </p:b><c/></p:a>'
    assert message(xml, {"content-type": "text/xml"}, None) == (
        '<p:a xmlns:p="urn:p" q="1&amp;2">\n  <p:b> x </p:b>\n  <c/>\n</p:a>'
    )
    assert message(
        "号".encode("gb18030"), {"content-type": "text/plain; charset=gb18030"}, None
    ) == ("号")
    assert message(b"<broken", {"content-type": "text/xml"}, None) == "<broken"


def test_a_validated_element_is_told_by_its_members() -> None:
    element = parse(b'<a u="1"><b>x</b><b>y</b><c unit="m2">5</c></a>')

    assert plain(element) == {"@u": "1", "b": ["x", "y"], "c": {"@unit": "m2", ".": "5"}}


def test_credentials_are_hidden_in_every_spelling() -> None:
    mask = Mask({"k": "p&ss word"}, "X-Own")

    shown = mask.text('p&ss word p&amp;ss word p%26ss+word {"access_token": "t"} client_secret=s')
    assert shown == '*** *** *** {"access_token": "***"} client_secret=***'
    assert mask.headers({"X-Own": "a", "Authorization": "b", "Accept": "c"}) == {
        "X-Own": "***",
        "Authorization": "***",
        "Accept": "c",
    }


def test_credentials_are_hidden_in_plain_data() -> None:
    mask = Mask({"k": "hush"})

    assert mask.value({"a": ["hush-1", 5, None], "b": True}) == {"a": ["***-1", 5, None], "b": True}


def test_text_that_looks_marked_keeps_its_quotes() -> None:
    said = '{"a": "\ue0001.50", "b": "\\ue001x", "c": 1.50}'.encode()

    shown = message(said, {"content-type": "application/json"}, None)

    assert json.loads(shown) == json.loads(said)
    assert '"c": 1.50' in shown


def test_reply_nested_without_end_is_shown_as_it_is() -> None:
    deep = "[" * 100_000

    assert message(deep.encode(), {"content-type": "application/json"}, None) == deep


def test_a_document_that_holds_itself_has_an_end(tmp_path: Path) -> None:
    entry = tmp_path / "round.yaml"
    entry.write_text(
        "openapi: 3.1.0\ninfo: { title: 圆, version: '1' }\npaths: {}\nx-round: &a [*a, {b: *a}]\n",
        encoding="utf-8",
    )

    with pytest.raises(Refused, match="nested more than 100 deep"):
        gather(entry)
