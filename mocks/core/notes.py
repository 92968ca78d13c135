"""What the desk writes beside a status, for the applicant to read."""

from collections.abc import Mapping
from typing import Any

from mocks.core.filed import DEFERRAL_MARKER, Status, texts

DEFERRAL_DAYS = 10
_FIXED = {
    Status.SUPPLEMENT: "申请材料不齐全或内容有误,请一次性补正",
    Status.REFUSED: "申请内容不符合法定条件(违规),不予许可",
}


def note_for(status: Status, fields: Mapping[str, Any]) -> str | None:
    """The sentence for a filing that comes into this status; most need none."""
    if status is not Status.CONDITIONALLY_ACCEPTED:
        return _FIXED.get(status)
    named = dict.fromkeys(text[:60] for text in texts(fields) if DEFERRAL_MARKER in text)
    return f"可容缺后补:{'、'.join(list(named)[:5])}, {DEFERRAL_DAYS}个工作日内补交"
