"""市场监管: licences, food safety managers, five items. OAuth2, idempotency keys, signed webhooks.

RECEIVED → ACCEPTED | CONDITIONALLY_ACCEPTED → [AWAITING_SUPPLEMENT | ON_SITE] → APPROVED | REJECTED
or, until then, WITHDRAWN.
Same Idempotency-Key and content: the same receipt. Same key, other content: 422 MR-4221.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from functools import partial
from typing import Any

from starlette.responses import Response

from mocks.core import credentials
from mocks.core.clock import real_now
from mocks.core.contract import Contract, Fault
from mocks.core.direct import Direct
from mocks.core.filed import Change, DeskError, Filed, Status, UnknownNumber
from mocks.core.http import seen_by_now
from mocks.core.kit import Kit
from mocks.core.ledger import digest
from mocks.core.question import Question
from mocks.core.rest import Call, Handler, Manners, application, json_reply
from mocks.core.webhook import Webhook, signed_headers
from mocks.market.register import licensed, managers_of, plainly_licensed
from mocks.market.services import KINDS, SERVICES
from mocks.market.tokens import Tokens

__all__ = ["NUMBER", "REASONS", "SERVICES", "STATUS", "build", "pump"]

NUMBER = "SJ{day:%Y%m%d}{seq:06d}"
TOKEN_S = 600
STATUS = {
    Status.RECEIVED: "RECEIVED",
    Status.ACCEPTED: "ACCEPTED",
    Status.CONDITIONALLY_ACCEPTED: "CONDITIONALLY_ACCEPTED",
    Status.SUPPLEMENT: "AWAITING_SUPPLEMENT",
    Status.INSPECTION: "ON_SITE",
    Status.GRANTED: "APPROVED",
    Status.REFUSED: "REJECTED",
    Status.WITHDRAWN: "WITHDRAWN",
}
REASONS = ("NOT_ELIGIBLE", "FALSE_STATEMENT")


def problem(
    status: int, code: str, title: str, detail: str, *, errors: Sequence[Fault] = ()
) -> Response:
    """An RFC 9457 problem."""
    body: dict[str, Any] = {
        "type": f"https://amr.sh.gov.example/problems/{code.lower()}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors:
        body["errors"] = [{"pointer": e.pointer, "detail": e.message} for e in errors]
    headers = {"Retry-After": "1"} if status == 503 else {}
    return json_reply(body, status, media_type="application/problem+json", headers=headers)


_GRANT = "unsupported_grant_type"


class _Manners(Manners):
    def __init__(self, key: bytes) -> None:
        self._tokens = Tokens(key)

    def token(self, call: Call) -> Response:
        """A token for the client's credentials, in the form or in a Basic header."""
        client, secret = _basic(call.question) or (
            call.body.get("client_id", ""),
            call.body.get("client_secret", ""),
        )
        known = hmac.compare_digest(
            f"{client}:{secret}".encode(),
            f"{credentials.MARKET_CLIENT}:{credentials.MARKET_SECRET}".encode(),
        )
        if not known:
            return json_reply({"error": "invalid_client"}, 401)
        token = self._tokens.issued(until=real_now() + TOKEN_S)
        return json_reply({"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_S})

    def stranger(self, question: Question, operation: str) -> Response | None:
        if operation == "issueToken":
            return None
        scheme, _, token = (question.header(b"authorization") or "").partition(" ")
        if scheme == "Bearer" and self._tokens.hold(token, now=real_now()):
            return None
        return problem(401, "MR-4010", "未授权", "令牌缺失、无效或已过期")

    def lets_in_until(self, question: Question) -> float:
        _, _, token = (question.header(b"authorization") or "").partition(" ")
        return self._tokens.holds_until(token)

    def invalid(self, operation: str, faults: Sequence[Fault]) -> Response:
        if operation == "issueToken":
            named = any(fault.pointer == "/grant_type" for fault in faults)
            return json_reply({"error": _GRANT if named else "invalid_request"}, 400)
        return problem(400, "MR-4000", "请求无效", "请求不符合接口规范", errors=faults)

    def untaken(self, operation: str, why: str) -> Response:
        if operation == "issueToken":
            return json_reply({"error": "invalid_request"}, 400)
        return problem(415, "MR-4150", "媒体类型不支持", why)

    def busy(self) -> Response:
        return problem(503, "MR-5030", "系统繁忙", "请求未处理,请稍后重试")

    def unwilling(self, reason: DeskError) -> Response:
        if isinstance(reason, UnknownNumber):
            return problem(404, "MR-4040", "不存在", "申请不存在")
        return problem(409, "MR-4090", "状态冲突", "申请当前状态不允许该操作")


def _basic(question: Question) -> tuple[str, str] | None:
    scheme, _, encoded = (question.header(b"authorization") or "").partition(" ")
    if scheme != "Basic":
        return None
    try:
        client, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client, secret


class _Market:
    def __init__(self, kit: Kit, contract: Contract) -> None:
        self.kit, self.contract = kit, contract

    def licences(self, call: Call) -> Response:
        codes = [code for code in call.query("uscc").split(",") if code]
        if len(codes) > 50:
            fault = Fault(pointer="/uscc", message="more than 50", missing=False)
            return problem(400, "MR-4000", "请求无效", "批量超过上限", errors=[fault])
        return json_reply(licensed(self.kit.city, codes))

    def managers(self, call: Call) -> Response:
        code = call.path("uscc")
        if self.kit.city.company_by_uscc(code) is None:
            return problem(404, "MR-4040", "不存在", "企业不存在")
        return json_reply({"uscc": code, "managers": managers_of(self.kit.city, code)})

    def applying(self, service: str) -> Handler:
        """The handler that files for one service."""

        def apply(call: Call) -> Response:
            desk, key = self.kit.desk, call.question.header(b"idempotency-key") or ""
            if (before := desk.by_key(key)) is not None:
                if before.service != service or before.digest != digest(call.body):
                    return problem(422, "MR-4221", "幂等键冲突", "该幂等键已用于另一请求")
                return json_reply(_receipt(before), 201, headers={"Idempotency-Replayed": "true"})
            if why := self._unacceptable(service, call.body["form"]["uscc"]):
                return problem(422, "MR-4220", "不予受理", why)
            filed = desk.receive(call.body["reference"], service, call.body, key=key)
            return json_reply(_receipt(filed), 201)

        return apply

    def _unacceptable(self, service: str, uscc: str) -> str | None:
        company = self.kit.city.company_by_uscc(uscc)
        if company is not None and company.status == "注销":
            return "企业已注销"
        if company is None and service == "food_permit":
            return "企业不存在"
        return None

    def find(self, call: Call) -> Response:
        kit, reference = self.kit, call.query("reference")
        seen = seen_by_now(kit.desk, kit.faults, call.operation, reference)
        return json_reply({"applications": [_application(filed) for filed in seen]})

    def get(self, call: Call) -> Response:
        return json_reply(_application(self.kit.desk.by_number(call.path("application_no"))))

    def supplement(self, call: Call) -> Response:
        reference, number = call.body["reference"], call.path("application_no")
        filed = self.kit.desk.supplement(number, reference, {"supplement": call.body})
        receipt = {**_receipt(filed), "reference": reference}
        return json_reply(receipt, 202)

    def withdraw(self, call: Call) -> Response:
        body, number = call.body, call.path("application_no")
        filed = self.kit.desk.withdraw(number, body["reference"], body["reason"])
        return json_reply(_application(filed))


def _receipt(filed: Filed) -> dict[str, Any]:
    return {
        "application_no": filed.number,
        "reference": filed.reference,
        "received_at": filed.received_at.isoformat(),
    }


def _application(filed: Filed, change: Change | None = None) -> dict[str, Any]:
    """The application as it stands, or as it stood after a change."""
    shown = change or Change(
        seq=0, number=filed.number, reference=filed.reference, service=filed.service,
        status=filed.status, at=filed.status_at, note=filed.note,
    )  # fmt: skip
    view = _receipt(filed) | {
        "kind": KINDS[filed.service],
        "status": STATUS[shown.status],
        "status_at": shown.at.isoformat(),
        "note": shown.note,
        "supplement_references": list(filed.supplements),
    }
    if shown.status is Status.REFUSED:
        view["rejection_code"] = filed.reason or REASONS[0]
    if shown.status is Status.GRANTED and (paper := filed.certificate) is not None:
        view["certificate"] = {
            "number": paper.number,
            "name": paper.name,
            "licence_id": paper.licence_id,
            "issued_on": paper.issued_on.isoformat(),
            "valid_until": paper.valid_until.isoformat() if paper.valid_until else None,
        }
    return view


def build(kit: Kit) -> Direct:
    """The market department's web application."""
    contract, manners = Contract.of(kit.contract_dir), _Manners(kit.key)
    desk = _Market(kit, contract)
    handlers: dict[str, Handler] = {
        "issueToken": manners.token,
        "getLicences": desk.licences,
        "getFoodSafetyManagers": desk.managers,
        "applyEnterpriseRegistration": desk.applying("enterprise_registration"),
        "applyFoodBusinessLicence": desk.applying("food_permit"),
        "applyLiftInstallationNotice": desk.applying("lift_installation_notice"),
        "applyLiftSupervisedInspection": desk.applying("lift_inspection"),
        "applyLiftUseRegistration": desk.applying("lift_use_registration"),
        "findApplications": desk.find,
        "getApplication": desk.get,
        "supplementApplication": desk.supplement,
        "withdrawApplication": desk.withdraw,
    }
    plain = {"getLicences": partial(plainly_licensed, kit.city)}
    return application(kit, contract, manners, handlers, plain=plain)


async def pump(kit: Kit) -> None:
    """Tell every change of status to the other side; nothing where nobody is to be told."""
    if not kit.callback_base:
        return

    def event(change: Change) -> dict[str, Any]:
        filed = kit.desk.by_number(change.number)
        return {
            "event_id": f"mkt-evt-{change.seq}-{filed.digest[:8]}",
            "type": "application.status_changed",
            "occurred_at": change.at.isoformat(),
            "application": _application(filed, change),
        }

    await Webhook(
        kit,
        operation="applicationStatusChanged",
        path="/callbacks/market",
        event=event,
        headers=signed_headers(credentials.MARKET_CALLBACK_SECRET),
    ).run()
