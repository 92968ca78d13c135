"""A 2 MB WSDL of 58 files: loaded in seconds once, and for nothing whenever it is met again."""

import resource
import shutil
import sys
import time
from pathlib import Path

import pytest

from adapters.documents import BadContract, Documents, remembered
from adapters.soap.dialect import SoapContract, load_contract
from adapters.soap.wrappers import wrappers

FILES, TYPES = 56, 80  # besides the two WSDLs
_XS = "http://www.w3.org/2001/XMLSchema"
_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"


def generated(folder: Path) -> Path:
    """The entry of a generated contract: every schema imports three others, some in circles."""
    folder.mkdir(parents=True)
    for number in range(FILES):
        (folder / f"s{number}.xsd").write_text(_schema(number), "utf-8")
    (folder / "types.wsdl").write_text(_types(), "utf-8")
    (folder / "land.wsdl").write_text(_service(), "utf-8")
    return folder / "land.wsdl"


def _schema(number: int) -> str:
    near = [(number + step) % FILES for step in (1, 7, 11)]
    imports = "".join(
        f'<xs:import namespace="urn:s{n}" schemaLocation="s{n}.xsd"/>\n' for n in near
    )
    spaces = "".join(f' xmlns:s{n}="urn:s{n}"' for n in near)
    kinds = [f"s{near[t % 3]}:T{(t + 1) % TYPES}" for t in range(TYPES)]
    types = "".join(
        f'<xs:complexType name="T{t}"><xs:annotation><xs:documentation>Type {t} of part {number}, '
        "as the register keeps it</xs:documentation></xs:annotation><xs:sequence>\n"
        f'<xs:element name="Id" type="xs:string"/><xs:element name="At" type="xs:dateTime"/>\n'
        f'<xs:element name="Part" type="{kinds[t]}" minOccurs="0" maxOccurs="unbounded"/>\n'
        f'<xs:element name="Code" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">'
        f'<xs:pattern value="[A-Z]{{{t % 9 + 1}}}"/></xs:restriction></xs:simpleType>'
        "</xs:element>\n"
        "</xs:sequence></xs:complexType>\n"
        for t in range(TYPES)
    )
    return (
        f'<xs:schema xmlns:xs="{_XS}"{spaces} targetNamespace="urn:s{number}" '
        f'elementFormDefault="qualified">\n{imports}{types}'
        f'<xs:element name="Root" type="s{near[0]}:T0"/></xs:schema>'
    )


def _types() -> str:
    return (
        f'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:xs="{_XS}" '
        'xmlns:s="urn:s0" xmlns:t="urn:land" targetNamespace="urn:land"><types><xs:schema>'
        '<xs:import namespace="urn:s0" schemaLocation="s0.xsd"/></xs:schema></types>'
        '<message name="M"><part name="p" element="s:Root"/></message><portType name="P">'
        '<operation name="Find"><input message="t:M"/><output message="t:M"/></operation>'
        "</portType></definitions>"
    )


def _service() -> str:
    way = '<soap:body use="literal"/>'
    return (
        f'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="{_SOAP}" '
        'xmlns:t="urn:land" targetNamespace="urn:land">'
        '<import namespace="urn:land" location="types.wsdl"/><binding name="B" type="t:P">'
        '<soap:binding transport="http://schemas.xmlsoap.org/soap/http"/><operation name="Find">'
        f"<input>{way}</input><output>{way}</output></operation></binding>"
        '<service name="S"><port name="P" binding="t:B"/></service></definitions>'
    )


def whole(documents: Documents, entry: Path) -> SoapContract:
    """The contract, with its validator compiled."""
    contract = remembered(documents, entry, load_contract)
    contract.wsdl.schemas.validator(wrappers(contract.wsdl.port("S", "P")))
    return contract


@pytest.mark.timeout(120)
def test_a_big_contract_loads_in_seconds_and_only_once(tmp_path: Path) -> None:
    entry = generated(tmp_path / "a")
    sizes = [path.stat().st_size for path in entry.parent.iterdir()]
    assert len(sizes) == 58
    assert 1_800_000 < sum(sizes) < 3_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    contract = whole(Documents(entry.parent), entry)
    first = time.process_time() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    start = time.process_time()
    again = whole(Documents(entry.parent), entry)
    second = time.process_time() - start
    sys.stdout.write(
        f"{sum(sizes) / 1e6:.1f} MB, {FILES * TYPES} types: first {first:.2f} s, "
        f"again {second * 1000:.0f} ms, grown {grown} MB\n"
    )
    assert contract.shapes.element("{urn:s0}Root") is not None
    assert again is contract
    assert first < 8
    assert second < first / 5
    assert grown < 200


def test_the_same_bytes_in_another_folder_are_the_same_contract(tmp_path: Path) -> None:
    entry = generated(tmp_path / "a")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    first = remembered(Documents(entry.parent), entry, load_contract)
    other = tmp_path / "b" / entry.name
    assert remembered(Documents(other.parent), other, load_contract) is first


def test_one_changed_byte_in_an_imported_file_is_another_contract(tmp_path: Path) -> None:
    entry = generated(tmp_path / "a")
    first = remembered(Documents(entry.parent), entry, load_contract)
    deep = tmp_path / "a" / "s55.xsd"
    deep.write_text(deep.read_text("utf-8").replace('name="Id"', 'name="No"'), "utf-8")
    assert remembered(Documents(entry.parent), entry, load_contract) is not first
    deep.unlink()
    with pytest.raises(BadContract, match=r"'s55\.xsd', which is not there"):
        remembered(Documents(entry.parent), entry, load_contract)
