"""What nobody may be told: the people of the demo, and our credentials."""

from collections.abc import Sequence
from typing import Any

from mocks.core.city import DEMO
from tests.adapters.answers import ANSWERS
from tests.adapters.test_departments_speak import CREDENTIALS

_SHORTEST_TOLD = 6  # characters; shorter words stand in any text
_PERSONAL = ("legal_rep_name", "legal_rep_id_number", "legal_rep_phone", "agent_id_number", "phone")


def told(outcome: Any, logged: Sequence[str]) -> bool:
    """Whether somebody's data, or a secret of ours, stands in an error's text or in a log."""
    texts = [*logged, str(outcome)] if isinstance(outcome, Exception) else logged
    return any(word in text for word in secret_words() for text in texts)


def secret_words() -> frozenset[str]:
    """What must not be told: the people of the demo, and our credentials."""
    people = {str(DEMO[name]) for name in _PERSONAL if name in DEMO}
    people |= {str(ANSWERS[name]) for name in ("legalRepIdNo", "agentIdNo", "legalRepPhone")}
    ours = {word for known in CREDENTIALS.values() for word in known.values()}
    return frozenset(people | {word for word in ours if len(word) > _SHORTEST_TOLD})
