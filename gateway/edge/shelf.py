"""Stored documents, named by their content: the same bytes are kept once and never change."""

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

# media type -> how a file of it begins
SIGNATURES = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
}
_LONGEST_SIGNATURE = max(len(signature) for signature in SIGNATURES.values())
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMaterial:
    """A document on the shelf."""

    sha256: str
    size: int
    media_type: str


class Shelf:
    """A folder of documents. Blocking; call it from a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def receive(self) -> "Upload":
        """A place to write a document to; nothing is on the shelf until `Upload.keep`."""
        incoming = self._folder / "incoming"
        incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Upload(incoming / secrets.token_hex(16), self._folder)

    def find(self, sha256: str) -> StoredMaterial | None:
        """The document with this digest, None when it was never kept."""
        if not _DIGEST.fullmatch(sha256):
            return None
        path = place(self._folder, sha256)
        try:
            with path.open("rb") as file:
                head = file.read(_LONGEST_SIGNATURE)
                size = os.fstat(file.fileno()).st_size
        except FileNotFoundError:
            return None
        return StoredMaterial(sha256=sha256, size=size, media_type=media_type_of(head) or "")


class Upload:
    """One document on its way in; removed again unless it is kept."""

    def __init__(self, path: Path, folder: Path) -> None:
        self._path = path
        self._folder = folder
        self._file = path.open("xb")
        self._digest = hashlib.sha256()
        self.head = b""
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def write(self, piece: bytes) -> None:
        """Add a piece."""
        if len(self.head) < _LONGEST_SIGNATURE:
            self.head = (self.head + piece)[:_LONGEST_SIGNATURE]
        self._digest.update(piece)
        self._file.write(piece)
        self.size += len(piece)

    def keep(self, media_type: str) -> StoredMaterial:
        """Put it on the shelf. When this returns, it survives a power cut."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        sha256 = self._digest.hexdigest()
        target = place(self._folder, sha256)
        target.parent.mkdir(exist_ok=True, mode=0o700)
        self._path.replace(target)
        for folder in (target.parent, self._folder):
            _sync(folder)
        return StoredMaterial(sha256=sha256, size=self.size, media_type=media_type)


def place(folder: Path, sha256: str) -> Path:
    """Where a digest lives."""
    return folder / sha256[:2] / sha256


def media_type_of(head: bytes) -> str | None:
    """What a document is by its first bytes, whatever its sender calls it."""
    return next((kind for kind, begins in SIGNATURES.items() if head.startswith(begins)), None)


def _sync(folder: Path) -> None:
    # The rename itself must be on disk, not only the bytes.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
