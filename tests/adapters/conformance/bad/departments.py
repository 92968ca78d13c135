"""For every check a department it must reject: one small deviation each."""

import json
from pathlib import Path

from adapters.conformance.examples import Json
from tests.adapters.conformance.bad import lines, systems
from tests.adapters.conformance.bad.model import Bad, Change, all_of, edited, example, python, told

FIRE = "contract/fire-declaration.yaml"
HEALTH = "contract/health-data.yaml"
PLAN = "contract/plan-case.wsdl"
_DESCRIBED_TWICE = (
    "  <wsdl:portType",
    '  <wsdl:message name="GetParcelRequest">\n    <wsdl:part name="parameters" '
    'element="t:QueryCase"/>\n  </wsdl:message>\n  <wsdl:portType',
)
_LENIENT = """
def lenient(value):
    return value if isinstance(value, int) else 0
"""
_FALLBACK = """
STATUS = {"10": "received", "20": "accepted", "30": "inspection", "31": "accepted",
          "40": "supplement_requested", "50": "granted", "60": "refused", "90": "withdrawn"}
def known_status(value):
    return STATUS.get(str(value), "received")
"""
_A_DAY_EARLY = """from datetime import timedelta


def early(value):
    return (value - timedelta(days=1)).isoformat()
"""
_ANYTHING_GOES = """
def known(value):
    return value if value in ("00", "95", "96", "97", "98", "99") else "00"
"""
_GBK = """
def as_gbk(value):
    return value.encode("gbk", "replace").decode("gbk")
"""
_UNPADDED = """
def unpadded(value):
    return value.lstrip("0")
"""
_NOTED = """
import logging
def noted(value):
    logging.getLogger("adapter").info("value %s", value)
    return value
"""
_SAME = """
def same(value):
    return value
"""
_ENUM = "".join(f'            - "{code}"\n' for code in ("00", "95", "96", "97", "98", "99"))
_STATUSES = "".join(f"            - {code}\n" for code in (10, 20, 30, 31, 40, 50, 60, 90))


def _asked_otherwise(whole: Json) -> None:
    request = whole["exchanges"][-1]["request"]
    request["body"] = request["body"].replace("不办了", "不想办了")


def _given_otherwise(whole: Json) -> None:
    whole["gives"]["number"] = "XF0"


def _found_otherwise(whole: Json) -> None:
    for receipt in whole["gives"]:
        receipt["number"] = receipt["number"].partition("/")[0]


def _removed(name: str) -> Change:
    def change(folder: Path) -> None:
        (folder / "examples" / f"{name}.json").unlink()

    return change


def _without_withdrawal(folder: Path) -> None:
    manifest = folder / "department.toml"
    text = manifest.read_text("utf-8")
    start, end = text.index("[verbs.withdraw]"), text.index("[services.")
    manifest.write_text(text[:start] + text[end:], encoding="utf-8")
    examples = folder / "examples"
    whole = json.loads(next(examples.glob("file-*.json")).read_text("utf-8"))
    reply = whole["exchanges"][-1]["reply"]
    reply |= {"status": 422, "body": '{"errorCode":42201,"errorMsg":"不予受理"}'}
    del whole["gives"]
    whole["fails"] = "Refused 42201 不予受理"
    (examples / "refused.json").write_text(json.dumps(whole), encoding="utf-8")
    for name in ("withdraw", "withdraw-again"):
        (examples / f"{name}.json").unlink()


