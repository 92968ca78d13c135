"""A code nobody declared is quoted only while it looks like a code."""

import pytest

from adapters.errors import ContractBroken
from adapters.outcome import Faults, Meaning


def quoted(code: str) -> str:
    found = Faults("police", {}).settle([code], None, Meaning.CONTRACT_BROKEN)
    assert isinstance(found, ContractBroken)
    return found.message


@pytest.mark.parametrize("code", ["E2004", "http 409", "-91", "MR-4220", "Client.Auth"])
def test_a_code_is_quoted(code: str) -> None:
    assert code in quoted(code)


@pytest.mark.parametrize("code", ["张三不在库中", "310101199003074514", "id 13712340987", "a\nb"])
def test_a_sentence_or_a_number_of_somebody_is_not(code: str) -> None:
    assert quoted(code) == "code of no known form has no meaning in outcome.success or [faults]"
