"""Checks of schemathesis's for departments that answer HTTP 200 whatever happens: a wrong request,
and one without credentials, must be refused inside the reply. Runs in schemathesis's environment.
"""

# mypy: ignore-errors
import json
from copy import copy
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import schemathesis
from schemathesis.specs.openapi.checks import negative_data_rejection

CREDENTIALS = {"x-app-key", "x-api-key"}
_seen = set()


def _success(told):
    """Whether the body says that what was asked for was done."""
    if "status" in told:
        return told["status"]["code"] == "0" and told.get("custom", {}).get("code") == "0"
    return told["code"] == "00"


@schemathesis.check
def refused_inside(ctx, response, case):
    """schemathesis's own check of wrong requests, told by what the body says."""
    shown = copy(response)
    if response.status_code == 200 and not _success(response.json()):
        shown.status_code = 400
    return negative_data_rejection(ctx, shown, case)


@schemathesis.check
def stranger_refused_inside(ctx, response, case):
    """The same request without credentials is not done; asked once where it was done with them."""
    asked = response.request
    if (
        case.operation.label in _seen
        or response.status_code != 200
        or not _success(response.json())
    ):
        return
    _seen.add(case.operation.label)
    headers = {k: v for k, v in asked.headers.items() if k.lower() not in CREDENTIALS}
    content = asked.body.encode() if isinstance(asked.body, str) else asked.body
    url = asked.url  # of the mock on loopback, as schemathesis was told it
    again = Request(url, data=content, headers=headers, method=asked.method)  # noqa: S310
    try:
        with build_opener(ProxyHandler({})).open(again) as reply:
            told = json.loads(reply.read())
    except HTTPError:  # the status says so
        return
    if _success(told):
        raise AssertionError("a caller without credentials was served, says the body")
