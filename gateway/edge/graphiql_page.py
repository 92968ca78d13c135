"""The page at /graphql: GraphiQL from our own build, or a plain console where it is not built."""

import html
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import orjson
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from schema.domain.text import Language, Text

BUNDLE = Path(__file__).with_name("graphiql") / "dist"
ASSETS = "/graphql/assets"
_PAGES = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """An operation that is open when the page opens, with variables that fit the demo data."""

    name: str
    query: str
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """What the page starts with; asked anew for each visit, so that its token is fresh."""

    tabs: Sequence[Tab]
    headers: Mapping[str, str]


class GraphiQLPage:
    """Serves the page. Everything it loads comes from this gateway; a policy enforces that."""

    def __init__(
        self, *, seed: Callable[[], Awaitable[Seed]], bundle: Path = BUNDLE, dev: bool = False
    ) -> None:
        self._seed = seed
        self._bundle = bundle
        self._dev = dev

    async def __call__(self, language: Language) -> Response:
        seed = await self._seed()
        nonce = secrets.token_urlsafe(16)
        page = self._page(seed, language, nonce)
        return HTMLResponse(page, headers=_headers(nonce, language))

    @property
    def built(self) -> bool:
        """Whether the bundle is there."""
        return (self._bundle / "index.js").is_file()

    def assets(self) -> StaticFiles:
        """The bundle, to be mounted at ASSETS."""
        return StaticFiles(directory=self._bundle, check_dir=False)

    def _page(self, seed: Seed, language: Language, nonce: str) -> str:
        config = {
            "url": "/graphql",
            "assets": ASSETS,
            "title": _TITLE.in_(language),
            "headers": {**seed.headers, "Accept-Language": language},
            "tabs": [
                {"name": tab.name, "query": tab.query, "variables": tab.variables}
                for tab in seed.tabs
            ],
        }
        name = "graphiql.html" if self.built else "console.html"
        return Template((_PAGES / name).read_text(encoding="utf-8")).substitute(
            lang="zh-Hans" if language == "zh" else "en",
            title=html.escape(_TITLE.in_(language)),
            banner=html.escape(_DEV.in_(language)) if self._dev else "",
            build=html.escape(_BUILD.in_(language)),
            run=_RUN.in_(language),
            assets=ASSETS,
            nonce=nonce,
            config=_script_safe(config),
        )


def _script_safe(value: object) -> str:
    # Inside <script>, only "<" could end the element early.
    return orjson.dumps(value, default=str).decode().replace("<", "\\u003c")


def _headers(nonce: str, language: Language) -> dict[str, str]:
    policy = (
        "default-src 'none'; "
        f"script-src 'self' 'nonce-{nonce}'; "
        "style-src 'self' 'unsafe-inline'; "  # Monaco places its text by style attributes
        "font-src 'self' data:; img-src 'self' data:; connect-src 'self'; worker-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "content-security-policy": policy,
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "content-language": language,
        "vary": "Accept, Accept-Language",
    }


_TITLE = Text(zh="一件事一次办", en="one thing, done once")
_RUN = Text(zh="运行", en="Run")
_DEV = Text(zh="开发环境：数据均为虚构", en="development: all data are invented")
_BUILD = Text(
    zh="GraphiQL 尚未构建：安装 Node.js（含 npm）后运行 make graphiql，再刷新本页。"
    "在此之前，可用下面的简易控制台。",
    en="GraphiQL is not built yet: install Node.js (with npm), run make graphiql, reload this "
    "page. Until then, the plain console below runs queries.",
)
