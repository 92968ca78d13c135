"""The mapping language: every stage in both directions, and what it refuses."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.mapping.compile import Scope, compile_expression, guarded
from adapters.mapping.convert import EMPTY, NIL, MappingError
from adapters.mapping.functions import FUNCTIONS, Environment
from adapters.mapping.parse import BadExpression, Path, parse
from adapters.shape import Kind

TABLES: dict[str, dict[str, Any]] = {
    "t": {"01": "accepted", "07": "granted", "Y": True},
    "twice": {"a": "x", "b": "x"},
    "rest": {"a": "x", "*": "other"},
    "sent": {"a": "x", "b": "x", "c": "y", "=": {"x": "b"}},
}
PYTHON: dict[str, Callable[[Any], Any]] = {"double": lambda value: value * 2}


def compute(text: str, value: Any = None, *, replying: bool = True) -> Any:
    def resolve(path: Path) -> tuple[Callable[[Scope], Any], Kind]:
        if path.steps != ("x",):
            return (lambda scope: None), Kind.ANY
        return (lambda scope: value), Kind.ANY

    env = Environment(replying=replying, tables=TABLES, python=PYTHON)
    made, _ = compile_expression(parse(text), env, resolve)
    return guarded("line", made)(Scope({}))


SHANGHAI = ZoneInfo("Asia/Shanghai")
TEN = datetime(2026, 11, 23, 10, tzinfo=SHANGHAI)

REPLIES = [
    ("x | code t", "07", "granted"),
    ("x | code t", "Y", True),
    ("x | code rest", "zz", "other"),
    ("x | code sent", "a", "x"),
    ("x | date '%Y%m%d'", "20261123", date(2026, 11, 23)),
    ("x | date", "2026-11-23+08:00", date(2026, 11, 23)),
    ("x | datetime '%Y-%m-%d %H:%M:%S'", "2026-11-23 10:00:00", TEN),
    ("x | datetime", "2026-11-23T02:00:00Z", TEN),
    ("x | datetime 'epoch_ms'", 1795399200000, datetime(2026, 11, 23, 2, tzinfo=UTC)),
    ("x | datetime 'epoch_s'", "0", datetime(1970, 1, 1, tzinfo=UTC)),
    ("x | datetime", "1949-01-01T00:00:00", datetime(1949, 1, 1, tzinfo=SHANGHAI)),
    ("x | datetime", "2200-12-31T23:59:59", datetime(2200, 12, 31, 23, 59, 59, tzinfo=SHANGHAI)),
    ("x | date", "1893-12-26", date(1893, 12, 26)),
    ("x | date", "1893-12-26T00:00:00+08:00", date(1893, 12, 26)),
    ("x | date", "20261123", date(2026, 11, 23)),
    ("x | date", " 2026-11-23Z ", date(2026, 11, 23)),
    ("x | date", "2026-11-22T18:00:00Z", date(2026, 11, 23)),
    ("x | date", "2026-11-22T18:00:00.0000000Z", date(2026, 11, 23)),
    ("x | date", "2026-11-22 18:00", date(2026, 11, 22)),
    ("x | date", "2026-11-23T00:00:00-05:00", date(2026, 11, 23)),
    ("x | date", datetime(2026, 11, 22, 18, tzinfo=UTC), date(2026, 11, 23)),
    ("x | date", "0001-01-01T00:00:00", date(1, 1, 1)),
    ("x | date", "9999-12-31", date(9999, 12, 31)),
    ("x | blank '9999-12-31T23:59:59' | datetime", "9999-12-31T23:59:59", None),
    ("x | decimal", "186.50", Decimal("186.50")),
    ("x | decimal", "1E+64", Decimal("1E+64")),
    ("x | times 10000", "1.5", Decimal("15000.0")),
    ("x | integer", "12", 12),
    ("x | boolean '是' '否'", "否", False),
    ("x | boolean", "1", True),
    ("x | part '/' 1", "A/B", "B"),
    ("x | part '/' 5", "A/B", None),
    ("x | slice 0 6", "310104199001011234", "310104"),
    ("x | blank '无' '-'", " 无 ", None),
    ("x | blank", "", None),
    ("x | default 'none'", None, "none"),
    ("x | exists", None, False),
    ("x | equals '一致'", "一致", True),
    ("x | join ','", ["a", "b"], "a,b"),
    ("x | count", ["a", "b"], 2),
    ("x | upper | prefix 'N-' | suffix '!'", "ab", "N-AB!"),
    ("x | replace '-' ''", "a-b", "ab"),
    ("x | trim", " a ", "a"),
    ("x | python double", 4, 8),
    ("concat x '/' x", "a", "a/a"),
    ("concat x '/' y", "a", None),
    ("concat x (x | upper | suffix ')') (y | default '-')", "a", "aA)-"),
    ("join ',' (y | upper) (x | upper)|lower", "A", "a"),
    ("first (x | blank 'a') 'z'", "a", "z"),
    ("面积(m2)", "a", None),
    ("join ',' x y x", "a", "a,a"),
    ("first y x 'z'", "a", "a"),
    ("'it''s'", None, "it's"),
    ("x | decimal", None, None),
]


@pytest.mark.parametrize(("text", "value", "expected"), REPLIES)
def test_reply_stage_gives_our_value(text: str, value: Any, expected: Any) -> None:
    assert compute(text, value) == expected


REQUESTS = [
    ("x | code t", "granted", "07"),
    ("x | code t", True, "Y"),
    ("x | code sent", "x", "b"),
    ("x | code sent", "y", "c"),
    ("x | date '%Y%m%d'", date(2026, 11, 23), "20261123"),
    ("x | date '%Y%m%d'", "2026-11-23", "20261123"),
    ("x | datetime '%H:%M'", datetime(2026, 11, 23, 2, tzinfo=UTC), "10:00"),
    ("x | datetime 'epoch_s'", TEN, 1795399200),
    ("x | decimal 2", Decimal("186.555"), "186.56"),
    ("x | decimal 2", "1E+3", "1000.00"),
    ("x | boolean 'Y' 'N'", False, "N"),
    ("x | else_nil", None, NIL),
    ("x | else_empty", None, EMPTY),
]


@pytest.mark.parametrize(("text", "value", "expected"), REQUESTS)
def test_request_stage_gives_their_value(text: str, value: Any, expected: Any) -> None:
    assert compute(text, value, replying=False) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x | code t", "99"),
        ("x | date '%Y%m%d'", "soon"),
        ("x | date", "2026-11-27 garbage"),
        ("x | date", "2026-11-2799"),
        ("x | date", "2026-W48-5"),
        ("x | date", "2026-W48-5T10:00:00"),
        ("x | date", "2026-11-27T"),
        ("x | date", "2026-11-27T99:00:00"),
        ("x | date", "2026-11-31"),
        ("x | date", "２０２６-11-27"),
        ("x | date", "9999-12-31T18:00:00Z"),
        ("x | date", "0001-01-01T00:00:00+14:00"),
        ("x | code sent", "="),
        ("x | decimal", "NaN"),
        ("x | decimal", "1e999999999"),
        ("x | decimal", "1E+200000000"),
        ("x | decimal", "1E-200000000"),
        ("x | decimal", "0E+200000000"),
        ("x | decimal", Decimal("1E+65")),
        ("x | times 10", "1E+65"),
        ("x | integer", "1.5"),
        ("x | integer", "1e400"),
        ("x | boolean '是' '否'", "maybe"),
        ("x | datetime 'epoch_ms'", "99999999999999999999"),
        ("x | datetime 'epoch_ms'", "253402300799000"),
        ("x | datetime", "0001-01-01T00:00:00"),
        ("x | datetime", "9999-12-31T23:59:59Z"),
        ("x | datetime", datetime(1, 1, 1, tzinfo=UTC)),
        ("x | datetime '%Y-%m-%d %H:%M:%S'", "0001-01-01 00:00:00"),
        ("x | datetime '%Y-%m-%d %H:%M:%S'", "1753-01-01 00:00:00"),
        ("x | python double", object()),
    ],
)
def test_value_without_a_place_is_refused_and_not_shown(text: str, value: Any) -> None:
    with pytest.raises(MappingError) as caught:
        compute(text, value)
    assert str(value) not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x |",
        "| upper",
        "'open",
        "x y",
        "x..y",
        "x | nothing",
        "x | date '%Y' 'a' 'b'",
        "x | code",
        "x | code nowhere",
        "x | python nowhere",
        "x | default y",
        "x | boolean 'Y'",
        "x | datetime 'iso' 'Mars/Olympus'",
        "x | part 1 2",
        "x | else_nil",
        "(x | upper)",
        "concat x (x | upper",
        "concat x (x |) x",
        "concat x )",
        "concat x (x (x | upper))",
        "concat x (x | default 'a' ('b'))",
        "x | prefix (x)",
        "join (x) x",
        "x | date '%Y%M%d'",
        "x | date '%Y-%m'",
        "x | datetime '%d.%m. %H:%M'",
        "x | boolean 'Y' 'Y'",
        "x | part '' 1",
        "x | times '2'",
        "'x' | upper | date | boolean",
    ],
)
def test_bad_expression_is_told(text: str) -> None:
    with pytest.raises(BadExpression):
        compute(text)


@pytest.mark.parametrize("part", ["(x | else_empty)", "(x | else_nil)"])
def test_a_part_says_of_no_value_that_it_is_not_there(part: str) -> None:
    with pytest.raises(BadExpression, match="of a whole value"):
        compute(f"concat 'a' {part}", replying=False)


@pytest.mark.parametrize(
    ("kind", "remedy"),
    [
        (Kind.DATETIME, "write (x | datetime '%Y%m%d%H%M%S')"),
        (Kind.DATE, "write (x | date '%Y%m%d')"),
    ],
)
@pytest.mark.parametrize("text", ["concat 'a' x", "join '-' 'a' (x)"])
def test_a_moment_in_a_text_says_its_layout(text: str, kind: Kind, remedy: str) -> None:
    env = Environment(replying=False)

    with pytest.raises(BadExpression, match="nothing says how it is written") as caught:
        compile_expression(parse(text), env, lambda path: ((lambda scope: TEN), kind))

    assert caught.value.remedy == remedy


def test_two_codes_for_one_value_have_no_way_back() -> None:
    assert compute("x | code twice", "a") == "x"
    with pytest.raises(BadExpression, match="two codes"):
        compute("x | code twice", "x", replying=False)


def test_policy_of_a_table_is_no_code_to_send() -> None:
    with pytest.raises(MappingError):
        compute("x | code rest", "other", replying=False)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("x | uper", "did you mean 'upper'?"),
        ("x | code tt", "did you mean 't'?"),
        ("x | python duble", "did you mean 'double'?"),
    ],
)
def test_misspelt_name_is_told_the_right_one(text: str, remedy: str) -> None:
    with pytest.raises(BadExpression) as caught:
        compute(text)
    assert caught.value.remedy == remedy


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_an_expression_or_told_to_be_none(text: str) -> None:
    try:
        parse(text)
    except BadExpression:
        return


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(FUNCTIONS)), st.text(max_size=20))
def test_stage_without_arguments_gives_a_value_or_a_mapping_error(name: str, value: str) -> None:
    try:
        compute(f"x | {name}", value)
    except (BadExpression, MappingError):
        return


@settings(max_examples=100, deadline=None)
@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9
    )
)
def test_decimals_go_and_come_back_exactly(value: Decimal) -> None:
    assert compute("x | decimal", compute("x | decimal 2", value, replying=False)) == value
