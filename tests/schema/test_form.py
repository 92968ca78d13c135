"""The one form: each question once, every item's questions reachable, prefilled ones marked."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from schema.catalogue import LoadedCatalogue
from schema.domain.form import form, form_for
from schema.domain.one_thing import OneThing


@given(data=st.data())
@settings(max_examples=60)
def test_any_items_make_a_form_that_asks_each_question_once(
    catalogue: LoadedCatalogue, data: st.DataObject
) -> None:
    thing = data.draw(st.sampled_from(catalogue.all()))
    items = [item for item in thing.items if data.draw(st.booleans())]

    questions = form(thing, items).questions

    keys = [question.field.key for question in questions]
    assert len(keys) == len(set(keys))
    assert set(keys) == {key for item in items for key in item.fields}
    for question in questions:
        assert question.asked_by == tuple(i.id for i in items if question.field.key in i.fields)


def test_prefilled_questions_name_their_source(restaurant: OneThing) -> None:
    sources = {q.field.key: q.source for q in form(restaurant).questions}
    assert sources["uscc"] == "login"
    assert sources["legalRepIdNo"] == "person"
    assert sources["street"] == "premises"
    assert sources["shopName"] is None


def test_dropped_items_take_their_questions_along(restaurant: OneThing) -> None:
    sections = form_for(restaurant, variant="网络售餐").sections
    assert [s.group.id for s in sections] == ["enterprise", "agent", "premises", "shop", "food"]


def test_a_form_is_made_once_for_the_same_items_and_anew_for_others(restaurant: OneThing) -> None:
    items = restaurant.items[:1]

    assert form(restaurant) is form(restaurant)
    assert form(restaurant, items) is form(restaurant, list(items))
    assert form(restaurant, items) is not form(restaurant)
    assert form(replace(restaurant, version="another")).one_thing.version == "another"
