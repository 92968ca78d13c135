"""`onething mocks faults|latency`: bad days on order, and how fast departments are."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeAlias

import typer

from gateway.cli.mock_fleet import MockFleet, StateOption, UrlOption, one_of
from gateway.cli.options import JsonOption
from gateway.cli.output import MISUSED, Speaker, Stop, Words, coloured

DepartmentArgument: TypeAlias = Annotated[str | None, typer.Argument(help="A department's id.")]
RuleOption: TypeAlias = Annotated[
    list[str] | None, typer.Option("--set", help="Anything a rule says, as key=value; repeated.")
]
LiftOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--lift", help="Lift the rules of this kind that say what --set says, else all there are."
    ),
]


def register(fleet: typer.Typer) -> None:
    """Add the commands to the group."""
    fleet.command()(faults)
    fleet.command()(latency)


def faults(
    context: typer.Context,
    department: DepartmentArgument = None,
    kind: Annotated[str | None, typer.Argument(help="Add a rule of this kind.")] = None,
    pairs: RuleOption = None,
    lift: LiftOption = False,
    kinds: Annotated[
        bool, typer.Option("--kinds", help="Every kind there is, or that a department can have.")
    ] = False,
    struck: Annotated[
        bool, typer.Option("--struck", help="How often each kind struck, and each rule in force.")
    ] = False,
    url: UrlOption = None,
    folder: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the rules in force, add one (`fire busy --set first=2`), or lift some or all."""
    if len(asked := [f"--{n}" for n, given in _told(lift, kinds, struck).items() if given]) > 1:
        raise _wrong(f"{' and '.join(asked)} at once", "say one of --lift, --kinds, --struck")
    if kind and (kinds or struck):
        raise _wrong(f"{asked[0]} orders nothing", f"leave out {kind}, or {asked[0]}")
    speaker: Speaker = context.obj
    fleet = MockFleet.at(url, folder)
    if kinds:
        _tell_kinds(speaker, _suiting(fleet, department), as_json=as_json)
        return
    if struck:
        _tell_struck(speaker, fleet, department and fleet.department(department), as_json=as_json)
        return
    rule = {"kind": kind, **_values(pairs)} if kind else None
    if pairs and not rule:
        raise _wrong("--set says something of a rule", "name it: onething mocks faults fire busy")
    told = _ordered(fleet, "faults", department, rule, lift)
    _tell_rules(speaker, "faults", told, department, as_json)


def latency(
    context: typer.Context,
    department: DepartmentArgument = None,
    pairs: RuleOption = None,
    lift: LiftOption = False,
    url: UrlOption = None,
    folder: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show pace and limits, add a rule (`market --set median_s=0.08 --set sigma=0.6`), or lift."""
    rule = _values(pairs) if pairs else None
    if rule and not department:
        raise _wrong("whose pace?", "name a department: onething mocks latency market --set …")
    told = _ordered(MockFleet.at(url, folder), "latency", department, rule, lift)
    _tell_rules(context.obj, "latency", told, department, as_json)


def _told(lift: bool, kinds: bool, struck: bool) -> Mapping[str, bool]:
    return {"lift": lift, "kinds": kinds, "struck": struck}


def _wrong(what: str, step: str) -> Stop:
    return Stop([what], next_step=step, code=MISUSED)


def _values(pairs: Sequence[str] | None) -> dict[str, Any]:
    wrong = [pair for pair in pairs or () if "=" not in pair]
    if wrong:
        raise _wrong(f"--set {wrong[0]}: is not key=value", "write for example --set first=2")
    said: dict[str, Any] = {}
    for key, _, text in (pair.partition("=") for pair in pairs or ()):
        if key in said:
            raise _wrong(f"--set: {key} is said twice", 'say it once; a list is ["one", "other"]')
        said[key] = _value(key, text)
    return said


def _value(key: str, text: str) -> Any:
    if key == "over":  # a word, also where it is a number
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _ordered(
    fleet: MockFleet, what: str, department: str | None, rule: Any | None, lift: bool
) -> Mapping[str, Any]:
    """The rules in force after the order, which may be none."""
    if department is not None:
        fleet.department(department)
    elif lift:
        return dict(fleet.ask("PUT", what, json={}))
    before: Mapping[str, Any] = fleet.get(what)
    if department is None or (rule is None and not lift):
        return _only(department, before)
    rules = before.get(department, [])
    left = [one for one in rules if not _says(one, rule or {})] if lift else [*rules, rule]
    if rule and left == rules:
        raise _not_in_force(fleet, what, department, rule)
    return dict(fleet.ask("PUT", f"{what}/departments/{department}", json=left))


def _says(rule: Mapping[str, Any], named: Mapping[str, Any]) -> bool:
    """Whether a rule says all of that; it may say more."""
    return all(_listed(rule.get(key)) == _listed(value) for key, value in named.items())


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _not_in_force(fleet: MockFleet, what: str, department: str, rule: Mapping[str, Any]) -> Stop:
    if "kind" in rule:
        one_of(rule["kind"], [one["name"] for one in fleet.get("faults/kinds")], "kind of fault")
    said = _said(rule).removeprefix("kind=")
    step = f"onething mocks {what} {department} tells which rules are"
    return Stop([f"no {said} in force at {department}"], next_step=step)


def _only(department: str | None, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is told of one department, or of all."""
    return {name: one for name, one in told.items() if department in (None, name)}


def _tell_rules(
    speaker: Speaker, what: str, told: Mapping[str, Any], department: str | None, as_json: bool
) -> None:
    if as_json:
        speaker.json(told)
        return
    if not told:
        speaker.say(f"no {what} on order" + (f" at {department}" if department else ""))
        return
    rows = [(name, _said(rule)) for name, rules in told.items() for rule in rules]
    speaker.table(what, ("department", "rule"), rows)


def _said(rule: Mapping[str, Any]) -> str:
    return " ".join(
        f"{key}={json.dumps(v, ensure_ascii=False)}" if not isinstance(v, str) else f"{key}={v}"
        for key, v in rule.items()
    )


def _suiting(fleet: MockFleet, department: str | None) -> Sequence[Mapping[str, Any]]:
    """Every kind of fault, or those that a department can have."""
    known: Sequence[Mapping[str, Any]] = fleet.get("faults/kinds")
    if department is None:
        return known
    name = fleet.department(department)
    return [one for one in known if name in one["departments"]]


def _tell_kinds(speaker: Speaker, told: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    if as_json:
        speaker.json(told)
        return
    rows = [(one["name"], one["zh"], one["suits"], _does(one)) for one in told]
    speaker.table(f"{len(rows)} kinds of faults", ("kind", "名称", "suits", "what happens"), rows)


def _does(kind: Mapping[str, Any]) -> Words:
    """What happens, and the parameters with their usual values."""
    usual = _said(kind["parameters"])
    return coloured(kind["does"], (f" {usual}", "cyan")) if usual else str(kind["does"])


def _tell_struck(
    speaker: Speaker, fleet: MockFleet, department: str | None, *, as_json: bool
) -> None:
    told = _only(department, fleet.get("faults/struck"))
    if as_json:
        speaker.json(told)
        return
    rows = [(n, kind, str(count)) for n, counts in told.items() for kind, count in counts.items()]
    if rows:
        speaker.table("struck", ("department", "kind", "times"), rows)
    else:
        speaker.say("no fault struck")
    ruled = _only(department, fleet.get("faults/struck/rules"))
    in_force = [(n, _said(r["rule"]), str(r["struck"])) for n, each in ruled.items() for r in each]
    if in_force:
        speaker.table("rules in force", ("department", "rule", "times"), in_force)
