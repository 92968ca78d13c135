"""A catalogue is its folder: a file more is a one thing more, a mistake is told with its place."""

from datetime import date
from pathlib import Path

import pytest

from schema.catalogue import ONE_THINGS, CatalogueInvalid, LoadedCatalogue, load
from schema.domain.eligibility import judge
from schema.domain.form import form
from schema.domain.plan import plan
from schema.domain.reduction import Measure, reduction
from schema.graph.ports import Catalogue

TEA_HOUSE = """
id = "open_tea_house"
version = "2026.1"
name = { zh = "开茶馆", en = "Open a tea house" }
summary = { zh = "登记和招牌，一次办完。", en = "Registration and sign in one go." }
lead_department = "market"
action = "new_outlet"
issue_days = 1
rules = [{ id = "area", field = "area", at_most = 80, zh = "不超过80平方米", en = "At most 80 m²" }]
groups = [{ id = "shop", zh = "门店", en = "Shop" }]
fields = [
  { key = "shopName", zh = "店名", en = "Name", kind = "text", group = "shop" },
  { key = "area", zh = "面积", en = "Area", kind = "decimal", group = "shop", minimum = 0 },
]

[[items]]
id = "A"
name = { zh = "企业登记", en = "Registration" }
department = "market"
service = "enterprise_registration"
visits_before = 2
statutory_days = 5
promised_days = 1
basis = { zh = "条例", en = "Regulations" }
fields = ["shopName", "area"]
materials = [{ code = "A1", zh = "申请书", en = "Form", copies = 1, fate = "form" }]

[[items]]
id = "D"
name = { zh = "店招", en = "Sign" }
department = "greening"
service = "signboard"
visits_before = 1
statutory_days = 20
promised_days = 5
basis = { zh = "办法", en = "Measures" }
pre = ["A"]
fields = ["shopName"]
materials = [{ code = "D1", zh = "执照", en = "Licence", copies = 2, fate = "output", of = "A" }]
"""


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(CatalogueInvalid) as caught:
        load(folder)
    return [str(finding) for finding in caught.value.findings]


def test_shipped_catalogue_offers_three(catalogue: LoadedCatalogue) -> None:
    asked: Catalogue = catalogue
    assert [thing.id for thing in asked.all()] == [
        "change_business_scope",
        "install_lift",
        "open_restaurant",
    ]
    assert asked.find("open_bar") is None


def test_a_file_alone_adds_a_one_thing(tmp_path: Path) -> None:
    for path in ONE_THINGS.glob("*.toml"):
        put(tmp_path, path.name, path.read_text("utf-8"))
    put(tmp_path, "open_tea_house.toml", TEA_HOUSE)

    tea_house = load(tmp_path).find("open_tea_house")

    assert tea_house is not None
    assert len(load(tmp_path).all()) == 4
    assert [*form(tea_house).fields] == ["shopName", "area"]
    assert plan(tea_house).waves == (("A",), ("D",))
    assert plan(tea_house).promised_days == 7
    assert reduction(tea_house).row(Measure.DAYS).before == 25
    assert judge(tea_house, {"area": 80}, date(2026, 11, 23)).eligible


def test_change_of_scope_asks_for_the_new_scope(catalogue: LoadedCatalogue) -> None:
    change = catalogue.find("change_business_scope")
    assert change is not None
    assert form(change).fields["businessScope"].prefill is None
    assert plan(change).waves == (("A",), ("B", "D"))
    assert plan(change).promised_days == 7


def test_versions_stand_side_by_side(tmp_path: Path) -> None:
    for version in ("2026.9", "2026.10", "2026.10.1", "2025.12"):
        text = TEA_HOUSE.replace('version = "2026.1"', f'version = "{version}"')
        put(tmp_path, f"open_tea_house@{version}.toml", text)

    loaded = load(tmp_path)

    newest = loaded.find("open_tea_house")
    assert [thing.version for thing in loaded.all()] == ["2026.10.1"]
    assert newest is loaded.find("open_tea_house", "2026.10.1")
    old = loaded.find("open_tea_house", "2026.9")
    assert old is not None
    assert old.version == "2026.9"
    assert loaded.find("open_tea_house", "2024.1") is None


def test_two_files_of_one_version_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "open_tea_house.toml", TEA_HOUSE)
    put(tmp_path, "open_tea_house@again.toml", TEA_HOUSE)
    assert mistakes(tmp_path) == [
        "open_tea_house@again.toml:version: "
        "open_tea_house 2026.1 is declared in open_tea_house.toml already"
    ]


def test_file_is_named_after_its_one_thing(tmp_path: Path) -> None:
    put(tmp_path, "tea.toml", TEA_HOUSE)
    assert mistakes(tmp_path) == [
        'tea.toml:id: the file declares "open_tea_house", its name says "tea"'
    ]


def test_broken_toml_is_told_beside_the_mistakes_of_other_files(tmp_path: Path) -> None:
    put(tmp_path, "broken.toml", "id = ")
    put(tmp_path, "open_tea_house.toml", TEA_HOUSE.replace("at_most", "at_mots"))
    (tmp_path / "latin.toml").write_bytes(b'id = "\xe9"')
    found = mistakes(tmp_path)
    assert any(line.startswith("broken.toml:toml: cannot be read: ") for line in found)
    assert any(line.startswith("latin.toml:toml: cannot be read: ") for line in found)
    assert 'open_tea_house.toml:rules.area.at_mots: unknown key — did you mean "at_most"?' in found


def test_empty_folder_is_no_catalogue(tmp_path: Path) -> None:
    assert mistakes(tmp_path) == [f"{tmp_path.name}:*.toml: the catalogue declares no one thing"]
