"""What a department's examples must show, by its manifest, and what they do show."""

from collections.abc import Iterable, Iterator

from adapters.conformance.examples import Json
from adapters.manifest.model import Manifest
from adapters.outcome import Meaning


def wanted(manifest: Manifest) -> set[str]:
    """What a department's examples must show, by its manifest."""
    verbs = {verb for specs in manifest.services.values() for verb in specs}
    shows = {f"file {service}" for service in manifest.services}
    shows |= {verb for verb in verbs if verb != "find_filing"}
    shows |= {"progress received", "progress granted"} if "progress" in verbs else set()
    for register, lookup in manifest.lookups:
        shows |= {f"{register}.{lookup} found", f"{register}.{lookup} absent"}
    for verb in {"find_filing", "find_supplement"} & verbs:
        shows |= {f"{verb} found", f"{verb} absent"}
    for kind in manifest.verifications:
        shows |= {f"verify {kind} True", f"verify {kind} False"}
    if manifest.feed is not None:
        shows.add("changes found")
    if manifest.callback is not None:
        shows |= {"callback found", "callback fails"}
    if Meaning.REFUSED in manifest.faults.values():
        shows.add("Refused")
    if Meaning.BUSY in manifest.faults.values():
        shows.add("NotDelivered DEPARTMENT_BUSY")
    return shows


def shown(example: Json) -> Iterator[str]:
    """What one example shows."""
    call, told = example["call"], example["arguments"]
    if "fails" in example:
        words = example["fails"].split(" ")
        yield words[0] if words[0] == "Refused" else " ".join(words[:2])
        yield f"{call} fails"
        return
    gives = example["gives"]
    yield call
    match call:
        case "file":
            yield f"file {told['service']}"
        case "read":
            there = all(gives.values())
            yield f"{told['register']}.{told['lookup']} {'found' if there else 'absent'}"
        case "verify":
            yield f"verify {told['kind']} {gives['matches']}"
        case "progress":
            yield from (f"progress {one['status']}" for one in gives.values() if one)
        case "changes":
            yield f"changes {'found' if gives['progress'] else 'none'}"
        case _:
            yield f"{call} {'found' if gives else 'absent'}"


def lacking(manifest: Manifest, told: Iterable[Json]) -> list[str]:
    """What is declared and not shown."""
    return sorted(wanted(manifest) - {one for example in told for one in shown(example)})
