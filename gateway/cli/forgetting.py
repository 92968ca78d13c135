"""What `onething cache forget` asks of a running gateway, and says of its answer."""

from collections.abc import Mapping

import httpx

from gateway.cli.case_options import CaseOptions
from gateway.cli.desk import DEPARTMENTS, Desk
from gateway.cli.output import Speaker, Stop, coloured
from gateway.cli.reaching import ANOTHER, ITS_LOG, Reach, a_token_of, errors_in, reach

_PATH = "/cache/forget"
_ROLE = "operator"


def forget_at(speaker: Speaker, options: CaseOptions, named: Mapping[str, str]) -> None:
    """Have what is named asked anew; Stop with what the gateway has against it."""
    gateway = reach(options, _ROLE)
    answer = gateway.post(_PATH, named)
    if answer.status_code != httpx.codes.NO_CONTENT:
        raise _refused(gateway, answer, named)
    if options.as_json:
        speaker.json({"forgotten": named})
        return
    what = ", ".join(f"{key} {value}" for key, value in named.items())
    speaker.say(coloured(("forgotten", "green"), f": {what} is asked anew"))


def _refused(gateway: Reach, answer: httpx.Response, named: Mapping[str, str]) -> Stop:
    if answer.status_code == httpx.codes.FORBIDDEN:
        found = f"this token does not have the role {_ROLE}"
        return Stop([found], next_step=a_token_of(_ROLE))
    if answer.status_code == httpx.codes.BAD_REQUEST:
        return _unknown(gateway, named)
    try:
        errors = errors_in(answer.json())
    except ValueError:
        errors = []
    if errors:
        return Stop(errors, next_step=ITS_LOG)
    strange = f"{gateway.at(_PATH)}: it answers {answer.status_code}, and is no gateway"
    return Stop([strange], next_step=ANOTHER)


def _unknown(gateway: Reach, named: Mapping[str, str]) -> Stop:
    """There is nothing of that name; what there is instead is asked for."""
    if "case" in named:
        found = f"there is no case {named['case']!r}"
        return Stop([found], next_step="take its number from: onething cases overdue")
    known = [entry["id"] for entry in Desk(gateway).ask(DEPARTMENTS)["departments"]]
    if named["department"] in known:
        found = f"{named['department']} has no register {named.get('register')!r}"
        return Stop([found], next_step="see its department.toml for [registers.<register>]")
    found = f"there is no department {named['department']!r}"
    return Stop([found], next_step=f"name one of {', '.join(sorted(known))}")
