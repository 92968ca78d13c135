"""The files of one contract: read within its folder, bounded, and nothing ever fetched."""

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urljoin, urlsplit

FILE_BYTES = 16 * 2**20
ALL_BYTES = 64 * 2**20
FILES = 2_000
_REMEMBERED, _ALIKE = 32, 4  # contracts kept; of them, those that only differ in other files

_PACKED = {
    b"\x1f\x8b": "compressed (gzip)",
    b"PK\x03\x04": "a ZIP archive",
    b"BZh": "compressed (bzip2)",
    b"\xfd7zXZ": "compressed (xz)",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an Office document",
    b"\x7fELF": "a program",
}

T = TypeVar("T")


class BadContract(ValueError):
    """A contract that cannot be used; the sentence says why and, where known, what mends it."""


@dataclass(slots=True)
class Documents:
    """Files below one folder; `vendored` are copies of what is published elsewhere, by its URL."""

    folder: Path
    vendored: Mapping[str, Path] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()  # what it refers to and nobody has, as it stands there
    digests: dict[str, str] = field(default_factory=dict)  # of every file read, by its place
    _size: int = 0

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()

    def locate(self, place: str, asker: Path) -> Path:
        """The file that `asker` means by this location; BadContract for any outside the folder."""
        if place in self.vendored:
            return self._within(self.vendored[place], place, asker)
        parts = _split(place, asker)
        if parts.scheme or parts.netloc:
            raise _remote(place, asker)
        path = unquote(parts.path)
        if not path or path.startswith(("/", "\\")) or "\0" in path:
            raise BadContract(f"{asker.name} refers to {place[:200]!r}, which is no relative path")
        origin = self._origin(asker)
        if origin and not (asker.parent / path).is_file():
            return self._elsewhere(urljoin(origin, place), asker)
        return self._within(asker.parent / path, place, asker)

    def found(self, place: str, asker: Path) -> Path | None:
        """As `locate`; None for what is known to be absent."""
        try:
            return self.locate(place, asker)
        except BadContract:
            if place in self.absent:
                return None
            raise

    def read(self, path: Path) -> bytes:
        """The file's bytes; BadContract when it is no plain file of a bearable size."""
        data = _content(path)
        name = self.place(path)
        if name not in self.digests:
            self._size += len(data)
        self.digests[name] = hashlib.sha256(data).hexdigest()
        if self._size > ALL_BYTES or len(self.digests) > FILES:
            what = f"{ALL_BYTES // 2**20} MB or {FILES} files"
            raise BadContract(f"the contract's files exceed {what} — leave out what is not used")
        return data

    def place(self, path: Path) -> str:
        """Where the file lies, seen from the folder."""
        try:
            return path.resolve().relative_to(self.folder).as_posix()
        except (ValueError, OSError, RuntimeError):
            raise BadContract(f"{path.name} lies outside the contract's folder") from None

    def copies(self) -> Mapping[str, str]:
        """The vendored files' places, by their URLs; none for what is absent."""
        there = {url: self.place(path) for url, path in self.vendored.items()}
        return dict.fromkeys(sorted(self.absent), "") | there

    def _origin(self, asker: Path) -> str | None:
        asked = asker.resolve()
        return next((url for url, path in self.vendored.items() if path.resolve() == asked), None)

    def _elsewhere(self, url: str, asker: Path) -> Path:
        if url not in self.vendored:
            raise _remote(url, asker)
        return self._within(self.vendored[url], url, asker)

    def _within(self, path: Path, place: str, asker: Path) -> Path:
        full = path
        try:
            full = path.resolve()
            inside, there = full.is_relative_to(self.folder), full.is_file()
        except (OSError, ValueError, RuntimeError):  # names too long, symlinks in a circle
            inside = there = False
        if inside and there:
            return full
        wrong = "which is not there" if inside else "which lies outside the contract's folder"
        remedy = "put a copy into the contract's folder and mend the location"
        raise BadContract(f"{asker.name} refers to {place[:200]!r}, {wrong} — {remedy}")


def _split(place: str, asker: Path) -> Any:
    try:
        return urlsplit(place)
    except ValueError:
        raise BadContract(f"{asker.name} refers to {place[:200]!r}, which is no location") from None


def _remote(url: str, asker: Path) -> BadContract:
    return BadContract(
        f"{asker.name} refers to {url[:300]}, and nothing is fetched — put a copy beside the "
        f'contract and change the location, or list it: [contract.vendored] "{url[:300]}" = '
        '"contract/<file>"'
    )


def _content(path: Path) -> bytes:
    if not path.is_file():  # neither a folder nor a pipe that would wait for ever
        raise BadContract(f"{path.name} is not there")
    try:
        with path.open("rb") as file:
            size = min(os.fstat(file.fileno()).st_size, FILE_BYTES)  # a buffer is made at once
            data = file.read(size + 1)
            if len(data) > size:  # too large, or larger than it said
                data += file.read(FILE_BYTES + 1 - len(data))
    except OSError as error:
        raise BadContract(f"{path.name} cannot be read: {error.strerror}") from None
    if len(data) > FILE_BYTES:
        raise BadContract(f"{path.name} exceeds {FILE_BYTES // 2**20} MB")
    if not data.strip():
        raise BadContract(f"{path.name} is empty")
    packed = next((what for magic, what in _PACKED.items() if data.startswith(magic)), None)
    if packed:
        raise BadContract(f"{path.name} is {packed} — unpack it and give the document itself")
    return data


@dataclass(frozen=True, slots=True)
class _Known:
    digests: Mapping[str, str]
    copies: Mapping[str, str]
    made: Any


_KNOWN: OrderedDict[tuple[str, str, str], list[_Known]] = OrderedDict()


def remembered(documents: Documents, entry: Path, make: Callable[[Documents, Path], T]) -> T:
    """What `make` makes of these files; made once per process for the same bytes in every file."""
    first = hashlib.sha256(documents.read(entry)).hexdigest()
    key = (f"{make.__module__}.{make.__qualname__}", documents.place(entry), first)
    for alike in _KNOWN.get(key, []):
        if alike.copies == documents.copies() and _same(documents, alike.digests):
            _KNOWN.move_to_end(key)
            found: T = alike.made
            return found
    made = make(documents, entry)
    known = _Known(dict(documents.digests), documents.copies(), made)
    _KNOWN[key] = [*_KNOWN.get(key, [])[1 - _ALIKE :], known]
    if len(_KNOWN) > _REMEMBERED:
        _KNOWN.popitem(last=False)
    return made


def forget_all() -> None:
    """Let go of every contract that was made: for who has loaded all it will ever load.

    What reads replies and writes requests holds what it needs of them: of schemas in XML nothing,
    of an OpenAPI document the parts that nothing has looked into yet.
    """
    _KNOWN.clear()


def _same(documents: Documents, digests: Mapping[str, str]) -> bool:
    for place, digest in digests.items():
        path = documents.folder / place
        if not path.is_file() or hashlib.sha256(documents.read(path)).hexdigest() != digest:
            return False
    return True


def documents_of(
    folder: Path, file: Path, vendored: Mapping[str, Path], absent: Iterable[str] = ()
) -> Documents:
    """The files a department's contract may consist of: those beside it, in `contract/`."""
    inside = file.relative_to(folder).parts
    root = folder / inside[0] if len(inside) > 1 else folder
    return Documents(root, vendored, frozenset(absent))
