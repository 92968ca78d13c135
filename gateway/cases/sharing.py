"""Materials the applicant need not bring: what their authority confirms. A mismatch is an answer,
silence is not.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.contract import Department
from adapters.errors import AdapterError
from gateway.cases import rejection
from gateway.cases.prefill import LOGIN, Found
from schema.domain.filing import Verdict
from schema.domain.one_thing import Fate, FormField, Material, OneThing
from schema.domain.problem import ProblemCode
from schema.domain.reading import Provenance
from schema.graph.ports import SharedMaterial

IDENTITY = "identity"
_GRACE_S = 1.0

Person = tuple[str, str]  # name, identity number


def people(one_thing: OneThing, answers: Mapping[str, Any]) -> dict[str, Person]:
    """Who is to be verified: the agent, told by the login, and the principal, told by registers."""
    found: dict[str, Person] = {}
    for question in one_thing.fields:
        if question.personal != "id_number" or question.prefill is None:
            continue
        name = _name_beside(one_thing, question, answers)
        number = answers.get(question.key)
        role = "agent" if question.prefill.source == LOGIN else "principal"
        if name and isinstance(number, str) and role not in found:
            found[role] = (name, number)
    return found


def _name_beside(one_thing: OneThing, number: FormField, answers: Mapping[str, Any]) -> str | None:
    stem = number.key.removesuffix("IdNo")
    for question in one_thing.fields:
        if question.personal == "name" and question.key == f"{stem}Name":
            value = answers.get(question.key)
            return value if isinstance(value, str) else None
    return None


async def shared_materials(
    one_thing: OneThing,
    materials: Sequence[Material],
    answers: Mapping[str, Any],
    found: Found,
    departments: Mapping[str, Department],
    now: datetime,
) -> tuple[SharedMaterial, ...]:
    """Every shared material with what its source says about it. Never raises."""
    who = people(one_thing, answers)
    shared = [m for m in materials if m.fate is Fate.SHARE]
    wanted = {
        (m.through, role)
        for m in shared
        if m.through and _verifies(departments, m.through) and (role := _role(m)) in who
    }
    order = sorted(wanted)
    said = await asyncio.gather(*(_verify(departments[d], who[role]) for d, role in order))
    verdicts = dict(zip(order, said, strict=True))
    return tuple(_material(one_thing, m, found, departments, verdicts, now) for m in shared)


def _role(material: Material) -> str:
    """Whose identity a material proves; its name says so."""
    return "agent" if "代理" in material.name.zh else "principal"


def _verifies(departments: Mapping[str, Department], name: str) -> bool:
    return name in departments and IDENTITY in departments[name].info.verifications


async def _verify(department: Department, person: Person) -> Verdict | ProblemCode:
    name, number = person
    budget = department.info.limits.timeout_s
    try:
        async with asyncio.timeout(budget + _GRACE_S):
            claims = {"name": name, "id_number": number}
            return await department.verify(IDENTITY, claims, budget=budget)
    except AdapterError as error:
        return error.code
    except TimeoutError:
        return ProblemCode.DEPARTMENT_TIMEOUT


def _material(
    one_thing: OneThing,
    material: Material,
    found: Found,
    departments: Mapping[str, Department],
    verdicts: Mapping[tuple[str, str], Verdict | ProblemCode],
    now: datetime,
) -> SharedMaterial:
    through = material.through
    if through is None or through not in departments:
        return SharedMaterial(code=material.code, state="at_department")
    if not _verifies(departments, through):
        return _fetched(one_thing, material, through, found)
    verdict = verdicts.get((through, _role(material)))
    if verdict is None:
        return SharedMaterial(code=material.code, state="unavailable")
    source = Provenance(department=through, source=IDENTITY, as_of=now)
    if isinstance(verdict, ProblemCode):
        problem = rejection.unavailable(verdict, material.name)
        return SharedMaterial(code=material.code, state="unavailable", problem=problem)
    if verdict.matches:
        return SharedMaterial(code=material.code, state="verified", provenance=source)
    problem = rejection.mismatch(material.code, material.name)
    return SharedMaterial(code=material.code, state="mismatch", provenance=source, problem=problem)


def _fetched(one_thing: OneThing, material: Material, through: str, found: Found) -> SharedMaterial:
    """A document whose content was read from its register."""
    names = [s.name for s in one_thing.sources if s.department == through]
    readings = [found.readings[name] for name in names if name in found.readings]
    there = next((r for r in readings if r.value is not None), None)
    if there is not None:
        return SharedMaterial(code=material.code, state="verified", provenance=there.provenance)
    code = next((r.problem.code for r in readings if r.problem is not None), None)
    problem = rejection.unavailable(code, material.name) if code else None
    return SharedMaterial(code=material.code, state="unavailable", problem=problem)
