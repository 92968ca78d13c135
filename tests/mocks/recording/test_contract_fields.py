"""No field of the eight contracts that holds a person's value, or where one lives, stays."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree

from mocks.core.kit import CONTRACTS, DEPARTMENTS
from mocks.recording.personal import NAMED, sort_of
from mocks.recording.redaction import Redaction

PERSONAL = re.compile(
    r"姓名|身份|人员编号|住所|坐落|地址|位置|电话|联系方式|法定代表人|经办人|产权人|权利人|持证人"
    r"|申请人名称|申请人$|责任人|管理员|证件号码"
)
NOT = {  # what only speaks of one
    "SQRLX": "which kind of applicant",
    "SSJH": "a plan",
    "agent": "a record: its parts are looked at",
    "uscc": "a company's code; a resident's id that stands in its place is known by its look",
}
SAID = {  # whose contract says nothing more of them, or which only their structure tells
    ("market", "name", "safety_manager"): "person",
    ("market", "name", "managers"): "person",
    ("market", "address", "premises"): "address",
    ("market", "person_ref", ""): "identity",
    ("market", "building_address", ""): "address",
    ("planning", "Name", "Applicant"): "person",
    ("planning", "Identifier", "Applicant"): "identity",
    ("planning", "Address", "Site"): "address",
    ("police", "RYBH", ""): "identity",
    ("police", "rybh", ""): "identity",
    ("construction", "SQRDM", ""): "identity",
    ("construction", "XMDZ", ""): "address",
    ("housing", "ZL", ""): "address",
    ("housing", "LDDZ", ""): "address",
    ("fire", "safetyChief", ""): "person",
    ("greening", "setAddress", ""): "address",
}
LIVES = "上海市徐汇区漕溪北路88号2层"


def told(file: Path) -> Iterator[tuple[str, str, str]]:
    """Every field, what it stands under, and what the contract says of it."""
    if file.suffix == ".yaml":
        yield from told_in_yaml(yaml.safe_load(file.read_text("utf-8")), "")
        return
    for element in etree.parse(file).iter("{*}element", "{*}part", "{*}attribute"):
        if name := element.get("name"):
            over = element.iterancestors("{*}element", "{*}complexType")
            above = next((one.get("name") for one in over if one.get("name")), "")
            said = element.xpath("string(*[local-name()='annotation'])")
            yield name, above or "", str(said).strip()


def told_in_yaml(node: Any, above: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(node, list):
        for one in node:
            yield from told_in_yaml(one, above)
    if not isinstance(node, dict):
        return
    if "in" in node and "name" in node:
        yield node["name"], "", str(node.get("description", ""))
    fields = node.get("properties")
    for name, field in fields.items() if isinstance(fields, dict) else ():
        yield name, above, str(field.get("description", field.get("title", "")))
        yield from told_in_yaml(field, name)
    for name, inner in node.items():
        if name != "properties":
            yield from told_in_yaml(inner, above)


def fields() -> list[tuple[str, str, str, str]]:
    return sorted(
        {
            (department, *one)
            for department in DEPARTMENTS
            for file in (CONTRACTS / department / "contract").iterdir()
            if file.suffix in (".yaml", ".wsdl", ".xsd")
            for one in told(file)
        }
    )


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_what_a_contract_says_is_a_persons_has_a_sort(department: str) -> None:
    said = [(name, above, why) for one, name, above, why in fields() if one == department]

    kept = {
        f"{name}: {why}"
        for name, above, why in said
        if PERSONAL.search(why)
        and name not in NOT
        and not any(why.startswith(one) for one in ("材料", "附件", "不予", "状态"))
        and f'"{LIVES}"' in Redaction(named=NAMED).text(f'{{"{above}":{{"{name}":"{LIVES}"}}}}', "")
    }

    assert kept == set()


@pytest.mark.parametrize(("field", "sort"), SAID.items())
def test_what_a_contract_only_implies_has_a_sort(field: tuple[str, str, str], sort: str) -> None:
    department, name, above = field

    assert any(one[:2] == (department, name) for one in fields())
    assert sort_of(name, above) == sort


def test_an_address_under_a_bare_name_is_known_by_its_look() -> None:
    redaction = Redaction(named=NAMED, key=b"k" * 32)

    told = redaction.text(f'{{"address":"{LIVES}","items":[{{"address":"10.0.0.1"}}]}}', "")

    assert LIVES not in told
    assert "10.0.0.1" in told
    assert redaction.address(f"/property?address={LIVES}") != f"/property?address={LIVES}"


def test_a_recorded_title_of_a_home_names_neither_its_owner_nor_where_it_is() -> None:
    reply = f'{{"CQZH":"沪房地徐字(2019)第012345号","ZL":"{LIVES}","QLR":"张三丰","SZC":2}}'

    told = Redaction(named=NAMED, key=b"k" * 32).text(reply, "application/json")

    assert LIVES not in told
    assert "张三丰" not in told
    assert '"SZC":2' in told
