"""The files a contract consists of: the entry and everything it refers to, without a network."""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

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


class Absent(Refused):
    """What a contract refers to and nobody brought: what does not need it can do without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractFiles:
    """The files of one contract: all lie below `root` but copies of what it refers to by URL."""

    entry: Path
    files: tuple[Path, ...]
    copies: Mapping[str, Path] = field(default_factory=dict)  # by URL
    absent: Mapping[str, Absent] = field(default_factory=dict)  # by reference, as it stands

    @property
    def root(self) -> Path:
        """The nearest folder that holds all that were received."""
        copied = set(self.copies.values())
        return Path(os.path.commonpath([path.parent for path in self.files if path not in copied]))

    def copy(self, folder: Path) -> str:
        """Copy all, byte for byte, to `folder`/contract; where the entry lies below `folder`."""
        for path in self.files:
            target = folder / self.place(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        return self.place(self.entry)

    def place(self, path: Path) -> str:
        """Where a file lies below the department's folder."""
        copied = list(dict.fromkeys(self.copies.values()))
        if path not in copied:
            return f"{CONTRACT}/{path.relative_to(self.root).as_posix()}"
        alike = [one for one in copied[: copied.index(path)] if one.name == path.name]
        number = f"{len(alike) + 1}-" if alike else ""
        return f"{CONTRACT}/vendored/{number}{path.name}"

    def vendored(self) -> dict[str, str]:
        """Where the copies lie below the department's folder, by URL."""
        return {url: self.place(path) for url, path in self.copies.items()}

    def pins(self) -> dict[str, str]:
        """The SHA-256 of every file, by its place; the entry first."""
        rest = [path for path in self.files if path != self.entry]
        return {self.place(path): _digest(path) for path in (self.entry, *rest)}


def gather(entry: Path, vendor: Mapping[str, Path] | None = None) -> ContractFiles:
    """The entry and all it refers to; Refused names what lies elsewhere.

    `vendor`: copies of what it refers to by URL; each must be needed.
    """
    first = _there(entry)
    copies = Copies({url: _there(path) for url, path in (vendor or {}).items()}, first)
    found: dict[Path, None] = {}
    absent: dict[str, Absent] = {}
    waiting = [first]
    while waiting:
        path = waiting.pop(0)
        if path in found:
            continue
        found[path] = None
        if len(found) > _MOST:
            raise Refused(f"{entry.name} consists of more than {_MOST} files", "name its entry")
        for reference in references(path):
            try:
                waiting.append(_target(path, reference, copies))
            except Absent as lacking:
                absent.setdefault(reference, lacking)
    copies.all_used()
    return ContractFiles(
        entry=first, files=tuple(sorted(found)), copies=copies.known, absent=absent
    )


def _there(path: Path) -> Path:
    if not path.is_file():
        raise Refused(f"there is no file {path}", "correct the path")
    return path.resolve()


class Copies:
    """Copies of what a contract refers to by URL, and which of them it uses."""

    def __init__(self, known: Mapping[str, Path], entry: Path) -> None:
        self.known = known
        self._used: set[str] = set()
        if entry in known.values():
            raise Refused(f"{entry.name} is the contract itself", "give --vendor for others only")

    def find(self, path: Path, reference: str) -> Path | None:
        """The copy of what `path` means by this; None for a file beside it."""
        origin = next((url for url, copy in self.known.items() if copy == path), None)
        url = reference if origin is None else urljoin(origin, reference)
        if url in self.known:
            self._used.add(url)
            return self.known[url]
        parts = urlsplit(url)
        if not (parts.scheme or parts.netloc):
            return None
        name = Path(parts.path).name or "part"
        raise Absent(
            f"{path.name} refers to {url}, and nothing is fetched from a network",
            f"vendor it: save that file as {name} and add --vendor {url}={name}",
        )

    def all_used(self) -> None:
        """Refused when a copy is of nothing the contract refers to."""
        for url in self.known:
            if url not in self._used:
                remedy = "give the URL as it stands in the contract, or leave it out"
                raise Refused(f"nothing in the contract refers to {url}", remedy)


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


def _target(path: Path, reference: str, copies: Copies) -> Path:
    parts = _split(path, reference)
    copy = copies.find(path, reference)
    if copy is not None:
        return copy
    target, there = _beside(path, parts)
    if target in copies.known.values():
        remedy = "keep the copy that --vendor names in another folder"
        raise Refused(f"{target.name} is both beside the contract and a copy by URL", remedy)
    if not there:
        raise Absent(
            f"{path.name} refers to {reference[:200]}, which is not there",
            f"vendor it: ask the department for that file and put it at {str(target)[:300]}",
        )
    return target


def _split(path: Path, reference: str) -> SplitResult:
    """The parts of a location; Refused for what is none."""
    try:
        parts = urlsplit(reference)
    except ValueError:
        raise _no_place(path, reference) from None
    if parts.scheme == "file":
        raise _no_place(path, reference)
    return parts


def _beside(path: Path, parts: SplitResult) -> tuple[Path, bool]:
    """What a relative place leads to, and whether it is there; Refused for an absolute one."""
    place = unquote(parts.path)
    if place[:1] in ("/", "\\"):
        raise _no_place(path, place)
    target = path.parent / place
    try:
        target = target.resolve()
        return target, target.is_file()
    except (OSError, ValueError, RuntimeError):  # names too long, symlinks in a circle
        return target, False


def _no_place(path: Path, reference: str) -> Refused:
    return Refused(
        f"{path.name} refers to {reference[:200]!r}, which is no relative path",
        "put a copy beside it and let the reference in your copy name that",
    )


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
