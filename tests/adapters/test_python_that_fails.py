"""What a department's adapter.py raises is a typed error that names the place, never the value."""

import json
from pathlib import Path

import pytest

from adapters.department import DeclaredDepartment
from adapters.errors import ContractBroken, Unsendable
from tests.adapters.conftest import Counter, filing_with, made, place
from tests.adapters.test_rest_department import JSON, row, token

ADAPTER = """def tidy(value):
    return helped(value)


def helped(value):
    raise RuntimeError(f"cannot bear {value}")


def cut(value):
    return str(value).split("#")[9]


def leave(value):
    raise SystemExit(value)
"""


def department(folder: Path, url: str, before: str, function: str) -> DeclaredDepartment:
    """Ours, one line of it going through a function of adapter.py."""
    after = f'{before[:-1]} | python {function}"'
    there = place("records", folder, lambda text: text.replace(before, after, 1))
    (there / "adapter.py").write_text(ADAPTER, "utf-8")
    found, findings = made(there, url)
    assert found is not None, findings
    return found


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("tidy", "python tidy fails at adapter.py, line 6, in helped (RuntimeError)"),
        ("cut", "python cut fails at adapter.py, line 10, in cut (IndexError)"),
        ("leave", "python leave fails at adapter.py, line 14, in leave (SystemExit)"),
    ],
)
async def test_what_it_raises_is_told_by_line_and_place(
    tmp_path: Path, counter: Counter, function: str, said: str
) -> None:
    asking = department(tmp_path / "a", counter.url, 'body.name = "answers.shopName"', function)
    with pytest.raises(Unsendable) as unsent:
        await asking.file(filing_with(shopName="王秀英"), budget=1)
    assert unsent.value.message.endswith(f"verbs.file.request.body.name {said}")
    await asking.aclose()

    reading = department(tmp_path / "b", counter.url, 'area = ".area"', function)
    token(counter)
    counter.says(json.dumps({"code": "0", "data": [row()]}), kind=JSON)
    with pytest.raises(ContractBroken) as unread:
        await reading.read("record", "id", ("r1",), budget=1)
    assert unread.value.unread
    assert unread.value.message == f"registers.record.lookups.id.reply.area {said}"
    await reading.aclose()


async def test_a_rows_result_code_that_fails_is_a_row_that_cannot_be_read(
    tmp_path: Path, counter: Counter
) -> None:
    line = "code = \".state | default 'ok'\""
    reading = department(tmp_path, counter.url, line, "tidy")
    token(counter)
    counter.says(json.dumps({"code": "0", "data": [row()]}), kind=JSON)

    with pytest.raises(ContractBroken, match=r"python tidy fails at adapter\.py, line 6"):
        await reading.read("record", "id", ("r1",), budget=1)
    await reading.aclose()
