"""The folder of a contract: nothing outside of it is read, and nothing over the network."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from lxml import etree

from mocks.anything.refusal import Refused

_LIMIT = 64 * 1024 * 1024


@dataclass(slots=True)
class Folder:
    """Files by their path in the folder; those read are remembered, for they are published."""

    root: Path
    read: dict[str, bytes] = field(default_factory=dict)

    def name_of(self, file: Path) -> str:
        """A file's path in the folder."""
        whole, root = file.resolve(), self.root.resolve()
        if not whole.is_relative_to(root):
            raise Refused(
                f"{file}: lies outside of {root} — name the folder that holds it with --root"
            )
        return whole.relative_to(root).as_posix()

    def named(self, reference: str, base: str) -> str:
        """The path in the folder a reference inside `base` points at."""
        bare = unquote(urldefrag(reference)[0])
        parts = urlsplit(bare)
        if parts.scheme or parts.netloc:
            raise Refused(
                f"{base}: it refers to {bare}, and nothing is fetched — "
                f"put the document into {self.root.resolve()} and refer to it there"
            )
        return self.name_of(self.root / Path(base).parent / bare)

    def bytes_of(self, name: str) -> bytes:
        """The content of a file."""
        if name not in self.read:
            file = self.root / name
            if not file.is_file():
                raise Refused(f"{name}: is not in {self.root.resolve()} — add the file")
            if file.stat().st_size > _LIMIT:
                raise Refused(f"{name}: is larger than 64 MiB — split it")
            self.read[name] = file.read_bytes()
        return self.read[name]

    def xml(self, name: str) -> etree._Element:
        """The root element of an XML document without DTD and entities."""
        return xml_of(self.bytes_of(name), name)


def xml_of(content: bytes, name: str) -> etree._Element:
    """The root element; Refused for what is no XML, or has a DTD."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as broken:
        raise Refused(f"{name}: is not XML: {broken.msg} — correct it") from broken
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refused(f"{name}: has a DOCTYPE, and none is read — take it out")
    return root
