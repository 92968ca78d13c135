"""The applicant's side of the wire: GraphQL and uploads over HTTP, nothing else."""

from collections.abc import Mapping
from importlib import resources
from typing import Any

import httpx

from gateway.demo.failure import DemoFailed
from gateway.demo.mock_admin import tls

_BUDGET_S = 15.0
_AGAIN = 3  # a machine this slow may need it


def operation(name: str) -> str:
    """The text of a shipped operation, by its file's name."""
    folder = resources.files("gateway.demo") / "operations"
    return (folder / f"{name}.graphql").read_text(encoding="utf-8")


class Applicant:
    """Somebody with a token and a browser."""

    def __init__(
        self,
        gateway: str,
        token: str,
        *,
        language: str = "zh",
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=gateway,
            transport=transport,
            timeout=_BUDGET_S,
            trust_env=False,
            verify=tls(),
            headers={"authorization": f"Bearer {token}", "accept-language": language},
        )

    async def close(self) -> None:
        """Let the connections go."""
        await self._http.aclose()

    async def ask(self, name: str, **variables: Any) -> dict[str, Any]:
        """The data of a shipped operation; DemoFailed when the gateway reports errors."""
        return await self.send(operation(name), variables, name=name)

    async def send(
        self, query: str, variables: Mapping[str, Any], *, name: str = "operation"
    ) -> dict[str, Any]:
        """The data of any operation. What took too long is sent again, as it was: a change bears
        its `clientRequestId`, and is made once.
        """
        body = await self._posted(query, variables, name)
        for _ in range(_AGAIN):
            if not _late(body):
                break
            body = await self._posted(query, variables, name)
        if body.get("errors"):
            lines = [f"{name}: {error.get('message')}" for error in body["errors"]]
            raise DemoFailed(lines, "look at the gateway's log")
        data: dict[str, Any] = body["data"]
        return data

    async def _posted(self, query: str, variables: Mapping[str, Any], name: str) -> dict[str, Any]:
        try:
            answer = await self._http.post(
                "/graphql", json={"query": query, "variables": dict(variables)}
            )
        except httpx.HTTPError as error:
            raise DemoFailed([f"{name}: no answer ({error!r})"], "look at the log") from error
        body: dict[str, Any] = answer.json()
        return body

    async def upload(self, document: bytes) -> str:
        """Bring a PDF; its digest."""
        answer = await self._http.post(
            "/materials", content=document, headers={"content-type": "application/pdf"}
        )
        if answer.status_code != httpx.codes.CREATED:
            raise DemoFailed([f"upload: {answer.status_code} {answer.text}"], "look at the log")
        return str(answer.json()["sha256"])


def _late(body: Mapping[str, Any]) -> bool:
    told = [error.get("extensions", {}).get("code") for error in body.get("errors") or ()]
    return "OPERATION_TIMEOUT" in told


def achieved(result: Mapping[str, Any], success: str) -> Mapping[str, Any]:
    """The result of a mutation when it is `success`; DemoFailed with every problem otherwise."""
    if result["__typename"] == success:
        return result
    problems = result.get("problems") or [result]
    lines = [f"{'.'.join(p.get('path') or ())}: {p.get('message')}" for p in problems]
    raise DemoFailed([str(result["__typename"]), *lines], "the demo's answers no longer fit")
