"""A shell in an empty folder."""

from pathlib import Path

import pytest

from tests.gateway.terminal import Terminal


@pytest.fixture
def terminal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    monkeypatch.chdir(tmp_path)
    return Terminal(capsys)
