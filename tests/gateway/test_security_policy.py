"""Who may do what: the whole matrix against a table written by hand, and masks that fail closed."""

from datetime import UTC, datetime
from itertools import product

import pytest

from gateway.security import policy
from gateway.security.masking import masked, personal_mask
from gateway.security.viewer import ANONYMOUS
from schema.domain.case import Case, CaseState, Step, StepState
from schema.domain.department import Register
from schema.domain.text import Text
from schema.graph.ports import Viewer

OWNER, STRANGER = "enterprise:91310104MA1FR00010", "enterprise:91310105MA1FR00010"
CASE = Case(
    id="31010420261123-00000000X",
    one_thing="open_restaurant",
    version="1",
    variant=None,
    district="310104",
    applicant_ref=OWNER,
    state=CaseState.IN_PROGRESS,
    steps=(Step(item="C", department="fire", state=StepState.WAITING),),
    submitted_at=datetime(2026, 11, 23, tzinfo=UTC),
)


def viewer(role: str, subject: str = "person:x", **more: str) -> Viewer:
    return Viewer(
        subject=subject,
        roles=frozenset({role}),
        acting_for=more.get("acting_for"),
        department=more.get("department"),
    )


VIEWERS = {
    "anonymous": ANONYMOUS,
    "owner": viewer("enterprise", OWNER),
    "stranger": viewer("enterprise", STRANGER),
    "citizen": viewer("citizen"),
    "agent of the owner": viewer("agent", "person:a", acting_for=OWNER),
    "agent of a stranger": viewer("agent", "person:a", acting_for=STRANGER),
    "agent of nobody": viewer("agent", OWNER),
    "clerk": viewer("clerk"),
    "officer of fire": viewer("officer", department="fire"),
    "officer of health": viewer("officer", department="health"),
    "officer of nothing": viewer("officer"),
    "auditor": viewer("auditor"),
    "operator": viewer("operator"),
    "unknown role": viewer("root", OWNER),
    "no role": Viewer(subject=OWNER, roles=frozenset()),
}
DECISIONS = {
    "apply": policy.may_apply,
    "see": lambda v: policy.may_see_case(v, CASE),
    "change": lambda v: policy.may_change_case(v, CASE),
    "see fire": lambda v: policy.may_see_step(v, CASE, "fire"),
    "see market": lambda v: policy.may_see_step(v, CASE, "market"),
    "resolve": policy.may_resolve_filing,
    "registers": policy.may_read_registers,
    "personal": lambda v: policy.may_see_personal(v, OWNER),
    "operations": policy.may_see_operations,
}
ALLOWED = {
    "owner": {"apply", "see", "change", "see fire", "see market", "registers", "personal"},
    "stranger": {"apply", "registers"},
    "citizen": {"apply", "registers"},
    "agent of the owner": {
        "apply",
        "see",
        "change",
        "see fire",
        "see market",
        "registers",
        "personal",
    },
    "agent of a stranger": {"apply", "registers"},
    "agent of nobody": {"apply", "registers"},
    "clerk": {"see", "see fire", "see market", "resolve", "registers"},
    "officer of fire": {"see", "see fire", "registers"},
    "officer of health": {"registers"},
    "officer of nothing": {"registers"},
    "auditor": {"see", "see fire", "see market"},
    "operator": {"operations"},
}


@pytest.mark.parametrize(("who", "what"), [*product(VIEWERS, DECISIONS)])
def test_every_role_may_do_what_the_table_says_and_nothing_else(who: str, what: str) -> None:
    assert DECISIONS[what](VIEWERS[who]) is (what in ALLOWED.get(who, set()))


def test_an_agent_applies_in_the_name_of_the_principal() -> None:
    assert policy.applicant_ref(VIEWERS["agent of the owner"]) == OWNER
    assert policy.applicant_ref(VIEWERS["owner"]) == OWNER


def test_the_scope_of_a_viewer_without_a_role_is_empty() -> None:
    assert policy.case_scope(ANONYMOUS) == policy.CaseScope()


def register(key: str) -> Register:
    title = Text(zh="登记", en="register")
    return Register(id="r", department="d", title=title, key=key, fields=(), lookups=())


LICENCE = {"uscc": "91310104MA1FR00010", "legal_rep_name": "沈若梅"}


def test_an_owner_sees_their_record_whole_and_others_masked() -> None:
    shown = [
        personal_mask(VIEWERS[who], register("uscc"), LICENCE, "name", "沈若梅")
        for who in ("owner", "agent of the owner", "stranger", "clerk", "auditor", "anonymous")
    ]
    assert shown == ["沈若梅", "沈若梅", "沈**", "沈**", "沈**", "沈**"]


@pytest.mark.parametrize("record", [{}, {"cert_no": ""}, {"cert_no": 5}, {"cert_no": "x"}])
def test_a_record_of_nobody_in_particular_is_masked(record: dict[str, object]) -> None:
    shown = personal_mask(VIEWERS["owner"], register("cert_no"), record, "name", "沈若梅")
    assert shown == "沈**"


def test_a_class_of_data_without_a_mask_is_hidden_whole() -> None:
    assert masked("fingerprint", "abc") == "***"
    assert masked("phone", 13812345678) == "138****5678"
    assert masked("name", None) is None
