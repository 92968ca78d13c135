"""The reduction report over any scope: reasons explain the difference, rounding is half up."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.catalogue import LoadedCatalogue
from schema.domain.reduction import Measure, Row, reduction
from schema.domain.text import Text

WORD = Text(zh="个", en="things")


@given(data=st.data())
@settings(max_examples=60)
def test_reasons_sum_to_the_difference_in_every_scope(
    catalogue: LoadedCatalogue, data: st.DataObject
) -> None:
    thing = data.draw(st.sampled_from(catalogue.all()))
    scope = data.draw(st.sets(st.sampled_from([item.id for item in thing.items])))
    for row in reduction(thing, scope).rows:
        if row.reasons:
            assert sum(reason.count for reason in row.reasons) == row.before - row.after
        assert 0 <= row.after <= max(row.before, row.after)


def test_every_drop_of_materials_and_fields_has_a_reason(catalogue: LoadedCatalogue) -> None:
    for thing in catalogue.all():
        report = reduction(thing)
        for measure in (Measure.MATERIALS, Measure.COPIES, Measure.FIELDS):
            row = report.row(measure)
            assert sum(r.count for r in row.reasons) == row.before - row.after


@pytest.mark.parametrize(
    ("before", "after", "percent"),
    [(1000, 999, "0.1"), (2000, 1999, "0.1"), (8, 1, "87.5"), (4, 5, "-25.0"), (3, 0, "100.0")],
)
def test_percent_is_rounded_half_up_to_one_decimal(before: int, after: int, percent: str) -> None:
    row = Row(measure=Measure.DAYS, before=before, after=after, unit=WORD, base=WORD, scope=())
    assert row.percent == Decimal(percent)


def test_nothing_has_no_percentage() -> None:
    row = Row(measure=Measure.DAYS, before=0, after=0, unit=WORD, base=WORD, scope=())
    assert row.percent is None
