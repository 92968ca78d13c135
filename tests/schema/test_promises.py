"""What the catalogue lets an applicant promise: pledges, and uploads that follow."""

from collections.abc import Iterator

import pytest

from schema.catalogue import LoadedCatalogue
from schema.domain.one_thing import Fate, Item, Material, OneThing
from schema.domain.pledge import CONSEQUENCE, pledges_of
from schema.domain.selection import deferrable, select
from schema.domain.text import Text


def materials(catalogue: LoadedCatalogue) -> Iterator[Material]:
    for thing in catalogue.all():
        for item in thing.items:
            yield from item.materials


def item(*pledged: Material) -> Item:
    return Item(
        id="X",
        name=Text(zh="事项", en="Item"),
        department="d",
        service="s",
        visits_before=1,
        statutory_days=1,
        promised_days=1,
        basis=Text(zh="法", en="law"),
        materials=pledged,
    )


def test_every_commitment_that_ships_says_in_its_own_words_what_is_pledged(
    catalogue: LoadedCatalogue,
) -> None:
    committed = [m for m in materials(catalogue) if m.fate is Fate.COMMITMENT]

    assert {m.code for m in committed} == {"C7", "D7", "D5"}
    assert [m.code for m in committed if m.pledge is None] == []


def test_a_restaurant_pledges_for_training_and_for_its_sign(restaurant: OneThing) -> None:
    pledges = pledges_of(restaurant.items)

    assert [(p.code, p.item) for p in pledges] == [("C7", "C"), ("D7", "D")]
    assert "消防安全培训" in pledges[0].text.zh
    assert all(p.text.zh.endswith(CONSEQUENCE.zh) for p in pledges)
    assert all(p.text.en.endswith(CONSEQUENCE.en) for p in pledges)


def test_only_selected_items_ask_for_pledges_and_let_uploads_follow(restaurant: OneThing) -> None:
    online = select(restaurant, variant="网络售餐")  # neither fire check nor sign

    assert pledges_of(online) == ()
    assert [m.code for m in deferrable(online)] == ["B9", "B10"]
    assert [m.code for m in deferrable(restaurant.items)] == ["B9", "B10", "D6"]


def test_a_pledge_without_words_of_its_own_is_about_the_document_it_replaces() -> None:
    record = Material(
        code="X1", name=Text(zh="培训记录", en="Training record"), copies=1, fate=Fate.COMMITMENT
    )

    [pledge] = pledges_of((item(record),))

    assert pledge.text.zh.startswith("本申请人承诺：“培训记录”所证明的情况属实")
    assert pledge.text.en.startswith("I pledge that what “Training record” would prove")
    assert pledge.text.en.endswith(CONSEQUENCE.en)


@pytest.mark.parametrize("name", ["install_lift", "change_business_scope"])
def test_where_the_catalogue_says_nothing_nothing_may_follow(
    catalogue: LoadedCatalogue, name: str
) -> None:
    thing = catalogue.find(name)
    assert thing is not None
    assert deferrable(thing.items) == ()
