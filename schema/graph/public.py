"""Fields that say the same to everybody, so that an answer made of nothing else may be kept.

A field stands here when what it gives hangs on its source, on the arguments named with it and on
the language alone: not on who asks, not on the day, not on what departments say or how they are.
What does not stand here, type, field or argument, is not public; nothing is by default. Answers
of applicants (`answers`) are about somebody, and are no public argument anywhere.
"""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

PublicFields: TypeAlias = Mapping[str, Mapping[str, frozenset[str]]]
"""The arguments that may be given, by the names of type and field."""

_DECLARED: Final = {
    "Query": "oneThings oneThing(id version) departments department(id) _service",
    "Text": "zh en local",
    "OneThing": "id version name summary leadDepartment leadDepartmentName action issueDays"
    " onRefusal variants districts consent(on) items(variant) materials(variant fate)"
    " form(variant) plan(variant district) reduction(variant items)",
    "Variant": "id name without",
    "District": "code name since promisedDays",
    "PromisedDays": "item days",
    "ConsentRule": "id since basis scope participationArea participationPersons agreementArea"
    " agreementPersons ofParticipants",
    "Item": "id name department departmentName service visitsBefore statutoryDays promisedDays"
    " basis edges fieldKeys materials mandatory afterEvent",
    "Edge": "kind item withinDays",
    "Material": "code name copies fate of reason deferrable laterDays",
    "Form": "groups fields fieldCount prefilledCount jsonSchema",
    "FormGroup": "id name fields",
    "FormField": "key label kind required conditional choices minimum maximum maxLength unit"
    " personal prefill askedBy",
    "Choice": "value label",
    "Prefill": "source field authority",
    "Plan": "steps waves criticalPath promisedDays countedDays statutorySerialDays"
    " noticeCalendarDays issueDays",
    "PlanStep": "item name department departmentName wave after alongside afterEvent startsAfter"
    " endsBy critical",
    "Reduction": "scope departments rows",
    "ReductionRow": "measure before after percent unit base scope reasons",
    "ReductionReason": "code count text",
    "Department": "id name owner protocol services registers verifications repeats progress",
    "Register": "id title key fields lookups links",
    "RegisterField": "name kind title required personal",
    "RegisterLookup": "name batch many",
    "RegisterLink": "name field department register title",
    "_Service": "sdl",
}
_FIELD: Final = re.compile(r"(\w+)(?:\(([^)]*)\))?")


def _read(line: str) -> Mapping[str, frozenset[str]]:
    return {name: frozenset(arguments.split()) for name, arguments in _FIELD.findall(line)}


PUBLIC: Final[PublicFields] = {kind: _read(line) for kind, line in _DECLARED.items()}
