"""What every request says of who calls is no key: it is decided once, for all look-ups."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from adapters.drafting.draft import Drafted
from tests.adapters.drafting.posted import drafted, manifest, member, questions, texts
from tests.adapters.loading.cases import case

HEAD = texts("AppId", "Nonce", "Sign")
ODD = texts("yhm", "bz", "xt")  # nothing in its names says what it is
TITLE, PARCEL, OWNER = texts("certNo", "area"), texts("parcelNo", "use"), texts("taxNo", "seat")


def asking(folder: Path, name: str, block: dict[str, Any]) -> Drafted:
    return drafted(
        folder,
        {
            "getTitle": (member(**{name: block, "certNo": {"type": "string"}}), TITLE),
            "getParcel": (member(**{name: block, "parcelNo": {"type": "string"}}), PARCEL),
            "getOwner": (member(**{name: block, "taxNo": {"type": "string"}}), OWNER),
            "submitDeed": (member(**{name: block, "deed": texts("no", "by")}), texts("slbh", "at")),
        },
    )


@pytest.mark.parametrize(("name", "block"), [("Head", HEAD), ("pub", HEAD), ("gg", ODD)])
def test_the_callers_block_is_no_key(name: str, block: dict[str, Any], tmp_path: Path) -> None:
    made = asking(tmp_path, name, block)

    assert [(register.operation.name, register.key) for register in made.registers] == [
        ("getTitle", "cert_no"),
        ("getParcel", "parcel_no"),
        ("getOwner", "tax_no"),
    ]
    assert {guess.reason for _, guess in made.guessed} >= {"one key in (certNo), a record out"}
    assert (made.findings, made.dropped) == ((), ())
    assert f"# … and what is said of who calls: body.{name}" in manifest(made)
    assert f"# request.body.{name}" not in manifest(made)


def test_the_callers_block_is_decided_once_and_sent_by_every_look_up(tmp_path: Path) -> None:
    made = asking(tmp_path, "Head", HEAD)
    registers = tomllib.loads(manifest(made))["registers"]

    assert made.credentials == ("app_id", "sign")
    [question] = questions(made, "auth.caller")
    assert "Head (AppId, Nonce, Sign)" in question
    assert not [one for one in made.decisions if "request" in one.key]
    for register in registers.values():
        [lookup] = register["lookups"].values()
        assert lookup["request"]["body"]["Head"] == {
            "AppId": "credentials.app_id",
            "Nonce": "call_id",
            "Sign": "credentials.sign",
        }
    assert 'kind = "message"' in manifest(made)


def test_single_values_that_every_request_repeats_are_the_callers(tmp_path: Path) -> None:
    made = drafted(
        tmp_path,
        {
            "getTitle": (texts("appId", "timestamp", "xzqh", "certNo"), TITLE),
            "getParcel": (texts("appId", "timestamp", "xzqh", "parcelNo"), PARCEL),
            "getOwner": (texts("appId", "timestamp", "xzqh", "taxNo"), OWNER),
        },
    )

    assert [register.key for register in made.registers] == ["cert_no", "parcel_no", "tax_no"]
    assert questions(made, "auth.caller")[0].count("appId, timestamp, xzqh") == 1


@pytest.mark.parametrize("beside", [(), ("page",), ("kind",)])
def test_a_key_that_every_request_asks_by_is_not_the_callers(
    beside: tuple[str, ...], tmp_path: Path
) -> None:
    request = texts("certNo", *beside)
    operations = dict.fromkeys(("getTitle", "getMortgage", "getSeizure"), (request, TITLE))
    made = drafted(tmp_path, operations)

    assert all(operation.caller == () for operation, _ in made.guessed)
    assert questions(made, "auth.caller") == []


def test_the_header_of_soap_messages_is_the_callers(tmp_path: Path) -> None:
    from adapters.drafting.draft import draft_department

    made = draft_department("land", case("soap_header_parts").entry, tmp_path)

    assert len(questions(made, "auth.caller")) == 1
