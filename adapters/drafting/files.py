"""The files a contract consists of: the entry and everything it refers to, without a network."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from adapters.documents import BadContract, Documents
from adapters.rest.reading import read_tree
from adapters.soap.forms import BUILT_IN
from adapters.soap.xml import XS, BadXml, Element, local, parse

CONTRACT = "contract"
_LOCATION = {
    "import": ("schemaLocation", "location"),
    "include": ("schemaLocation", "location"),
    "redefine": ("schemaLocation",),
}
_MOST = 2_000  # files one contract may consist of


class Refused(ValueError):
    """A contract that cannot be taken over; `remedy` is what to do about it."""

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__(sentence)
        self.remedy = remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractFiles:
    """The files of one contract; all of them lie below `root`."""

    entry: Path
    files: tuple[Path, ...]

    @property
    def root(self) -> Path:
        """The nearest folder that holds all of them."""
        return Path(os.path.commonpath([path.parent for path in self.files]))

    def copy(self, folder: Path) -> str:
        """Copy all, byte for byte, to `folder`/contract; where the entry lies below `folder`."""
        for path in self.files:
            target = folder / self.place(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        return self.place(self.entry)

    def place(self, path: Path) -> str:
        """Where a file lies below the department's folder."""
        return f"{CONTRACT}/{path.relative_to(self.root).as_posix()}"

    def pins(self) -> dict[str, str]:
        """The SHA-256 of every file, by its place; the entry first."""
        rest = [path for path in self.files if path != self.entry]
        return {self.place(path): _digest(path) for path in (self.entry, *rest)}


def gather(entry: Path) -> ContractFiles:
    """The entry and all it refers to; Refused names what is missing or lies elsewhere."""
    first = entry.resolve()
    if not first.is_file():
        raise Refused(f"there is no file {entry}", "correct the path")
    found: dict[Path, None] = {}
    waiting = [first]
    while waiting:
        path = waiting.pop(0)
        if path in found:
            continue
        found[path] = None
        if len(found) > _MOST:
            raise Refused(f"{entry.name} consists of more than {_MOST} files", "name its entry")
        waiting.extend(_target(path, reference) for reference in references(path))
    return ContractFiles(entry=first, files=tuple(sorted(found)))


def references(path: Path) -> list[str]:
    """What a file refers to, as it says it, once each, without what stays within the file."""
    if path.suffix.lower() in (".yaml", ".yml", ".json"):
        found = _json_references(plain(path))
    else:
        found = _xml_references(markup(path))
    return list(dict.fromkeys(found))


def markup(path: Path) -> Element:
    """The root of an XML file."""
    try:
        return parse(Documents(path.parent).read(path))
    except BadXml as error:
        remedy = "ask the department for the file as it sent it"
        raise Refused(f"{path.name} {error}", remedy) from None
    except BadContract as error:
        raise Refused(str(error), "correct the file") from None


def plain(path: Path) -> Any:
    """The content of a YAML or JSON file, read as the department's check will read it."""
    try:
        return read_tree(Documents(path.parent), path)
    except BadContract as error:
        raise Refused(str(error), "correct the file") from None


def _xml_references(root: Element) -> Iterator[str]:
    for node in root.iter("{*}*"):
        for attribute in _LOCATION.get(local(node.tag), ()):
            place = node.get(attribute)
            if place and not _known(node, place):
                yield str(place)


def _known(node: Element, place: str) -> bool:
    """Whether this imports a schema everyone knows, which is read without its published place."""
    space = node.get("namespace")
    return local(node.tag) == "import" and space in (XS, *BUILT_IN) and "://" in place


def _json_references(root: Any) -> Iterator[str]:
    for node in mappings(root):
        reference = node.get("$ref")
        if isinstance(reference, str) and not reference.startswith("#"):
            yield reference.partition("#")[0]


def mappings(root: Any) -> Iterator[dict[Any, Any]]:
    """Every mapping in a document, once: YAML may hold a part in many places, and in itself."""
    waiting, seen = [root], set[int]()
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict | list) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, dict):
            yield node
            waiting.extend(reversed(node.values()))
        else:
            waiting.extend(reversed(node))


def _target(path: Path, reference: str) -> Path:
    parts = _split(path, reference)
    if parts.scheme or parts.netloc:
        name = Path(parts.path).name or "part"
        raise Refused(
            f"{path.name} refers to {reference}, and nothing is fetched from a network",
            f"vendor it: save that file as {path.parent / name}, "
            f'and let the reference in your copy of {path.name} read "{name}"',
        )
    target = path.parent / unquote(parts.path)
    try:
        target = target.resolve()
        there = target.is_file()
    except (OSError, ValueError, RuntimeError):  # names too long, symlinks in a circle
        there = False
    if not there:
        raise Refused(
            f"{path.name} refers to {reference[:200]}, which is not there",
            f"vendor it: ask the department for that file and put it at {str(target)[:300]}",
        )
    return target


def _split(path: Path, reference: str) -> SplitResult:
    """The parts of a location; Refused for none, and for one no department's folder can hold."""
    try:
        parts = urlsplit(reference)
    except ValueError:
        parts = None
    if parts is None or (unquote(parts.path)[:1] in ("/", "\\") and not parts.netloc):
        sentence = f"{path.name} refers to {reference[:200]!r}, which is no relative path"
        remedy = "put a copy beside it and let the reference in your copy name that"
        raise Refused(sentence, remedy)
    return parts


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
