"""Documents carried in a text of a reply, made from a schema that stands beside the WSDL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

from lxml import etree

from mocks.anything.echo import Keys
from mocks.anything.expected import Expected
from mocks.anything.folder import Folder
from mocks.anything.refusal import Refused, Unmakeable
from mocks.anything.spots import xml_spots
from mocks.anything.xsd_documents import Documents
from mocks.anything.xsd_read import Schemas
from mocks.anything.xsd_values import Making


@dataclass(slots=True)
class Inner:
    """The documents of one `schema.xsd#Element`."""

    schemas: Schemas
    validator: etree.XMLSchema
    tag: str

    @classmethod
    def of(cls, folder: Folder, root: str) -> "Inner":
        """Read the schema; Refused where it is not there, or does not declare the element."""
        file, _, name = root.partition("#")
        documents = Documents(folder)
        documents.add_file(folder.name_of(Path(file)))
        schemas = Schemas(documents)
        for tag in schemas.element_tags():
            if etree.QName(tag).localname == name:
                return cls(schemas, documents.validator(), tag)
        raise Refused(f"{file}: has no element {name} — name one it declares")

    def made(self, draw: Random, keys: Keys, today: date, attempt: int, expected: Expected) -> str:
        """A document that holds; Unmakeable where this attempt gives none."""
        making = Making(
            schemas=self.schemas,
            draw=draw,
            today=today,
            keys=keys,
            attempt=attempt,
            wanted=expected.names,
        )
        root = making.element(self.schemas.element(self.tag))
        if not self.validator.validate(root):
            raise Unmakeable(f"no valid {self.tag} could be made")
        expected.settle(xml_spots(root), keys, draw, today, lambda: self.validator.validate(root))
        return etree.tostring(root, encoding="unicode")


@dataclass(slots=True)
class Inners:
    """Those of a contract, each read when the mock starts."""

    known: dict[str, Inner] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Folder, expected: Mapping[str, Expected]) -> "Inners":
        """All that are expected."""
        roots = {one.inner["root"] for one in expected.values() if one.inner}
        return cls({root: Inner.of(folder, root) for root in sorted(roots)})
