"""`docs/settings.md` from the model: `python -m gateway.settings_doc > docs/settings.md`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from gateway.settings_demo import dev_layer
from gateway.settings_departments import ClientTls, DepartmentAccess, LimitsAgreed
from gateway.settings_model import Settings
from gateway.settings_read import PREFIX

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
    plain = {n: f for n, f in Settings.model_fields.items() if _section(f) is None}
    yield _table("General", "", {n: f for n, f in plain.items() if n != "departments"}, "")
    for name, field in Settings.model_fields.items():
        section = _section(field)
        if section is not None:
            yield _table(name, section.__doc__ or "", section.model_fields, f"{name}.")
        elif name == "departments":
            limits = {f"limits.{n}": f for n, f in LimitsAgreed.model_fields.items()}
            tls = {f"tls.{n}": f for n, f in ClientTls.model_fields.items()}
            fields = {"url": DepartmentAccess.model_fields["url"], **tls, **limits}
            yield _table(name, _DEPARTMENTS, fields, "departments.<id>.")


def _table(title: str, text: str, fields: dict[str, FieldInfo], prefix: str) -> str:
    lines = [f"## {title}", ""]
    if text:
        lines += [text.strip(), ""]
    lines += ["| key | variable | value | default | dev | meaning |", "|---|---|---|---|---|---|"]
    lines += [_row(f"{prefix}{name}", field) for name, field in fields.items()]
    return "\n".join([*lines, ""])


def _row(key: str, field: FieldInfo) -> str:
    variable = PREFIX + key.replace(".", "__").upper()
    cells = [f"`{key}`", f"`{variable}`", _kind(field.annotation), _default(field), _dev(key)]
    return f"| {' | '.join(cells)} | {field.description or ''} |"


def _section(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


_KINDS = {str: "text", int: "whole number", float: "number", Path: "path", SecretStr: "secret"}


def _kind(kind: Any) -> str:
    if kind in _KINDS:
        return _KINDS[kind]
    if get_origin(kind) is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(kind))
    if get_origin(kind) is tuple:
        return f"list of {_kind(get_args(kind)[0])}"
    return " or ".join(_kind(inner) for inner in get_args(kind)[:1]) or "text"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
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
