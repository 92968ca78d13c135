"""What applicants may do, and what they get back."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from gateway.cases.errors import StoreInUse, StoreUnavailable
from schema.domain.case import Case
from schema.domain.problem import Problem, ProblemCode
from schema.domain.reading import Reading
from schema.graph.ports import Draft, Rejected, Viewer
from tests.gateway.cases.world import (
    CLERK,
    OWNER,
    SHA,
    STRANGER,
    USCC,
    World,
    insisted,
    make_world,
    text,
)


async def test_draft_is_prefilled_along_the_chain_with_provenance(world: World) -> None:
    draft = await world.draft()

    assert draft.answers["bossName"] == "沈若梅"
    assert draft.answers["bossIdNo"] == "310104198001010016"
    sources = {p.key: p.provenance.department for p in draft.prefilled if p.provenance}
    assert sources == {"bossName": "keyed", "bossIdNo": "police", "district": "asked"}
    assert [p.code for p in draft.problems] == [ProblemCode.MATERIAL_MISSING]
    assert draft.id.startswith("310104")


async def test_source_that_is_down_leaves_its_fields_open_and_says_why(world: World) -> None:
    down = Problem(code=ProblemCode.DEPARTMENT_UNREACHABLE, text=text("down"))
    world.reads.records["licence", USCC] = Reading(value=None, problem=down)

    draft = await world.draft()

    problems = {p.key: p.problem.code for p in draft.prefilled if p.problem}
    assert problems == {
        "bossName": ProblemCode.DEPARTMENT_UNREACHABLE,
        "bossIdNo": ProblemCode.DEPARTMENT_UNREACHABLE,
    }
    assert "bossName" not in draft.answers


async def test_sources_that_were_down_are_asked_again_when_the_draft_is_saved(
    world: World,
) -> None:
    licence = world.reads.records.pop(("licence", USCC))
    down = Problem(code=ProblemCode.DEPARTMENT_TIMEOUT, text=text("down"))
    world.reads.records["licence", USCC] = Reading(value=None, problem=down)
    draft = await world.draft()
    world.reads.records["licence", USCC] = licence

    saved = await world.service.applications.save(
        OWNER, draft=draft.id, answers={"shop": "中满"}, materials={}, request_id="s-1"
    )

    assert isinstance(saved, Draft)
    assert saved.answers["bossName"] == "沈若梅"
    assert saved.answers["shop"] == "中满"


async def test_same_start_gives_the_same_draft_and_another_body_conflicts(world: World) -> None:
    first = await world.draft("one")
    second = await world.draft("one")
    other = await world.service.applications.start(
        OWNER, one_thing="open_shop", answers={"shop": "别的"}, request_id="one"
    )

    assert first == second
    assert isinstance(other, Rejected)
    assert (other.problems[0].code, other.case) == (ProblemCode.CONFLICT, first.id)


async def test_two_copies_of_one_submit_make_one_case(world: World) -> None:
    draft = await world.draft()

    one, two = await asyncio.gather(world.submit(draft.id), world.submit(draft.id))
    page = await world.service.applications.cases(OWNER, first=10, after=None, state=None)
    await world.until(draft.id, lambda c: c.step("A").receipt is not None)

    assert isinstance(one, Case)
    assert isinstance(two, Case)
    assert one.id == two.id == draft.id
    assert len(page.cases) == 1
    assert len(world.keyed.posts) == 1


async def test_second_submit_under_another_request_names_the_case(world: World) -> None:
    draft = await world.draft()
    await world.submit(draft.id, "one")

    second = await world.submit(draft.id, "two")

    assert isinstance(second, Rejected)
    assert (second.problems[0].code, second.case) == (ProblemCode.CONFLICT, draft.id)


async def test_wrong_form_is_rejected_whole_and_the_draft_is_kept(world: World) -> None:
    draft = await world.draft(seats="many", nonsense=1)

    rejected = await world.submit(draft.id)
    kept = await world.service.applications.draft(OWNER, draft.id)

    assert isinstance(rejected, Rejected)
    assert {(p.code, p.path) for p in rejected.problems} == {
        (ProblemCode.WRONG_TYPE, ("seats",)),
        (ProblemCode.UNKNOWN_FIELD, ("nonsense",)),
    }
    assert kept is not None
    assert not kept.submitted
    assert world.keyed.posts == []


async def test_a_rejected_submit_does_not_spend_its_request_id(world: World) -> None:
    draft = await world.draft()
    first = await world.service.applications.submit(
        OWNER, draft=draft.id, answers={}, materials={}, request_id="one"
    )

    second = await world.submit(draft.id, "one")

    assert isinstance(first, Rejected)
    assert isinstance(second, Case)


async def test_not_yours_is_not_there(world: World) -> None:
    case = await world.case()
    apps = world.service.applications
    officer = Viewer(subject="person:o", roles=frozenset({"officer"}), department="blind")
    agent = replace(
        STRANGER,
        subject="person:agent",
        acting_for=OWNER.subject,
        roles=frozenset({"agent"}),
    )
    elsewhere = replace(officer, department="planning")

    seen = [await apps.case(v, case.id) for v in (OWNER, CLERK, officer, agent)]
    unseen = [await apps.case(v, case.id) for v in (STRANGER, elsewhere)]

    assert [c.id for c in seen if c] == [case.id] * 4
    assert unseen == [None, None]
    assert await apps.timeline(STRANGER, case.id) == []
    assert await apps.draft(CLERK, case.id) is None
    rejected = await apps.withdraw(CLERK, case=case.id, reason="x", request_id="w")
    assert isinstance(rejected, Rejected)
    assert rejected.problems[0].code is ProblemCode.NOT_ALLOWED_OR_ABSENT


async def test_cases_come_newest_first_page_by_page(world: World) -> None:
    ids = []
    for n in range(3):
        draft = await world.draft(f"start-{n}")
        await world.submit(draft.id, f"submit-{n}")
        ids.append(draft.id)
    apps = world.service.applications

    first = await apps.cases(OWNER, first=2, after=None, state="in_progress")
    second = await apps.cases(OWNER, first=2, after=first.cursor, state="in_progress")

    assert [c.id for c in (*first.cases, *second.cases)] == ids[::-1]
    assert second.cursor is None


async def test_a_department_receives_its_own_fields_and_the_certificates_it_needs(
    world: World,
) -> None:
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)
    await world.until(case.id, lambda c: None not in (c.step("B").receipt, c.step("C").receipt))

    told_b, told_c = world.asked.filings["asked-1"], world.blind.filings["blind-1"]
    assert told_c.answers == {"shop": "小满", "seats": 20}
    assert told_b.answers == {"shop": "小满"}
    assert [m.sha256 for m in told_b.materials] == [SHA]
    assert told_b.outputs["A"].number == "证-keyed-1"
    assert told_b.applicant.identifier == USCC


async def test_events_and_commands_carry_nothing_personal(world: World) -> None:
    case = await world.case()
    await world.grant(case.id, "A", world.keyed)

    events = await world.service.applications.timeline(OWNER, case.id)

    told = repr(events) + repr(await world.service.store.case(case.id))
    assert "沈若梅" not in told
    assert "310104198001010016" not in told


async def test_second_process_on_the_same_file_is_refused(world: World) -> None:
    other = make_world(world.path)

    with pytest.raises(StoreInUse, match="in use by another gateway process"):
        await other.service.start()


async def test_closed_store_is_said_to_be_unavailable(tmp_path: Path) -> None:
    world = make_world(tmp_path / "c.sqlite")

    started = await world.service.applications.start(
        OWNER, one_thing="open_shop", answers={}, request_id="r"
    )

    assert isinstance(started, Rejected)
    assert started.problems[0].code is ProblemCode.STORE_UNAVAILABLE
    with pytest.raises(StoreUnavailable):
        await world.service.applications.case(OWNER, "x")


async def test_nobody_in_particular_may_not_apply(world: World) -> None:
    nobody = Viewer(subject="anonymous", roles=frozenset())

    answer = await world.service.applications.start(
        nobody, one_thing="open_restaurant", answers={}, request_id="r-nobody"
    )

    assert isinstance(answer, Rejected)
    assert [p.code for p in answer.problems] == [ProblemCode.NOT_ALLOWED_OR_ABSENT]


async def test_parallel_saves_lose_nothing_that_was_acknowledged(world: World) -> None:
    draft = await world.draft()
    keys = [f"note{n}" for n in range(8)]

    answers = await asyncio.gather(
        *(
            world.service.applications.save(
                OWNER, draft=draft.id, answers={key: key}, materials={}, request_id=key
            )
            for key in keys
        )
    )
    kept = await world.service.applications.draft(OWNER, draft.id)

    assert all(isinstance(answer, Draft) for answer in answers)
    assert kept is not None
    assert {key: kept.answers.get(key) for key in keys} == {key: key for key in keys}


async def test_a_save_told_again_changes_nothing_and_null_takes_an_answer_back(
    world: World,
) -> None:
    apps, draft = world.service.applications, await world.draft()
    for request_id, value in (("one", "甲"), ("two", "乙"), ("one", "甲")):
        await apps.save(
            OWNER, draft=draft.id, answers={"shop": value}, materials={}, request_id=request_id
        )
    after_replay = await apps.draft(OWNER, draft.id)
    cleared = await apps.save(
        OWNER, draft=draft.id, answers={"shop": None}, materials={}, request_id="three"
    )

    assert after_replay is not None
    assert after_replay.answers["shop"] == "乙"
    assert isinstance(cleared, Draft)
    assert "shop" not in cleared.answers


async def test_a_hundred_copies_of_one_submit_make_one_case_and_get_one_answer(
    on_either: World,
) -> None:
    world = on_either
    draft = await world.draft()

    send = partial(world.submit, draft.id, "same")
    copies = await asyncio.gather(*(insisted(send) for _ in range(100)))
    await world.until(draft.id, lambda c: c.step("A").receipt is not None)
    late = await world.submit(draft.id, "same")
    other = await world.service.applications.submit(
        OWNER, draft=draft.id, answers={"shop": "大满"}, materials={"B1": SHA}, request_id="same"
    )
    page = await world.service.applications.cases(OWNER, first=10, after=None, state=None)

    assert isinstance(copies[0], Case)
    assert [copy for copy in (*copies, late) if copy != copies[0]] == []
    assert [case.id for case in page.cases] == [draft.id]
    assert isinstance(other, Rejected)
    assert (other.problems[0].code, other.case) == (ProblemCode.CONFLICT, draft.id)
    assert len(world.keyed.posts) == 1


async def test_cursor_that_is_none_of_ours_ends_the_list(world: World) -> None:
    for cursor in ("²", "9" * 5000, "x"):
        page = await world.service.applications.cases(OWNER, first=5, after=cursor, state=None)
        assert page.cases == ()


async def test_blank_receipt_is_not_taken_for_not_received(world: World) -> None:
    answer = await world.service.applications.resolve_filing(
        CLERK, reference="c:A:file:1", receipt="  ", request_id="r-blank"
    )

    assert isinstance(answer, Rejected)
    assert [(p.code, p.path) for p in answer.problems] == [(ProblemCode.BAD_FORMAT, ("receipt",))]
