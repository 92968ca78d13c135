"""What a contract refers to by URL is brought as a copy; what takes filings is seen."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from adapters.drafting.draft import Drafted, draft_department
from adapters.drafting.files import Refused
from adapters.manifest.read import FILE
from tests.adapters.archive_running import ARCHIVE
from tests.gateway.conftest import terminal
from tests.gateway.terminal import Terminal

__all__ = ["terminal"]

URL = "https://standards.example/v1/number.yaml"
COMMON = "https://standards.example/common/number.yaml"
NUMBER = "No: { type: string }\n"
FAR = NUMBER + 'Far: { $ref: "../common/number.yaml#/No" }\n'
CONTRACT = f"""openapi: 3.1.0
info: {{ title: Town, version: "1" }}
paths:
  /parcels/{{no}}:
    get:
      operationId: getParcel
      parameters:
        - {{ name: no, in: path, required: true, schema: {{ $ref: "{URL}#/No" }} }}
      responses:
        "200":
          description: it
          content:
            application/json:
              schema:
                type: object
                required: [no, area]
                properties: {{ no: {{ $ref: "{URL}#/No" }}, area: {{ type: number }} }}
"""


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A contract that refers to a file by URL, and two copies that bear the same name."""
    (tmp_path / "received").mkdir()
    (tmp_path / "received/town.yaml").write_text(CONTRACT, "utf-8")
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
    (tmp_path / "one/number.yaml").write_text(FAR, "utf-8")
    (tmp_path / "two/number.yaml").write_text(NUMBER, "utf-8")
    (tmp_path / "three/number.yaml").write_text(
        FAR.removeprefix(NUMBER).replace("Far", "No"), "utf-8"
    )
    return tmp_path


def drafted(town: Path, **copies: str) -> Drafted:
    named = {"url": URL, "common": COMMON, "other": "https://standards.example/other.yaml"}
    vendor = {named[name]: town / file for name, file in copies.items()}
    return draft_department("town", town / "received/town.yaml", town / "out", vendor=vendor)


def test_what_a_copy_refers_to_and_nothing_needs_is_told_and_left_out(town: Path) -> None:
    made = drafted(town, url="one/number.yaml")

    [lacking] = [one.question for one in made.decisions if one.key == "contract.absent"]
    assert f"number.yaml refers to {COMMON}" in lacking
    assert [register.id for register in made.registers] == ["town_parcel"]
    assert made.findings == ()


def test_copies_are_pinned_and_named_by_their_urls(town: Path) -> None:
    made = drafted(town, url="one/number.yaml", common="two/number.yaml")
    contract = tomllib.loads((made.folder / FILE).read_text("utf-8"))["contract"]

    assert made.findings == ()
    assert [register.id for register in made.registers] == ["town_parcel"]
    assert contract["vendored"] == {
        URL: "contract/vendored/number.yaml",
        COMMON: "contract/vendored/2-number.yaml",
    }
    assert set(contract["more"]) == set(contract["vendored"].values())
    assert (made.folder / "contract/vendored/2-number.yaml").read_text("utf-8") == NUMBER


@pytest.mark.parametrize(
    ("copies", "sentence", "remedy"),
    [
        ({}, f"town.yaml refers to {URL}", f"add --vendor {URL}=number.yaml"),
        ({"url": "three/number.yaml"}, f"number.yaml refers to {COMMON}", f"--vendor {COMMON}="),
        (
            {"url": "two/number.yaml", "other": "one/number.yaml"},
            "nothing in the contract refers to https://standards.example/other.yaml",
            "as it stands in the contract",
        ),
        ({"url": "gone.yaml"}, "there is no file", "correct the path"),
        ({"url": "received/town.yaml"}, "town.yaml is the contract itself", "for others only"),
    ],
)
def test_a_copy_that_lacks_or_is_of_nothing_is_refused_and_nothing_left_behind(
    town: Path, copies: dict[str, str], sentence: str, remedy: str
) -> None:
    with pytest.raises(Refused) as no:
        drafted(town, **copies)

    assert sentence in str(no.value)
    assert remedy in no.value.remedy
    assert not (town / "out").exists()


@pytest.mark.parametrize(
    ("given", "code"), [(f"{URL}=two/number.yaml", 0), ("two/number.yaml", 2), (f"{URL}=", 2)]
)
def test_a_copy_is_given_on_the_command_line(
    town: Path, terminal: Terminal, given: str, code: int
) -> None:
    contract = ("--openapi", "received/town.yaml")
    assert terminal.run("departments", "new", "town", *contract, "--vendor", given) == code
    assert (town / "departments/town").is_dir() is (code == 0)


def guessed(text: str, folder: Path) -> Any:
    """What the operation that was `deposit` is guessed to be for."""
    entry = folder / "archive.yaml"
    entry.write_text(text, "utf-8")
    made = draft_department("archive", entry, folder / "out")
    return next(
        guess for operation, guess in made.guessed if operation.address == "POST /v1/deposits"
    )


KEYED, LISTED = "sent under an Idempotency-Key, a number and a time out", "sent with a list of "


@pytest.mark.parametrize(
    ("before", "after", "purpose", "reason"),
    [
        ("", "", "file", KEYED),
        ("name: Idempotency-Key", "name: X-Trace", "file", LISTED + "documents"),
        ("format: date-time", "format: byte", "unknown", "asked by several values"),
        ("operationId: deposit", "operationId: queryDeposit", "unknown", "asked by several values"),
    ],
)
def test_what_takes_documents_under_a_key_and_gives_a_receipt_files(
    tmp_path: Path, before: str, after: str, purpose: str, reason: str
) -> None:
    text = (ARCHIVE / "contract/archive.yaml").read_text("utf-8")
    guess = guessed(text.replace(before, after) if before else text, tmp_path)

    assert guess.purpose == purpose
    assert guess.reason.startswith(reason)
