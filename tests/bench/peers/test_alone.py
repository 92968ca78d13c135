"""What is made for ours alone is sound: departments, one things, stores; nothing is timed here."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gateway.declared import departments_of
from gateway.settings import load_settings
from schema.catalogue import load
from tests.bench.peers.grown import bulk, canned_of, more_departments, more_one_things
from tests.bench.peers.growth import HEADS, Grown, Trial, rows, whole, worst_step
from tests.bench.peers.load import Broken
from tests.bench.peers.measure import Figures
from tests.bench.peers.ours import settings_of
from tests.bench.peers.replies import LARGE_FROM, canned, parcel_no
from tests.bench.peers.stored import Stored

DEPARTMENTS = {one.department: one for one in canned()}


def test_made_departments_are_sound_and_answer_every_field(tmp_path: Path) -> None:
    told = more_departments(tmp_path, "http://127.0.0.1:1", {"grown10": 10})
    told |= settings_of("http://127.0.0.1:1", tmp_path) | {"profile": "dev"}

    loaded = departments_of(load_settings(told, environ={}))

    assert loaded.findings == ()
    answer = json.loads(canned_of(10).answer(b"/grown/10?no=00000007"))
    register = loaded.departments["grown10"].info.registers[0]
    assert {field.name for field in register.fields} == set(answer["data"])
    assert answer["data"]["no"] == "00000007"


def test_the_department_of_large_replies_is_sound(tmp_path: Path) -> None:
    told = {**settings_of("http://127.0.0.1:1", tmp_path), "profile": "dev"}
    told |= bulk(tmp_path, "http://127.0.0.1:1")

    loaded = departments_of(load_settings(told, environ={}))

    assert loaded.findings == ()
    assert loaded.departments["bulk"].info.limits.reply_bytes > 5_000_000


def test_a_large_reply_has_five_megabytes() -> None:
    answer = DEPARTMENTS["construction"].answer(parcel_no(LARGE_FROM).encode())

    assert 4_900_000 < len(answer) < 5_400_000


def test_more_one_things_are_sound(tmp_path: Path) -> None:
    more_one_things(tmp_path / "more", 3)

    assert len(load(tmp_path / "more").all()) == 9


def test_a_case_is_stored_so_many_times_under_names_of_its_own(tmp_path: Path) -> None:
    name = "31010420260302-ABCDEFGH1"
    with closing(sqlite3.connect(tmp_path / "one.sqlite")) as store:
        store.executescript(
            "CREATE TABLE ot_case (seq INTEGER PRIMARY KEY, id TEXT, body BLOB, issue_due_at);"
            "CREATE TABLE ot_step (case_id TEXT, watched, due_on, statutory_due_on);"
            "CREATE TABLE ot_event (seq INTEGER PRIMARY KEY, case_id TEXT, key TEXT);"
            "CREATE TABLE ot_delivery (x); CREATE TABLE ot_attempt (x); CREATE TABLE ot_wait (x);"
            "CREATE TABLE workflow_status (x);"
        )
        store.execute("INSERT INTO ot_case VALUES (1, ?, ?, 7)", (name, f"<{name}>".encode()))
        store.execute("INSERT INTO ot_event VALUES (1, ?, ?)", (name, f"{name}:submit"))
        store.commit()
    case = Stored(path=tmp_path / "one.sqlite", case=name, city={})

    with closing(sqlite3.connect(case.times(tmp_path / "many", 10))) as store:
        cases = store.execute("SELECT id, body, issue_due_at FROM ot_case").fetchall()
        keys = store.execute("SELECT key FROM ot_event").fetchall()

    assert len({row[0] for row in cases}) == len(set(keys)) == 10
    assert all(body == f"<{one}>".encode() and due is None for one, body, due in cases)
    assert case.numbered(10)(3)["id"] in {row[0] for row in cases}


def _grown(what: str, cpu_ms: float) -> Grown:
    figures = Figures(rate=1, cpu_ms=cpu_ms, p50_ms=1, p99_ms=1, rss_mb=1, calls=1)
    trial = Trial(what=what, size="some", asked="it", document="{ it }")
    return Grown(trial=trial, figures=figures, started_s=2)


def test_growth_is_told_beside_the_smallest_and_by_its_worst_step() -> None:
    made = [_grown("rows", 1), _grown("rows", 5), _grown("rows", 40), _grown("cases", 2)]

    assert [row[4] for row in rows(made)] == ["1.0×", "5.0×", "40.0×", "1.0×"]
    assert {len(row) for row in rows(made)} == {len(HEADS)}
    assert worst_step(made) == 8


@pytest.mark.parametrize(
    "told", [{"record": {"value": None}}, {"list": {"values": []}}, {"case": None}, {"all": []}]
)
def test_a_trial_that_finds_nothing_is_no_trial(told: dict[str, Any]) -> None:
    trial = Trial(what="rows", size="some", asked="it", document="{ it }")

    whole(trial, {"list": {"values": [1], "problem": None}, "all": [1]})
    with pytest.raises(Broken, match="nothing came of"):
        whole(trial, told)