BAD: dict[str, Bad] = {
    # what is declared
    "manifest": Bad(
        base="fire", change=told(('protocol = "rest"', 'protocol = "rest"\ncolour = 1'))
    ),
    "contract_pinned": Bad(base="fire", change=lambda folder: _append(folder / FIRE, "# later\n")),
    "operations_exist": Bad(base="fire", change=told(('"createDeclaration"', '"create"'))),
    "owner_reachable": Bad(base="fire", change=told(("xfjc@119.sh.gov.example", "见通讯录"))),
    "decided": Bad(
        base="fire",
        change=lambda folder: _append(folder / "department.toml", "# DECIDE: who answers\n"),
    ),
    "secrets_apart": Bad(
        base="fire", change=lambda folder: _append(folder / "department.toml", "# fire-demo-token")
    ),
    "examples_complete": Bad(base="fire", change=_removed("supplement")),
    "examples_ask": Bad(base="fire", change=example("withdraw", _asked_otherwise)),
    "examples_give": Bad(base="fire", change=example("file-*", _given_otherwise)),
    # replies
    "missing_element": Bad(
        base="fire",
        change=all_of(
            edited(FIRE, ("        - id\n", "")),
            told(('number = "id"', "number = \"id | default '未编号'\"")),
        ),
    ),
    "wrong_type": Bad(
        base="health",
        change=all_of(
            python(_LENIENT),
            edited(
                HEALTH, ("        validCount:\n          type: integer\n", "        validCount:\n")
            ),
            told(('"data.validCount"', '"data.validCount | python lenient"')),
        ),
    ),
    "unknown_code": Bad(
        base="fire",
        change=all_of(
            python(_FALLBACK),
            edited(FIRE, (f"          enum:\n{_STATUSES}", "")),
            told(("statusCode | code status", "statusCode | python known_status")),
        ),
    ),
    "foreign_reply": Bad(
        base="housing",
        change=edited(
            "contract/housing-api.yaml",
            (
                "          required:\n            - list\n"
                "          properties:\n            list:\n"
                "              type: array\n              items:\n"
                "                $ref: '#/components/schemas/MatterReceipt'",
                "          properties:\n            list:\n"
                "              type: array\n              items:\n"
                "                $ref: '#/components/schemas/MatterReceipt'",
            ),
        ),
    ),
    "unreadable_reply": Bad(base="fire", line=lines.remembers_instead_of_halves),
    "login_page": Bad(base="fire", line=lines.remembers_instead_of_pages),
    "other_charset": Bad(base="fire", line=lines.guesses),
    "other_namespace": Bad(base="police", line=lines.renames),
    # the contract
    "second_reader": Bad(base="planning", change=edited(PLAN, _DESCRIBED_TWICE)),
    # faults
    "declared_codes": Bad(
        base="fire", change=told(("[faults]\n", '[faults]\n"http 200" = "refused"\n'))
    ),
    "unknown_fault": Bad(
        base="fire", change=told(("[faults]\n", '[faults]\n"http 500" = "not_delivered"\n'))
    ),
    "unlisted_code": Bad(
        base="health",
        change=all_of(
            python(_ANYTHING_GOES),
            edited(HEALTH, (f"          enum:\n{_ENUM}", "")),
            told(('\ncode = "code"\n', '\ncode = "code | python known"\n')),
        ),
    ),
    # what people wrote
    "chinese_text": Bad(
        base="fire",
        change=told(
            ('"answers.premisesAddress"', "\"answers.premisesAddress | replace '&' '＆'\"")
        ),
    ),
    "rare_characters": Bad(
        base="fire",
        change=all_of(
            python(_GBK), told(('"answers.legalRepName"', '"answers.legalRepName | python as_gbk"'))
        ),
    ),
    "leading_zeros": Bad(
        base="fire",
        change=all_of(
            python(_UNPADDED), told(('"applicant.phone"', '"applicant.phone | python unpadded"'))
        ),
    ),
    "decimals": Bad(
        base="fire", change=told(('"answers.usableArea"', '"answers.usableArea | decimal 0"'))
    ),
    "days": Bad(
        base="planning",
        change=all_of(
            python(_A_DAY_EARLY),
            told(("answers.voteDate | date", "answers.voteDate | python early")),
        ),
    ),
    # bad hours
    "silent_department": Bad(base="fire", line=lines.patient_at_first),
    "dripping_department": Bad(base="fire", line=lines.patient_later),
    "reset": Bad(base="fire", line=lines.reset_is_nothing),
    "lost_reply": Bad(base="fire", line=lines.lost_is_nothing),
    "refused_connection": Bad(base="fire", line=lines.nobody_is_unknown),
    "endless_reply": Bad(base="fire", line=lines.too_large),
    "no_redirects": Bad(base="fire", line=lines.follows),
    "no_proxy": Bad(base="fire", line=lines.proxied),
    "concurrency": Bad(base="fire", line=lines.too_wide, limits={"rate_per_s": 500}),
    "rate": Bad(base="fire", line=lines.unpaced, limits={"rate_per_s": 15}),
    # silence and trust
    "no_personal_data": Bad(
        base="fire",
        change=all_of(
            python(_NOTED), told(('"applicant.phone"', '"applicant.phone | python noted"'))
        ),
    ),
    "no_credentials": Bad(
        base="police",
        change=all_of(
            python(_NOTED), told(('"credentials.licence"', '"credentials.licence | python noted"'))
        ),
    ),
    "personal_marked": Bad(base="police", change=told((', personal = "id_number"', ""))),
    "mostly_declared": Bad(
        base="health",
        change=all_of(
            python(_SAME),
            told(
                ('"data.creditCode"', '"data.creditCode | python same"'),
                ('"data.validCount"', '"data.validCount | python same"'),
                ('"data.nextExpireDate"', '"data.nextExpireDate | python same"'),
            ),
        ),
    ),
    "can_be_withdrawn": Bad(base="fire", change=_without_withdrawal),
    "can_be_followed": Bad(base="fire", change=told(('progress = "poll"', 'progress = "none"'))),
    "repeats": Bad(
        base="planning",
        change=all_of(
            told(
                (
                    "reply = { number = \"concat .AcceptNo '/' .CaseRef\"",
                    'reply = { number = ".AcceptNo"',
                )
            ),
            example("find_filing-lift*", _found_otherwise),
        ),
        system=None,
    ),
    # the real system
    "live_reads": Bad(base="health", system=systems.LogsUsOut),
    "live_timings": Bad(base="health", system=systems.Slow),
    "live_filing": Bad(base="housing", system=systems.ForgetsFilings),
    "live_progress": Bad(base="fire", system=systems.ForgetsProgress),
    "live_withdraw": Bad(base="fire", system=systems.KeepsFilings),
}


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, encoding="utf-8")
