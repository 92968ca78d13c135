"""Moments written by number: what strftime writes of them."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from adapters.mapping.convert import written

MARKS = st.sampled_from(
    ["%Y", "%m", "%d", "%H", "%M", "%S", "%Y%m%d", "%f", "%j", "%p", "%%", "%z"]
)
BETWEEN = st.sampled_from(["", "-", " ", "T", "年", "d", "Y", "%", "{}", "2"])


@given(
    moment=st.datetimes(timezones=st.just(UTC)),
    layout=st.lists(MARKS | BETWEEN, max_size=7).map("".join),
)
def test_a_layout_is_written_as_strftime_does(moment: datetime, layout: str) -> None:
    assert written(layout)(moment) == moment.strftime(layout)
