"""Whatever facets and schemas allow is made: drawn at random, told by validators of others."""

from datetime import date
from random import Random
from typing import Any

import jsonschema  # type: ignore[import-untyped]
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from mocks.anything.documents import Place, Tree
from mocks.anything.echo import Keys
from mocks.anything.folder import Folder
from mocks.anything.json_flat import Flattened
from mocks.anything.json_schemas import Bundle
from mocks.anything.json_values import Making
from mocks.anything.pattern import matches, text_of
from mocks.anything.xsd_documents import Documents
from mocks.anything.xsd_read import Schemas
from mocks.anything.xsd_simple import text_of as simple_text
from tests.mocks.anything.mocked import DEPARTMENTS

TODAY = date(2026, 11, 26)
SOME = settings(
    max_examples=150, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)
XS = "http://www.w3.org/2001/XMLSchema"
PATTERNS = (
    "[A-Z]{2}[0-9]{4}", r"\d{6}(-\d{2})?", "[a-z-[aeiou]]{3,8}", "(ab|c|def){2,4}", r"\i\c{2,5}",
    r"[^\s]{4}", r"\p{Lu}\p{Ll}+", r"[0-9]{8}|[0-9]{6}", r"[\d\-]{5}", "[一-龥]{2,4}",
    r"沪[A-Z]\d{5}",
)  # fmt: skip
NAMES = st.sampled_from(("name", "applyDate", "phone", "x", "remark", "certNo", "状态"))


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, list[tuple[str, str]]]:
    """A type of text with lengths, a pattern or a list of values."""
    base = draw(st.sampled_from(("string", "token", "normalizedString", "anyURI")))
    low = draw(st.integers(0, 30))
    high = low + draw(st.integers(0, 30))
    kind = draw(st.sampled_from(("lengths", "length", "pattern", "enumeration", "narrow")))
    if kind == "narrow":
        most = str(draw(st.integers(0, 50)))
        return "int", [("pattern", "[0-9]{1,2}"), ("maxInclusive", most)]
    if kind == "pattern":
        return "string", [("pattern", draw(st.sampled_from(PATTERNS)))]
    if kind == "enumeration":
        values = draw(
            st.lists(st.sampled_from("甲乙丙ABC123"), min_size=1, max_size=4, unique=True)
        )
        return base, [("enumeration", value) for value in values]
    lengths = [("minLength", str(low)), ("maxLength", str(high))]
    return base, [("length", str(low))] if kind == "length" else lengths


@st.composite
def numbers(draw: st.DrawFn) -> tuple[str, list[tuple[str, str]]]:
    """A type of number with ends and digits that leave room."""
    base = draw(
        st.sampled_from(("decimal", "int", "long", "nonNegativeInteger", "short", "double"))
    )
    low = draw(st.integers(0 if base.startswith("non") else -300, 300))
    high = low + draw(st.integers(2, 400))
    ends = draw(st.sampled_from((("Inclusive", "Inclusive"), ("Exclusive", "Exclusive"))))
    facets = [(f"min{ends[0]}", str(low)), (f"max{ends[1]}", str(high))]
    if base == "decimal" and draw(st.booleans()):
        facets += [("totalDigits", "6"), ("fractionDigits", str(draw(st.integers(0, 3))))]
    return base, facets


MOMENTS = st.sampled_from(("date", "dateTime", "time", "gYear", "gYearMonth", "gMonthDay", "gDay"))
OTHERS = st.sampled_from(
    ("duration", "hexBinary", "base64Binary", "boolean", "NCName", "language", "float",
     "unsignedByte", "NMTOKENS", "QName")
)  # fmt: skip
PLAIN = st.one_of(MOMENTS, OTHERS).map(lambda base: (base, list[tuple[str, str]]()))


