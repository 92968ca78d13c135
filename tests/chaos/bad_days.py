"""What goes wrong at the departments: the fault rules of a run, from its odds and its truth."""

from typing import Any

from tests.chaos.plan import Odds, Plan

# What may be lost, refused or done late: everything the filing protocol sends or asks.
OPERATIONS = {
    "market": [
        "applyEnterpriseRegistration",
        "applyFoodBusinessLicence",
        "applyLiftInstallationNotice",
        "applyLiftSupervisedInspection",
        "applyLiftUseRegistration",
        "findApplications",
        "supplementApplication",
        "withdrawApplication",
    ],
    "greening": ["submitSignboard", "submitKitchenWaste", "findByRef", "supplement", "cancel"],
    "fire": ["createDeclaration", "supplementDeclaration", "revokeDeclaration"],
    "housing": ["submitMatter", "findMatter", "supplementMatter", "cancelMatter"],
    "construction": ["applyItem", "queryByRef", "supplementItem", "revokeItem"],
    "planning": ["SubmitCase", "SupplementCase", "WithdrawCase"],
}
_FILES = ("apply", "submit", "Submit", "create")


def rules(plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """The rules to order of the mocks."""
    found = {
        name: [
            *_sure(operations, plan),
            *_calls(operations, plan, seed=plan.seed * 100 + number * 10),
        ]
        for number, (name, operations) in enumerate(OPERATIONS.items())
        if name in plan.departments
    }
    found["market"] += _callbacks(plan.seed)
    return found


def _sure(operations: list[str], plan: Plan) -> list[dict[str, Any]]:
    if not plan.lost_first:
        return []
    filing = [name for name in operations if name.startswith(_FILES)]
    return [{"operation": filing, "kind": "lost_reply", "first": plan.lost_first}]


def _calls(operations: list[str], plan: Plan, *, seed: int) -> list[dict[str, Any]]:
    """One rule a kind. The first that strikes decides, so each is drawn among what is left."""
    left, made = 1.0, []
    for number, (kind, share) in enumerate(_shares(plan.odds)):
        if share:
            rule = {"operation": operations, "kind": kind, "probability": share / left}
            made.append({**rule, "seed": seed + number, **_extra(kind, plan)})
        left -= share
    return made


def _shares(odds: Odds) -> list[tuple[str, float]]:
    return [
        ("lost_reply", odds.lost_reply),
        ("status", odds.status),
        ("busy", odds.busy),
        ("hang", odds.hang),
        ("late_accept", odds.late_accept),
    ]


def _extra(kind: str, plan: Plan) -> dict[str, Any]:
    if kind == "late_accept":
        return {"delay_s": plan.truth.timeout_s + plan.truth.late_accept_s}
    return {"status": 503} if kind == "status" else {}


def _callbacks(seed: int) -> list[dict[str, Any]]:
    told = "applicationStatusChanged"
    return [
        {"operation": told, "kind": "duplicate", "probability": 0.15, "seed": seed + 1},
        {"operation": told, "kind": "reorder", "probability": 0.15, "seed": seed + 2},
        {"operation": told, "kind": "lost_reply", "probability": 0.10, "seed": seed + 3},
    ]
