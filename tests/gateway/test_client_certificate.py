"""The certificate shown to a department: what cannot be used is refused before anything starts."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from adapters.wire import ClientCertificate
from gateway.cli.doctor import CHECKS, Finding, State
from gateway.declared import endpoints_of
from gateway.settings import Settings, SettingsInvalid, load_settings
from tests.certificates import issued
from tests.gateway.test_settings import SOUND

FIRE = "departments.fire.tls."


def settings(**tls: Any) -> Settings:
    named = {f"{FIRE}{name}": str(value) for name, value in tls.items()}
    return load_settings({**SOUND, **named}, environ={})


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return issued("onething").files(tmp_path, "ours")


def problem(made: Settings) -> str:
    """The one thing that is wrong."""
    with pytest.raises(SettingsInvalid) as caught:
        endpoints_of(made)
    [told] = caught.value.problems
    return told


def test_both_files_reach_the_line(files: tuple[Path, Path]) -> None:
    certificate, key = files
    made = settings(certificate_file=certificate, key_file=key)
    assert endpoints_of(made)["fire"].client == ClientCertificate(certificate=certificate, key=key)
    assert endpoints_of(settings())["fire"].client is None


def test_a_password_opens_the_key_and_is_shown_nowhere(tmp_path: Path) -> None:
    certificate, key = issued("onething").files(tmp_path, "ours", b"t0p-s3cret")
    made = settings(certificate_file=certificate, key_file=key, key_password="t0p-s3cret")
    client = endpoints_of(made)["fire"].client
    assert client is not None
    assert client.password == "t0p-s3cret"
    everything = repr(client) + repr(made) + str(made.shown()) + repr(endpoints_of(made))
    assert "t0p-s3cret" not in everything


def test_one_file_does_not_do(files: tuple[Path, Path]) -> None:
    certificate, key = files
    together = "a certificate and its key go together — name both files"
    assert problem(settings(certificate_file=certificate)) == f"default:{FIRE}key_file: {together}"
    assert problem(settings(key_file=key)) == f"default:{FIRE}certificate_file: {together}"


def test_it_is_shown_over_https_only(files: tuple[Path, Path]) -> None:
    certificate, key = files
    made = load_settings(
        {
            **SOUND,
            "departments.fire.url": "http://127.0.0.1:8105",
            f"{FIRE}certificate_file": str(certificate),
            f"{FIRE}key_file": str(key),
        },
        environ={},
    )
    assert problem(made).startswith(f"flag:{FIRE}certificate_file: shown over https only")


@pytest.mark.parametrize(
    ("name", "content", "mode", "says"),
    [
        ("certificate_file", None, 0, "not readable: No such file or directory — correct the path"),
        ("key_file", None, 0, "not readable: No such file or directory — correct the path"),
        ("certificate_file", "nonsense", 0o644, "no certificate in PEM — convert it: openssl x509"),
        ("key_file", "nonsense", 0o600, "no private key in PEM — name the file of the private key"),
        (
            "key_file",
            "itself",
            0o644,
            "others may read the key — take their rights away: chmod 600",
        ),
        ("key_file", "another", 0o600, "not the key of the certificate — name the key"),
        ("key_file", "locked", 0o600, "it has a password — set key_password"),
    ],
)
def test_what_cannot_be_used_is_told_by_file_and_remedy(
    files: tuple[Path, Path], tmp_path: Path, name: str, content: str | None, mode: int, says: str
) -> None:
    named = dict(zip(("certificate_file", "key_file"), files, strict=True))
    if content == "nonsense":
        named[name].write_text(content, "utf-8")
    elif content == "another":
        named[name] = issued("another").files(tmp_path, "another")[1]
    elif content == "locked":
        named[name] = issued("locked").files(tmp_path, "locked", b"lock")[1]
    elif content is None:
        named[name].unlink()
    if mode:
        named[name].chmod(mode)

    assert problem(settings(**named)).startswith(f"flag:{FIRE}{name}: {says}")


@pytest.mark.parametrize(
    ("lock", "given", "says"),
    [
        (b"lock", "key", "no private key in PEM, or another password"),
        (None, "key", "it has no password — leave key_password out"),
    ],
)
def test_a_wrong_password_is_told_and_never_shown(
    tmp_path: Path, lock: bytes | None, given: str, says: str
) -> None:
    certificate, key = issued("onething").files(tmp_path, "ours", lock)
    told = problem(settings(certificate_file=certificate, key_file=key, key_password=given))
    assert told.startswith(f"flag:{FIRE}key_file: {says}")


def test_a_certificate_that_tls_does_not_take_is_told_before_anything_starts(
    tmp_path: Path,
) -> None:
    short = rsa.generate_private_key(public_exponent=65_537, key_size=1024)  # noqa: S505 - so it is
    certificate, key = issued("onething", key=short).files(tmp_path, "short")
    told = problem(settings(certificate_file=certificate, key_file=key))
    assert told.startswith(f"flag:{FIRE}certificate_file: TLS does not take it: ee key too small")


def test_everything_wrong_with_any_department_is_told_at_once(files: tuple[Path, Path]) -> None:
    certificate, key = files
    made = load_settings(
        {
            **SOUND,
            f"{FIRE}key_file": str(key),
            "departments.market.url": "https://m.example",
            "departments.market.tls.certificate_file": str(certificate),
        },
        environ={},
    )
    with pytest.raises(SettingsInvalid) as caught:
        endpoints_of(made)
    assert [told.split(":")[1] for told in caught.value.problems] == [
        f"{FIRE}certificate_file",
        "departments.market.tls.key_file",
    ]


@pytest.mark.parametrize(("days", "state"), [(90, State.OK), (5, State.WARN), (-1, State.FAIL)])
def test_doctor_says_how_long_it_is_valid(tmp_path: Path, days: float, state: State) -> None:
    certificate, key = issued("onething", days=days).files(tmp_path, "ours")
    made = settings(certificate_file=certificate, key_file=key)
    [check] = [check for check in CHECKS if check.__name__ == "_certificates"]
    [found] = list[Finding](check(made))
    assert (found.check, found.state) == ("certificate for fire", state)
    assert found.detail.startswith("valid until 2")