@SOME
@given(st.one_of(texts(), numbers(), PLAIN), NAMES, st.integers(0, 5))
def test_a_text_satisfies_the_facets_of_its_type(
    kind: tuple[str, list[tuple[str, str]]], name: str, seed: int
) -> None:
    base, facets = kind
    root = etree.Element(f"{{{XS}}}schema", nsmap={"xs": XS})
    simple = etree.SubElement(root, f"{{{XS}}}simpleType", name="T")
    step = etree.SubElement(simple, f"{{{XS}}}restriction", base=f"xs:{base}")
    for facet, value in facets:
        etree.SubElement(step, f"{{{XS}}}{facet}", value=value)
    etree.SubElement(root, f"{{{XS}}}element", name="e", type="T")
    documents = Documents(Folder(DEPARTMENTS))
    documents.add("t.xsd", root)
    read = Schemas(documents).type("T").simple
    assert read is not None

    element = etree.Element("e")
    element.text = simple_text(read, name, Random(seed), TODAY)

    validator = etree.XMLSchema(root)
    assert validator.validate(element), (facets, element.text, validator.error_log)


@SOME
@given(st.sampled_from(PATTERNS), st.integers(0, 50))
def test_a_text_made_from_a_pattern_matches_it(pattern: str, seed: int) -> None:
    assert matches(pattern, text_of(pattern, Random(seed)))


_LEAVES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(
        lambda low, more: {"type": "string", "minLength": low, "maxLength": low + more},
        st.integers(0, 20),
        st.integers(0, 20),
    ),
    st.builds(
        lambda low, more: {"type": "integer", "minimum": low, "exclusiveMaximum": low + more},
        st.integers(-50, 50),
        st.integers(1, 50),
    ),
    st.builds(
        lambda low, step: {"type": "number", "minimum": low, "multipleOf": step},
        st.integers(-9, 9),
        st.sampled_from((1, 0.5, 3, 0.25)),
    ),
    st.sampled_from(("date", "date-time", "email", "uuid", "ipv4", "uri")).map(
        lambda name: {"type": "string", "format": name}
    ),
    st.sampled_from((r"^\d{4}$", "^[a-f]+$", "x{3}", r"^(ab|cd)\w$")).map(
        lambda pattern: {"type": "string", "pattern": pattern}
    ),
    st.lists(st.sampled_from(["a", 1, None, True, 2.5]), min_size=1, max_size=4).map(
        lambda values: {"enum": values}
    ),
    st.just({"type": ["string", "null"]}),
    st.just({"type": "boolean"}),
)


def _composed(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(("id", "name", "createdAt", "items"))
    return st.one_of(
        st.builds(
            lambda fields, few: {
                "type": "object",
                "properties": fields,
                "required": list(fields)[:few],
                "additionalProperties": False,
            },
            st.dictionaries(names, inner, max_size=3),
            st.integers(0, 3),
        ),
        st.builds(
            lambda items, low, more: {
                "type": "array", "items": items, "minItems": low, "maxItems": low + more
            },
            inner, st.integers(0, 3), st.integers(0, 3),
        ),
        st.lists(inner, min_size=1, max_size=3).map(lambda branches: {"anyOf": branches}),
        st.lists(inner, min_size=1, max_size=2).map(lambda branches: {"oneOf": branches}),
        inner.map(lambda schema: {"allOf": [schema]}),
        inner.map(lambda s: {"type": "object", "additionalProperties": s, "minProperties": 1}),
    )  # fmt: skip


SCHEMAS = st.recursive(_LEAVES, _composed, max_leaves=6)


@SOME
@given(SCHEMAS, st.integers(0, 4))
def test_a_value_satisfies_its_schema(schema: dict[str, Any], attempt: int) -> None:
    assume("oneOf" not in str(schema) or _exactly_one(schema))
    bundle = Bundle(Tree(Folder(DEPARTMENTS)), modern=True)
    made = bundle.add(schema, Place("none"))
    making = Making(
        flattened=Flattened(bundle), draw=Random(1), today=TODAY, keys=Keys(), attempt=attempt
    )

    value = making.value(made, "name")

    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(value)


def _exactly_one(schema: Any) -> bool:
    """Whether no `oneOf` has two branches alike, which nothing satisfies."""
    if isinstance(schema, dict):
        kinds = [str(branch.get("type")) for branch in schema.get("oneOf", ())]
        alike = len(set(kinds)) < len(kinds) or ("None" in kinds and len(kinds) > 1)
        return not alike and all(_exactly_one(inner) for inner in schema.values())
    return all(map(_exactly_one, schema)) if isinstance(schema, list) else True
