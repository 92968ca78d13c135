"""A look-up of a filing whose record stands once, if at all: not there means nothing found."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from adapters.errors import ContractBroken
from adapters.manifest.read import FILE
from schema.domain.filing import Receipt
from tests.adapters.conftest import Counter, made, place
from tests.adapters.test_soap_department import envelope

ROWS = 'each = "Case"\nreply = { number = ".No", received_at = ".At" }'
ONCE = 'reply = { number = "Case.No", received_at = "Case.At" }'
AT = "<At>2026-11-21T10:00:00Z</At>"


async def find(folder: Path, counter: Counter, answer: str) -> Sequence[Receipt]:
    """What the look-up makes of an answer that bears no failure."""
    target = place("permits", folder, lambda text: text.replace(ROWS, ONCE))
    assert ONCE in (target / FILE).read_text("utf-8")
    department, findings = made(target, counter.url)
    assert department is not None, findings
    counter.says(envelope(f'<FindResponse xmlns="urn:permits">{answer}</FindResponse>'))
    try:
        return await department.find_filing("r", "shop", budget=1)
    finally:
        await department.aclose()


async def test_an_answer_without_the_record_is_nothing_found(
    tmp_path: Path, counter: Counter
) -> None:
    assert await find(tmp_path, counter, "") == []


async def test_the_record_that_is_there_is_the_receipt(tmp_path: Path, counter: Counter) -> None:
    [receipt] = await find(tmp_path, counter, f"<Case><No>N1</No>{AT}</Case>")
    assert receipt.number == "N1"


async def test_a_record_without_its_number_is_a_broken_contract(
    tmp_path: Path, counter: Counter
) -> None:
    with pytest.raises(ContractBroken, match="no number or no time"):
        await find(tmp_path, counter, f"<Case><No/>{AT}</Case>")
