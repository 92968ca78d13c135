"""What the desk writes beside a status, for the applicant to read."""

from collections.abc import Mapping
from typing import Any

from mocks.core.filed import DEFERRAL_MARKER, Status, texts
from mocks.scenarios.model import State

DEFERRAL_DAYS = 10
_FIXED = {
    Status.SUPPLEMENT: "申请材料不齐全或内容有误,请一次性补正",
    Status.REFUSED: "申请内容不符合法定条件(违规),不予许可",
}


def note_for(state: State, fields: Mapping[str, Any]) -> str | None:
    """The sentence for a filing that comes into this state; most need none."""
    note = state.note or _usual(state.status, fields)
    if not state.materials:
        return note
    return f"{note or _FIXED[Status.SUPPLEMENT]}:{'、'.join(state.materials)}"


def _usual(status: Status, fields: Mapping[str, Any]) -> str | None:
    if status is not Status.CONDITIONALLY_ACCEPTED:
        return _FIXED.get(status)
    named = dict.fromkeys(text[:60] for text in texts(fields) if DEFERRAL_MARKER in text)
    return f"可容缺后补:{'、'.join(list(named)[:5])}, {DEFERRAL_DAYS}个工作日内补交"
