"""How the command line reaches a running gateway: where it is, and as whom it is spoken to."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from gateway.cli.case_options import CaseOptions
from gateway.cli.given import address, settings_of
from gateway.cli.output import MISUSED, Stop
from gateway.settings import Settings

_WITHIN_S = 15.0

ITS_LOG = "see the gateway's log"
ANOTHER = "start the gateway, or name another: --url http://host:port"
_ADDRESS = "name the gateway's: --url https://host"


@dataclass(frozen=True, slots=True)
class Reach:
    """One gateway and a token for it. Whatever is no answer to it is a Stop with a next step."""

    url: str
    token: str
    role: str
    language: str = "en"

    def post(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """The answer, unless there is none or the token is not believed."""
        url = self.at(path)
        headers = {"authorization": f"Bearer {self.token}", "accept-language": self.language}
        try:
            answer = httpx.post(url, json=body, headers=headers, timeout=_WITHIN_S, trust_env=False)
        except httpx.UnsupportedProtocol as error:
            raise Stop([f"{url}: not an address"], next_step=_ADDRESS, code=MISUSED) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            why = str(error) or type(error).__name__
            raise Stop([f"{url}: no answer ({why})"], next_step=ANOTHER) from error
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise Stop(["this token is not believed"], next_step=a_token_of(self.role))
        return answer

    def at(self, path: str) -> str:
        """The address of a path of the gateway's."""
        return self.url.rstrip("/").removesuffix("/graphql") + path


def reach(options: CaseOptions, role: str) -> Reach:
    """The gateway these options lead to. Settings are read for what they do not name: the address,
    or in the dev profile a token, which is made by itself.
    """
    language = "zh" if options.chinese else "en"
    file = options.token_file
    token = _token_in(file, role) if file is not None else None
    if options.url is not None and token is not None:
        return Reach(options.url, token, role, language)
    settings = _settings(options, role)
    return Reach(options.url or address(settings), token or _made(settings, role), role, language)


def a_token_of(role: str) -> str:
    """How one comes by a token that will do."""
    return f"get one with the role {role}, and name its file: --token-file {role}.jwt"


def errors_in(told: Any) -> list[str]:
    """The errors of an answer of the gateway's, in its words."""
    errors = told.get("errors") if isinstance(told, dict) else None
    listed = errors if isinstance(errors, list) else []
    return [str(error.get("message")) for error in listed if isinstance(error, dict)]


def _settings(options: CaseOptions, role: str) -> Settings:
    """The settings in force; where they are of no use and nobody named any, what is missing."""
    both = f"name both: --url https://… --token-file {role}.jwt; at the mocks: --profile dev"
    try:
        return settings_of(options.config, options.profile, options.pairs)
    except Stop as stop:
        given = {"--url": options.url, "--token-file": options.token_file}
        missing = [name for name, value in given.items() if value is None]
        named = options.config or options.profile or options.pairs
        if named or len(missing) > 1:
            raise Stop(stop.findings, next_step=both, code=stop.code) from stop
        raise Stop([f"{missing[0]} is missing"], next_step=both, code=MISUSED) from stop


def _token_in(file: Path, role: str) -> str:
    try:
        token = file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise Stop([f"{file}: {error.strerror}"], next_step="correct the path") from error
    except ValueError:
        token = ""
    if not token or not token.isprintable() or " " in token:
        raise Stop([f"{file}: there is no token in it"], next_step=a_token_of(role))
    return token


def _made(settings: Settings, role: str) -> str:
    from gateway.demo.people import token_of
    from gateway.security.dev_issuer import DevIssuerRefused

    try:
        return token_of(settings, role, {})
    except DevIssuerRefused as refused:
        raise Stop([f"a token with the role {role} is needed"], next_step=a_token_of(role)) from (
            refused
        )
