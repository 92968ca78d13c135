"""What `onething departments new` does: a folder drafted from a contract, and what is told."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from adapters.drafting.draft import Drafted, draft_department
from adapters.drafting.files import Refused
from gateway.cli.output import Speaker, Stop, coloured


def drafted(
    identifier: str,
    entry: Path,
    into: Path,
    *,
    service: str | None,
    port: str | None,
    named: tuple[str | None, str | None],
    vendor: Mapping[str, Path],
) -> Drafted:
    """The new folder; Stop with the reason when there cannot be one."""
    try:
        return draft_department(
            identifier, entry, into, service=service, port=port, named=named, vendor=vendor
        )
    except Refused as refused:
        raise Stop([refused], next_step=refused.remedy) from refused


def report(speaker: Speaker, made: Drafted, *, as_json: bool) -> None:
    """Say what was drafted and what is left to decide; Stop when the manifest does not pass."""
    if as_json:
        speaker.json(_told(made))
    else:
        _say(speaker, made)
    if made.findings:
        raise Stop(made.findings, next_step="correct the manifest; everything else stands")


def _say(speaker: Speaker, made: Drafted) -> None:
    contract = made.contract
    speaker.say(coloured(("✓ ", "green"), f"{made.folder}: {len(made.files)} files pinned"))
    live = {register.operation.name: register.id for register in made.registers}
    rows = [
        (operation.name, guess.purpose, guess.reason, live.get(operation.name, "–"))
        for operation, guess in made.guessed
    ]
    columns = ("operation", "guessed", "because", "register")
    speaker.table(contract.title or contract.file, columns, rows)
    if contract.port is not None and len(contract.ports) > 1:
        known = ", ".join(f"{port.service}/{port.name}" for port in contract.ports)
        speaker.say(f"port {contract.port.name} of {known}")
    for sentence in _left_out(made):
        speaker.say(coloured(("left out: ", "yellow"), sentence))
    speaker.say("")
    speaker.say("to decide (each stands in the manifest as # DECIDE):")
    for number, decision in enumerate(made.decisions, 1):
        speaker.say(f"{number:3}. {decision}")
    _next(speaker, made)


def _left_out(made: Drafted) -> list[str]:
    """The operations that cannot be read, and the look-ups that are not live after all."""
    troubled = [o for o in made.contract.operations if o.trouble]
    return [*(f"{o.name}: {o.trouble}" for o in troubled), *map(str, made.dropped)]


def _next(speaker: Speaker, made: Drafted) -> None:
    host = made.contract.host or "https://…"
    for line in (
        "",
        "next: decide these, then let the settings know the folder and the address:",
        "  [plugins]",
        f'  departments = "{made.folder.parent}"',
        f"  [departments.{made.folder.name}]",
        f'  url = "{host}"',
        *(f'  {name} = "…"' for name in made.credentials),
    ):
        speaker.say(line)


def _told(made: Drafted) -> dict[str, object]:
    return {
        "folder": str(made.folder),
        "protocol": made.contract.protocol,
        "files": made.files,
        "ports": [asdict(port) for port in made.contract.ports],
        "operations": [
            {
                "name": operation.name,
                "about": operation.about,
                "address": operation.address,
                "guessed": guess.purpose,
                "because": guess.reason,
            }
            for operation, guess in made.guessed
        ],
        "registers": [
            {"id": register.id, "operation": register.operation.name, "key": register.key}
            for register in made.registers
        ],
        "credentials": list(made.credentials),
        "decisions": [asdict(decision) for decision in made.decisions],
        "left_out": _left_out(made),
        "findings": [str(finding) for finding in made.findings],
    }
