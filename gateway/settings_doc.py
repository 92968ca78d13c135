"""`docs/settings.md` from the model: `python -m gateway.settings_doc > docs/settings.md`."""

import sys
from collections.abc import Iterator
from dataclasses import MISSING, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from gateway.settings_demo import dev_layer
from gateway.settings_departments import ClientTls, DepartmentAccess, LimitsAgreed
from gateway.settings_fitting import kinds_in
from gateway.settings_model import Settings
from gateway.settings_read import PREFIX
from gateway.settings_section import Secret, Section, meaning_of, settings_in

_HEAD = """# Settings

Written from the model by `python -m gateway.settings_doc`; a test keeps it in step.

Read once, at start, each layer over the one before: what the dev profile fills in, `onething.toml`,
environment variables, flags. A key `section.key` is `[section] key = …` in the file and
`ONETHING__SECTION__KEY` in the environment (lists separated by commas). Every mistake is reported
at once as `source:key: sentence — remedy`, and nothing starts (exit code 78).
`onething config show` prints each value with its source, secrets masked.

The profile is **production** unless `dev` is asked for by name. Production refuses: no issuer, an
issuer or keys without https, the dev issuer, the dev store, no store or folder for documents,
no key to sign certificates with, no https address to check them at, passwords everybody knows,
unencrypted departments, caches or collectors on other machines, a public address without https, a
clock that is not real. Dev refuses: to listen beyond this machine, a
database on another machine, and, while it trusts its own tokens, departments on another machine.
"""
_DEPARTMENTS = """Per department, under its id. Every key other than `url`, `limits` and `tls` is
a credential with the name its manifest uses; all of them are secrets and never shown. A certificate
is looked at when the gateway starts, and read again by no running one; `onething doctor` says how
long it is valid.
"""


def render() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_sections()])


def _sections() -> Iterator[str]:
    known = _described(Settings)
    plain = {n: told for n, told in known.items() if not _is_section(told.kind)}
    yield _table("General", "", {n: told for n, told in plain.items() if n != "departments"}, "")
    for name, told in known.items():
        if _is_section(told.kind):
            yield _table(name, told.kind.__doc__ or "", _described(told.kind), f"{name}.")
        elif name == "departments":
            limits = {f"limits.{n}": told for n, told in _described(LimitsAgreed).items()}
            tls = {f"tls.{n}": told for n, told in _described(ClientTls).items()}
            fields = {"url": _described(DepartmentAccess)["url"], **tls, **limits}
            yield _table(name, _DEPARTMENTS, fields, "departments.<id>.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """One setting as the page tells it."""

    kind: Any
    default: Any
    meaning: str


def _described(section: type[Section]) -> dict[str, _Told]:
    kinds = kinds_in(section)
    return {
        one.name: _Told(kind=kinds[one.name], default=one.default, meaning=meaning_of(one))
        for one in settings_in(section)
    }


def _table(title: str, text: str, fields: dict[str, _Told], prefix: str) -> str:
    lines = [f"## {title}", ""]
    if text:
        lines += [text.strip(), ""]
    lines += ["| key | variable | value | default | dev | meaning |", "|---|---|---|---|---|---|"]
    lines += [_row(f"{prefix}{name}", told) for name, told in fields.items()]
    return "\n".join([*lines, ""])


def _row(key: str, told: _Told) -> str:
    variable = PREFIX + key.replace(".", "__").upper()
    cells = [f"`{key}`", f"`{variable}`", _kind(told.kind), _default(told.default), _dev(key)]
    return f"| {' | '.join(cells)} | {told.meaning} |"


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Section)


_KINDS = {str: "text", int: "whole number", float: "number", Path: "path", Secret: "secret"}


def _kind(kind: Any) -> str:
    if kind in _KINDS:
        return _KINDS[kind]
    if get_origin(kind) is Annotated:
        return _kind(get_args(kind)[0])
    if get_origin(kind) is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(kind))
    if get_origin(kind) is tuple:
        return f"list of {_kind(get_args(kind)[0])}"
    return " or ".join(_kind(inner) for inner in get_args(kind)[:1]) or "text"


def _default(value: Any) -> str:
    if value is MISSING:
        return "required"
    if isinstance(value, Secret):
        value = value.clear
    if isinstance(value, tuple):
        value = ", ".join(value)
    return f"`{value}`" if value not in (None, "") else "–"


def _dev(key: str) -> str:
    value = dev_layer(".dev").values.get(key)
    if key == "departments.<id>.url":
        return "the mocks, `http://127.0.0.1:8101` to `8108`"
    return "–" if value is None else f"`{value}`"


if __name__ == "__main__":
    sys.stdout.write(render())
