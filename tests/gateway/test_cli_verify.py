"""`onething verify`: what it says of a bundle, and of what only looks like one."""

import io
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from gateway.cli.commands import app
from gateway.cli.output import Speaker, guarded
from gateway.issuing.keys import IssuingKeys
from gateway.issuing.signing import sign
from gateway.settings_demo import DEMO_CREDENTIALS, DEPARTMENTS
from tests.gateway.bundles import CODE, KEYS, bundle, key

SIGNED = sign(bundle(until=date(2020, 1, 1)), KEYS)


class Terminal:
    """A folder with a bundle and the issuer's keys, and a shell in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        self.out = self.err = ""
        self.write("bundle.jws", SIGNED + "\n")
        self.write("keys.json", json.dumps(KEYS.jwks()))

    def write(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def verify(self, file: str = "bundle.jws", *more: str, keys: str | None = "keys.json") -> int:
        named = (
            ()
            if keys is None
            else ("--keys", str(self.folder / keys) if "://" not in keys else keys)
        )
        where = file if file == "-" else str(self.folder / file)
        return self.run("verify", where, *named, *more)

    def run(self, *arguments: str) -> int:
        out = Console(width=200, force_terminal=True, color_system="standard")
        speaker = Speaker(out=out, err=Console(stderr=True, width=200))
        code = guarded(speaker, lambda: app(list(arguments), obj=speaker))
        self.out, self.err = self._capsys.readouterr()
        return code


@pytest.fixture
def terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, capsys)


def test_a_good_bundle_is_exit_0_and_says_in_colour_what_it_certifies(terminal: Terminal) -> None:
    assert terminal.verify() == 0

    assert "\x1b[1;32m✓ the signature holds\x1b[0m" in terminal.out
    for told in (KEYS.kid, "31010420260907-AB", "开饭店 Open a restaurant", "徐汇区 Xuhui",
                 "食品经营许可证", "JY13101040000018", "市场监管局", "ABCDE-FGHIJ"):  # fmt: skip
        assert told in terminal.out


def test_a_certificate_past_its_day_is_said_to_be_and_the_signature_still_holds(
    terminal: Terminal,
) -> None:
    assert terminal.verify() == 0

    assert "2020-01-01 expired" in terminal.out
    assert "not every certificate is still in force" in terminal.out


def test_programs_get_json(terminal: Terminal) -> None:
    assert terminal.verify("bundle.jws", "--json") == 0

    told = json.loads(terminal.out)
    assert told["bundle"]["jti"] == CODE
    assert told["expired"] == ["JY13101040000018"]


def test_a_bundle_is_read_from_standard_input(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SIGNED.encode())))

    assert terminal.verify("-") == 0


def test_a_retired_key_is_named_as_such(terminal: Terminal) -> None:
    terminal.write("keys.json", json.dumps(IssuingKeys(key(), [KEYS.active]).jwks()))

    assert terminal.verify() == 0
    assert "retired since; what it signed stays valid" in terminal.out


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (SIGNED[:-6] + "AAAAAA", "the signature does not hold"),
        (sign(bundle(), IssuingKeys(key())), "it names a key that is not among those known"),
        ("not a bundle", "it is not a signed bundle"),
        ("", "it is not a signed bundle"),
        ("食品经营许可证", "it is not a signed bundle"),
    ],
    ids=["tampered", "unknown key", "malformed", "empty", "prose"],
)
def test_what_is_no_good_is_exit_1_with_its_reason_and_a_next_step(
    terminal: Terminal, text: str, reason: str
) -> None:
    terminal.write("bundle.jws", text)

    assert terminal.verify() == 1
    assert f"bundle.jws: {reason}" in terminal.err
    assert "next: " in terminal.err
    assert terminal.out == ""


@pytest.mark.parametrize("file", [b"\xff\xfe\x00", b"." * 100_000])
def test_any_bytes_are_exit_1_and_no_bug(terminal: Terminal, file: bytes) -> None:
    (terminal.folder / "bundle.jws").write_bytes(file)

    assert terminal.verify() == 1
    assert "internal error" not in terminal.err


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ("gone.json", "gone.json: No such file or directory"),
        ("bundle.jws", "bundle.jws: no key set"),
        ("http://gov.example/keys", "keys fetched unencrypted may be anybody's"),
        ("http://127.0.0.1:9/keys", "ConnectError"),
        ("ftp://gov.example/keys", "may be anybody's"),
        (None, "no keys to verify it with"),
    ],
)
def test_keys_that_cannot_be_had_or_believed_are_exit_1(
    terminal: Terminal, keys: Any, reason: str
) -> None:
    assert terminal.verify(keys=keys) == 1
    assert reason in terminal.err
    assert "next: " in terminal.err


def test_the_keys_of_this_installation_will_do(terminal: Terminal) -> None:
    path = terminal.folder / "issuing.pem"
    path.write_bytes(KEYS.active.as_pem(private=True))
    path.chmod(0o600)

    assert terminal.verify("bundle.jws", "--profile", "dev",
                           "--set", f"issuing.key_file={path}", keys=None) == 0  # fmt: skip


def test_what_was_signed_cannot_steer_the_terminal(terminal: Terminal) -> None:
    terminal.write("bundle.jws", sign(bundle(name="[red]x[/]\x1b[2Jgone"), KEYS))

    assert terminal.verify() == 0
    assert "[red]x[/]�[2Jgone" in terminal.out


def test_production_without_a_usable_key_does_not_start_and_says_how_to_mend_it(
    terminal: Terminal,
) -> None:
    pairs = {
        "identity.issuer": "https://id.example",
        "identity.jwks_url": "https://id.example/jwks",
        "store.url": f"sqlite:///{terminal.folder}/cases.sqlite",
        "materials.folder": str(terminal.folder),
        "issuing.key_file": str(terminal.folder / "gone.pem"),
        "issuing.check_url": "https://gov.example",
        "server.port": "0",
        **{f"departments.{name}.url": "https://d.example" for name in DEPARTMENTS},
        **{f"departments.{name}": "k7Qm2xVb" for name in DEMO_CREDENTIALS},
    }
    options = [word for name, value in pairs.items() for word in ("--set", f"{name}={value}")]

    assert terminal.run("serve", *options) == 78
    assert "flag:issuing.key_file: not readable: No such file or directory — " in terminal.err
    assert not (terminal.folder / "cases.sqlite").exists()
