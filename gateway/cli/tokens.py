"""Dev tokens from the command line."""

import typer

from gateway.cli.output import Stop
from gateway.demo.people import ROLES, token_of
from gateway.security.dev_issuer import DevIssuerRefused
from gateway.settings import Settings


def dev_token(settings: Settings, role: str) -> str:
    """A token to be `role` with; Stop when it cannot be had."""
    if role not in ROLES:
        raise typer.BadParameter(f"{role!r} is not one of {', '.join(ROLES)}", param_hint="--as")
    city = _city(settings) if role == "applicant" else {}
    try:
        return token_of(settings, role, city)
    except DevIssuerRefused as refused:
        raise Stop([refused], next_step="see onething config show --profile dev") from refused


def _city(settings: Settings) -> dict[str, str]:
    """The invented applicant, as the mocks tell it."""
    import httpx  # which tokens of the other roles do not need

    url = str(settings.clock.follow or "").removesuffix("/clock") + "/demo"
    try:
        answer = httpx.get(url, timeout=3.0, trust_env=False).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Stop(
            [f"{url}: no answer; the applicant's particulars come from the mocks"],
            next_step="start them: onething mocks (or onething demo)",
        ) from error
    city: dict[str, str] = answer.json()
    return city
