"""What the contract does not allow is not sent: told by line, element and rule, never by value."""

import hashlib
from pathlib import Path

import pytest

from adapters.errors import NotDelivered, Unsendable
from adapters.manifest.read import FILE
from adapters.mapping.convert import NotOfKind, to_integer
from tests.adapters.conftest import Counter, filing_with, made, place
from tests.adapters.drafting.posted import TEXT, drafted, member
from tests.adapters.test_soap_department import RECORD, read_reply

ID = '<xs:element name="Read"><xs:complexType><xs:sequence><xs:element name="Id" type="xs:string"/>'
NUMBERED = (
    '<xs:element name="Read"><xs:complexType><xs:sequence><xs:element name="Id"><xs:simpleType>'
    '<xs:restriction base="xs:string"><xs:pattern value="h\\d"/></xs:restriction></xs:simpleType>'
    "</xs:element>"
)
SHORT = (
    '<xs:element name="Shop"><xs:simpleType><xs:restriction base="xs:string">'
    '<xs:maxLength value="8"/></xs:restriction></xs:simpleType></xs:element>'
)


def narrowed(name: str, folder: Path, *pairs: tuple[str, str]) -> Path:
    """One of our departments whose contract allows less."""
    source = place(name, folder / "source")
    contract = next((source / "contract").iterdir())
    text = contract.read_text("utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    target = place(name, folder / "target")
    (target / "contract" / contract.name).write_text(text, "utf-8")
    manifest = (target / "department.toml").read_text("utf-8")
    before = hashlib.sha256(contract.read_bytes()).hexdigest()
    after = hashlib.sha256(text.encode()).hexdigest()
    (target / "department.toml").write_text(manifest.replace(before, after), "utf-8")
    return target


async def test_a_key_nothing_written_can_hold_is_no_record_and_is_not_asked(
    tmp_path: Path, counter: Counter
) -> None:
    department, findings = made(place("permits", tmp_path), counter.url)
    assert department is not None, findings
    assert await department.read("house", "id", ["h\x01"], budget=1) == {"h\x01": None}
    assert counter.heard == []


async def test_a_key_the_contract_does_not_allow_is_no_record_and_is_not_asked(
    tmp_path: Path, counter: Counter
) -> None:
    department, findings = made(narrowed("permits", tmp_path, (ID, NUMBERED)), counter.url)
    assert department is not None, findings
    assert await department.read("house", "id", ["13800138000"], budget=1) == {"13800138000": None}
    assert counter.heard == []

    counter.says(read_reply(RECORD))
    assert (await department.read("house", "id", ["h1"], budget=1))["h1"] is not None
    await department.aclose()


@pytest.mark.parametrize("key", ["abc", "1.5", "９九", "NaN", ""])
async def test_a_key_that_is_no_number_where_one_is_asked_is_no_record_and_is_not_asked(
    tmp_path: Path, counter: Counter, key: str
) -> None:
    number = {"type": "integer"}
    asked, given = member(certNo=number), member(certNo=number, area=TEXT)
    folder = drafted(tmp_path, {"getDeed": (asked, given)}).folder
    manifest = (folder / FILE).read_text("utf-8").replace('"DECIDE"', '"x"')
    (folder / FILE).write_text(manifest, "utf-8")
    department, findings = made(folder, counter.url)
    assert department is not None, findings

    assert await department.read("town_deed", "cert_no", [key], budget=1) == {key: None}
    assert counter.heard == []
    await department.aclose()


def test_what_is_no_whole_number_is_called_so() -> None:
    for value in ("abc", "1.5", "NaN", True):
        with pytest.raises(NotOfKind, match=r"^is no whole number$"):
            to_integer(value)


async def test_a_text_longer_than_the_contract_allows_is_not_filed(
    tmp_path: Path, counter: Counter
) -> None:
    shop = '<xs:element name="Shop" type="xs:string"/>'
    department, findings = made(narrowed("permits", tmp_path, (shop, SHORT)), counter.url)
    assert department is not None, findings
    with pytest.raises(Unsendable) as caught:
        await department.file(filing_with(shopName="13800138000"), budget=1)
    assert "request.Shop Shop is longer than 8 (maxLength)" in caught.value.message
    assert "138001" not in caught.value.message
    assert counter.heard == []
    await department.aclose()


async def test_two_branches_of_a_choice_are_not_filed_together(
    tmp_path: Path, counter: Counter
) -> None:
    department, findings = made(place("permits", tmp_path), counter.url)
    assert department is not None, findings
    told = r"file\.request has a value for more than one of Shop or Canteen"
    with pytest.raises(Unsendable, match=told):
        await department.file(filing_with(canteenName="13800138000"), budget=1)
    assert counter.heard == []
    await department.aclose()


async def test_a_number_below_the_minimum_is_not_filed(tmp_path: Path, counter: Counter) -> None:
    change = ("seats: { type: integer }", "seats: { type: integer, minimum: 1 }")
    department, findings = made(narrowed("records", tmp_path, change), counter.url)
    assert department is not None, findings
    with pytest.raises(Unsendable, match=r"request\.body\.seats seats is below 1 \(minimum\)"):
        await department.file(filing_with(diningSeats=0), budget=1)
    assert counter.heard == []
    with pytest.raises(NotDelivered):  # what is allowed goes on, here to a counter that is shut
        await department.file(filing_with(diningSeats=1), budget=0.2)
    await department.aclose()


async def test_a_body_that_breaks_a_rule_about_the_whole_is_not_filed(
    tmp_path: Path, counter: Counter
) -> None:
    change = ("documents: { type: array,", "documents: { type: array, minItems: 9,")
    department, findings = made(narrowed("records", tmp_path, change), counter.url)
    assert department is not None, findings
    with pytest.raises(Unsendable, match=r"breaks its contract at documents: minItems \(9\)"):
        await department.file(filing_with(diningSeats=1), budget=1)
    assert counter.heard == []
    await department.aclose()
