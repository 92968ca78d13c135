"""Every scenario of the library at every service it meets: each step is said within the contract,
and each filing comes to an end or a wait that is meant."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from mocks.core.contract import Contract
from mocks.core.filed import FINAL, Filed, Status
from mocks.core.kit import Kit
from mocks.departments import construction, fire, greening, housing, market, planning
from mocks.scenarios.control import all_terms
from mocks.scenarios.library import load_all
from mocks.soap.inner import InnerSchema
from mocks.soap.wsdl import load
from mocks.soap.xml import build
from tests.mocks.scenarios.office import Office, on

Open = Callable[..., Office]
Say = Callable[[Kit, Filed], None]
CASES = [
    (scenario.id, term.department, service)
    for scenario in load_all(all_terms())
    if scenario.states
    for term in all_terms()
    for service in term.services
    if scenario.meets.speaks_of(term.department, service)
]
_contract, _wsdl = cache(Contract.of), cache(load)
FIELDS = {"form": {"shop": "拾光甜品店"}}


def _json(schema: str, view: Callable[[Filed], Any], *, data: bool = False) -> Say:
    def say(kit: Kit, filed: Filed) -> None:
        shown = view(filed)
        whole = {**_GOOD, "data": shown} if data else shown
        assert _contract(kit.contract_dir).schema_faults(schema, whole) == []

    return say


def _xml(wsdl: str, operation: str, view: Callable[[Filed], Any], space: str | None) -> Say:
    def say(kit: Kit, filed: Filed) -> None:
        contract = _wsdl(kit.contract_dir / wsdl)
        [reply] = [op.reply for op in contract.operations.values() if op.name == operation]
        contract.check(build(reply, view(filed), space))

    return say


def _inner(kit: Kit, filed: Filed) -> None:
    head = {"JYLSH": "1", "CODE": "0000", "MSG": "成功", "CLSJ": "2026-09-21 09:00:00"}
    answer = construction.Construction(kit).query_items({"SLBH": [filed.number]})
    schema = InnerSchema(kit.contract_dir / "inner-queryItems.xsd")
    schema.write("RESPONSE", {"HEAD": head, "BODY": answer}, construction.ENCODING)


_GOOD = {"status": {"code": "0", "text": "success"}, "custom": {"code": "0", "text": "操作成功"}}
SAY: dict[str, Say] = {
    "market": _json("Application", market._application),
    "fire": _json("DeclarationInfo", fire._info),
    "housing": _json("MatterReply", housing._matter, data=True),
    "planning": _xml(
        "plan-case.wsdl", "QueryCase", lambda f: {"Case": [planning.case(f)]}, planning.TYPES
    ),
    "greening": _xml(
        "signapp.wsdl",
        "findByRef",
        lambda f: {"result": {**greening.OK, "apply": [greening.application_info(f)]}},
        None,
    ),
    "construction": _inner,
}


def played(office: Office, number: str) -> None:
    """Everything that comes, each step said; what is asked for follows in three days."""
    say, desk = SAY[office.department], office.kit.desk
    for round_ in range(60):
        say(office.kit, office.seen(number))
        if office.seen(number).status is Status.SUPPLEMENT:
            office.at(office.kit.clock.now() + timedelta(days=3))
            office.supplement(number, f"more {round_}")
        elif due := desk.next_due():
            office.at(due)
        else:
            return
    raise AssertionError(f"{number} never ends")


@pytest.mark.parametrize("department", sorted(SAY))
def test_every_step_of_every_scenario_is_said_within_the_contract(
    office: Open, department: str
) -> None:
    cases = [(id_, service) for id_, name, service in CASES if name == department]
    counter = office(department)
    ends = {}
    for id_, service in cases:
        counter.play(filings={f"{id_}/{service}": id_})
        counter.at(on(9, 21, 9))
        number = counter.file(f"{id_}/{service}", service, **FIELDS)
        played(counter, number)
        ends[id_] = counter.seen(number)

    assert len(ends) >= 8
    for id_, filed in ends.items():
        assert filed.course.id == id_
        assert filed.status in FINAL or id_ == "silent_department"
        if filed.status is Status.GRANTED and counter.kit.desk.services[filed.service].paper:
            assert filed.certificate is not None
