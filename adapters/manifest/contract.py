"""The contract's files: where they are, that they are the pinned ones, how they are encoded."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from adapters.findings import nearest
from adapters.manifest.model import ContractSpec
from adapters.manifest.table import Table
from adapters.rules import Rule

_PATH = re.compile(r"/[^\s\x00-\x1f\x7f#]*(?<!/)")
_SCHEMAS = (".wsdl", ".xsd", ".yaml", ".yml", ".json")


def contract_of(folder: Path, table: Table) -> ContractSpec:
    """What `[contract]` says, its files compared with what is in the folder."""
    name, digest = table.text("file"), table.text("sha256")
    more = {file: table.table("more").text(file) for file in table.table("more").data}
    _pinned(folder, table, "file", name, digest)
    for file, wanted in more.items():
        _pinned(folder, table, f"more.{file}", file, wanted)
    _unlisted(folder, table, {name, *more})
    for key in ("encoding", "reply_encoding"):
        _encoding(table, key)
    path = table.text("path")
    if path and not _PATH.fullmatch(path):
        remedy = 'write it like "/ws/planning"'
        table.wrong("path", Rule.CONTRACT_PATH, f"{path!r} joins no address", remedy)
    return ContractSpec(
        file=folder / name if _there(folder / name, folder) else folder,
        sha256=digest,
        path=path,
        service=table.text("service"),
        port=table.text("port"),
        encoding=table.text("encoding", "utf-8"),
        reply_encoding=table.maybe("reply_encoding"),
        more=more,
        vendored=_vendored(folder, table, more),
        absent=tuple(table.words("absent")),
    )


def _vendored(folder: Path, table: Table, more: Mapping[str, str]) -> Mapping[str, Path]:
    """Copies of what the contract refers to by URL; each is pinned as every file is."""
    copies = {url: table.table("vendored").text(url) for url in table.table("vendored").data}
    for url, file in copies.items():
        if file not in more:
            remedy = "add it with its sha256 to more"
            key = f"vendored.{url}"
            table.wrong(key, Rule.CONTRACT_VENDORED, f"{file!r} is not pinned", remedy)
    return {url: folder / file for url, file in copies.items()}


def _pinned(folder: Path, table: Table, key: str, file: str, wanted: str) -> None:
    path = folder / file
    if not file:
        return
    if not _there(path, folder):
        sentence = f"there is no {file!r} in the folder"
        table.wrong(key, Rule.CONTRACT_FILE, sentence, "put it into contract/")
        return
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if wanted and found != wanted:
        digest = "sha256" if key == "file" else key
        sentence = f"{file} is not the pinned contract"
        remedy = f'if it is the right one, write "{found}"'
        table.wrong(digest, Rule.CONTRACT_PINNED, sentence, remedy)


def _there(path: Path, folder: Path) -> bool:
    try:
        return path.is_file() and path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError):  # names too long
        return False


def _unlisted(folder: Path, table: Table, listed: set[str]) -> None:
    inside = folder / "contract"
    lost = [file for file in listed if not (folder / file).is_file()]
    for path in sorted(inside.rglob("*")):
        file = path.relative_to(folder).as_posix()
        if path.suffix not in _SCHEMAS or not path.is_file() or nearest(file, lost):
            continue  # what is named nearly so is misspelt, and told there
        if file not in listed:
            remedy = f'add "{file}" with its sha256'
            table.wrong("more", Rule.CONTRACT_UNLISTED, f"{file} is not pinned", remedy)


def _encoding(table: Table, key: str) -> None:
    try:
        "<a/>".encode(table.text(key, "utf-8"))  # codecs that make no bytes of a text are none
    except (LookupError, ValueError):
        remedy = 'for example "utf-8" or "gb18030"'
        table.wrong(
            key, Rule.CONTRACT_ENCODING, f"there is no encoding {table.text(key)!r}", remedy
        )
