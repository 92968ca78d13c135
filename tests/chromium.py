"""The real browser of the tests of pages: Chromium, wherever it is installed.

Where there is none a test skips and says so; with ONETHING_TEST_BROWSER=required, as in CI, that is
a failure instead.
"""

import os
import shutil

import pytest
from playwright.async_api import Browser, Playwright

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def program() -> str | None:
    """Where it is."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


_REQUIRED = os.environ.get("ONETHING_TEST_BROWSER") == "required"  # noqa: TID251 - tests
needs_chromium = pytest.mark.skipif(
    program() is None and not _REQUIRED,
    reason="no chromium: apt install chromium",
)


async def launched(playwright: Playwright) -> Browser:
    """A browser that asks nobody on the network for anything of its own accord."""
    path = program()
    if path is None:
        pytest.fail("no chromium, which is required here: apt install chromium")
    return await playwright.chromium.launch(executable_path=path, args=FLAGS)
