"""One things: form, materials, plan, deadlines, eligibility and what is saved, as data."""

from typing import Any


async def test_the_plan_follows_variant_and_district(desk: Any) -> None:
    data = await desk.run(
        """query ($answers: JSON) { oneThing(id: "open_shop") {
             whole: plan { promisedDays waves criticalPath }
             less: plan(variant: "take_away", district: "310104") {
               promisedDays steps { item wave after startsAfter endsBy critical name { en } } }
             byAnswers: plan(answers: $answers) { waves } } }""",
        answers={"kind": "take_away"},
    )

    assert data["oneThing"]["whole"] == {
        "promisedDays": 7,
        "waves": [["a", "c"], ["b"]],
        "criticalPath": ["a", "b"],
    }
    assert data["oneThing"]["less"]["promisedDays"] == 5
    assert data["oneThing"]["less"]["steps"][1] == {
        "item": "b",
        "wave": 2,
        "after": ["a"],
        "startsAfter": 1,
        "endsBy": 4,
        "critical": True,
        "name": {"en": "permit b"},
    }
    assert data["oneThing"]["byAnswers"] == {"waves": [["a"], ["b"]]}


async def test_materials_tell_their_fate_and_reason(desk: Any) -> None:
    desk.language = "zh"

    data = await desk.run(
        '{ oneThing(id: "open_shop") { materials { code fate reason { local en } }'
        " toBring: materials(fate: SUBMIT) { code copies deferrable laterDays } } }"
    )

    reasons = {m["code"]: m["reason"] for m in data["oneThing"]["materials"]}
    assert reasons["B1"] == {
        "local": "即本件“permit a的中文”的办理结果，无需提交。",
        "en": "The result of “permit a” of the same case; no need to submit it.",
    }
    assert reasons["B2"]["en"] == "The same as “lease”; it is submitted once."
    assert "不动产登记" in reasons["B3"]["local"]
    assert data["oneThing"]["toBring"] == [
        {"code": "A2", "copies": 2, "deferrable": False, "laterDays": None}
    ]


async def test_the_form_asks_each_question_once(desk: Any) -> None:
    data = await desk.run(
        '{ oneThing(id: "open_shop") { form { fieldCount prefilledCount jsonSchema'
        " groups { id fields { key kind required askedBy prefill { source } choices { value } } } }"
        ' less: form(variant: "take_away") { fields { key } } } }'
    )

    form = data["oneThing"]["form"]
    assert (form["fieldCount"], form["prefilledCount"]) == (4, 1)
    assert [group["id"] for group in form["groups"]] == ["company", "shop"]
    assert form["groups"][0]["fields"][0] == {
        "key": "uscc",
        "kind": "TEXT",
        "required": True,
        "askedBy": ["a", "b"],
        "prefill": {"source": "login"},
        "choices": [],
    }
    assert form["jsonSchema"]["$schema"].endswith("2020-12/schema")
    assert [field["key"] for field in data["oneThing"]["less"]["fields"]] == [
        "uscc",
        "name",
        "seats",
    ]


async def test_eligibility_names_every_failing_rule(desk: Any) -> None:
    data = await desk.run(
        """query ($bad: JSON!) { oneThing(id: "open_shop") {
             eligibility(answers: $bad) { eligible failing { code rule message path } } } }""",
        bad={"seats": 101},
    )

    failing = data["oneThing"]["eligibility"]["failing"]
    assert [(f["code"], f["rule"]) for f in failing] == [
        ("UNKNOWN_VARIANT", "variant"),
        ("NOT_ELIGIBLE", "small"),
    ]
    assert failing[1]["message"] == "at most 100 seats"


async def test_bounds_are_inclusive_for_every_way_to_write_a_number(desk: Any) -> None:
    for seats in (100, 100.0, "100"):
        data = await desk.run(
            'query ($ok: JSON!) { oneThing(id: "open_shop") { eligibility(answers: $ok)'
            " { eligible } } }",
            ok={"seats": seats, "kind": "dine_in"},
        )
        assert data["oneThing"]["eligibility"] == {"eligible": True}


async def test_deadlines_count_working_days_from_the_day_after(desk: Any) -> None:
    data = await desk.run(
        '{ oneThing(id: "open_shop") { deadlines(submittedOn: "2026-11-20") {'
        " item promisedOn statutoryOn provisional } } }"
    )

    assert data["oneThing"]["deadlines"][0] == {
        "item": "a",
        "promisedOn": "2026-11-23",
        "statutoryOn": "2026-11-26",
        "provisional": True,
    }


async def test_the_reduction_gives_integers_base_scope_and_reasons(desk: Any) -> None:
    data = await desk.run(
        '{ oneThing(id: "open_shop") { reduction { scope rows {'
        " measure before after percent base { en } scope reasons { code count } } }"
        ' less: reduction(variant: "take_away") { scope } } }'
    )

    rows = {row["measure"]: row for row in data["oneThing"]["reduction"]["rows"]}
    assert (rows["VISITS"]["before"], rows["VISITS"]["after"], rows["VISITS"]["percent"]) == (
        6,
        1,
        "83.3",
    )
    materials = rows["MATERIALS"]
    total = sum(reason["count"] for reason in materials["reasons"])
    assert total == materials["before"] - materials["after"]
    assert rows["DAYS"]["scope"] == ["a", "b", "c"]
    assert data["oneThing"]["less"]["scope"] == ["a", "b"]


async def test_an_unknown_one_thing_is_absent(desk: Any) -> None:
    assert await desk.run('{ oneThing(id: "nothing") { id } }') == {"oneThing": None}
    assert await desk.run('{ oneThing(id: "open_shop", version: "9") { id } }') == {
        "oneThing": None
    }


async def test_departments_publish_themselves_and_their_health(desk: Any) -> None:
    data = await desk.run(
        '{ department(id: "housing") { name { en } repeats progress services'
        " registers { id key lookups { name batch } } health { up reason { en } } }"
        " departments { id } }"
    )

    assert data["department"] == {
        "name": {"en": "the housing office"},
        "repeats": "KEY",
        "progress": "POLL",
        "services": ["permit"],
        "registers": [
            {
                "id": "property",
                "key": "cert_no",
                "lookups": [{"name": "cert_no", "batch": 20}, {"name": "address", "batch": 1}],
            }
        ],
        "health": {"up": False, "reason": {"en": "down"}},
    }
    assert [d["id"] for d in data["departments"]] == ["market", "police", "housing", "health"]
