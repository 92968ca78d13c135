"""The invented people somebody can be: their tokens, from what the mocks say of themselves."""

from collections.abc import Mapping
from typing import Any

from gateway.security import dev_issuer
from gateway.settings import Settings

ROLES = ("applicant", "clerk", "operator")


def token_of(settings: Settings, role: str, city: Mapping[str, Any]) -> str:
    """A dev token for one of ROLES; `city` is needed for the applicant only."""
    if role == "clerk":
        return dev_issuer.demo_token(settings, dev_issuer.clerk())
    if role == "operator":
        return dev_issuer.demo_token(settings, dev_issuer.operator())
    return dev_issuer.demo_token(
        settings,
        dev_issuer.applicant(
            uscc=city["uscc"],
            agent_name=city["agent_name"],
            agent_id_number=city["agent_id_number"],
            phone=city["agent_phone"],
        ),
    )
