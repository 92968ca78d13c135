"""Links from one department's register to another's: told where the other end is declared."""

from collections.abc import Sequence

from adapters.findings import Findings, did_you_mean
from adapters.manifest.model import Manifest
from adapters.rules import Rule
from schema.domain.department import Link

Declared = tuple[Manifest, Findings]
"""A manifest that can be read, and everything wrong with it so far."""


def broken_links(departments: Sequence[Declared]) -> None:
    """Note every link whose other end is declared and has no such register or look-up."""
    others = {manifest.id: (manifest, findings) for manifest, findings in departments}
    for manifest, findings in departments:
        for register in manifest.registers:
            for link in register.links:
                other = others.get(link.department)
                if other is not None and link.department != manifest.id:
                    _held(link, other, findings, f"registers.{register.id}.links.{link.name}")


def _held(link: Link, other: Declared, findings: Findings, key: str) -> None:
    manifest, wrong = other
    lookups = {r.id: [known.name for known in r.lookups] for r in manifest.registers}
    there = lookups.get(link.register)
    end = f"registers.{link.register}.lookups.{link.lookup}"
    if not link.register or link.lookup in (there or ()) or wrong.told(end):
        return  # there it is, or the other department is told what is wrong with it
    if there is None:
        known = (f"{manifest.id}.{register}" for register in lookups)
        hint = did_you_mean(f"{manifest.id}.{link.register}", known)
        sentence = f"{manifest.id} has no register {link.register!r}"
        findings.add(f"{key}.to", sentence, hint, Rule.LINK_TARGET)
    elif link.lookup:
        hint = did_you_mean(link.lookup, there)
        sentence = f"{manifest.id}.{link.register} has no look-up {link.lookup!r}"
        findings.add(f"{key}.lookup", sentence, hint, Rule.LINK_TARGET)
