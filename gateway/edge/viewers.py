"""Who sends a request: the bearer token, and what the gateway makes of it."""

from collections.abc import Awaitable, Callable

from gateway.edge.refusal import Refusal
from schema.domain.text import Text
from schema.graph.ports import Viewer

# None as argument: no token was sent. None as answer: the token is not to be trusted.
Authenticate = Callable[[str | None], Awaitable[Viewer | None]]

_LONGEST_TOKEN = 8_192


async def viewer_of(authorization: str | None, authenticate: Authenticate) -> Viewer:
    """The viewer; 401 for a token that does not hold, whatever is wrong with it."""
    viewer = await authenticate(token_of(authorization))
    if viewer is None:
        raise unauthenticated()
    return viewer


def token_of(authorization: str | None) -> str | None:
    """The bearer token; 401 where something else stands."""
    if authorization is None:
        return None
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > _LONGEST_TOKEN:
        raise unauthenticated()
    return token


def unauthenticated() -> Refusal:
    """401: one body for every reason, so that a forger learns nothing."""
    text = Text(
        zh="未携带有效的登录凭证，或凭证已过期：请以 Authorization: Bearer … 携带令牌。",
        en="No valid token came, or it has expired: send one as Authorization: Bearer …",
    )
    return Refusal(401, "UNAUTHENTICATED", text, {"www-authenticate": "Bearer"})
