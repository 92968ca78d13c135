"""Good contracts with something wrong anywhere in them: refused in words, never a crash."""

import copy
import json
import random
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree

from adapters.documents import BadContract, Documents
from adapters.rest.document import load_openapi
from adapters.rest.shapes import JsonShapes
from adapters.shape import Shape
from adapters.soap.dialect import load_contract
from adapters.soap.wrappers import wrappers
from tests.adapters.loading.cases import Case, case, names

_STRANGE: list[Any] = [None, True, 7, "x", "", [], {}, [1], {"x": 1}, "#/", "#/x-files/f1", -1.5]
_WORDS = ["", "x", "t:Find", "xs:string", "t:Nothing", "q:x", "0", "-1", "unbounded", ":", "a b"]
_EACH = 60


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every container and key below a tree."""
    inside = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(inside):
        yield node, key
        if isinstance(value, dict | list):
            yield from places(value)


def walked(shape: Shape, depth: int = 4) -> None:
    """Make the shape's members, some levels down."""
    for member in shape.members().values() if depth else ():
        walked(member, depth - 1)


def use_rest(folder: Path, told: Case) -> None:
    document = load_openapi(Documents(folder), folder / Path(told.file).name)
    shapes = JsonShapes(document)
    for operation in document.operations.values():
        document.check(operation)
        walked(shapes.request(operation))
        walked(shapes.reply(operation))


def use_soap(folder: Path, told: Case) -> None:
    contract = load_contract(Documents(folder), folder / Path(told.file).relative_to("contract"))
    for service, ports in contract.wsdl.services().items():
        for name in ports:
            port = contract.wsdl.port(service, name)
            contract.wsdl.schemas.validator(wrappers(port))
            for operation in port.operations.values():
                if operation.request.parts is None and operation.request.tag:
                    shape = contract.shapes.element(operation.request.tag)
                    assert shape is not None
                    walked(shape)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", [n for n in names() if n.startswith("rest_")])
def test_an_openapi_document_with_anything_anywhere(name: str, tmp_path: Path) -> None:
    told, luck = case(name), random.Random(name)
    folder = tmp_path / "contract"
    shutil.copytree(told.folder / "contract", folder)
    entry = folder / Path(told.file).name
    text = entry.read_bytes().decode(json.detect_encoding(entry.read_bytes()))
    good = yaml.safe_load(text.removeprefix("\ufeff"))
    for _ in range(_EACH):
        tree = copy.deepcopy(good)
        container, key = luck.choice(list(places(tree)))
        container[key] = luck.choice(_STRANGE)
        entry.write_text(json.dumps(tree), "utf-8")
        with suppress(BadContract):  # anything else is a crash
            use_rest(folder, told)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", [n for n in names() if n.startswith("soap_")])
def test_a_wsdl_with_anything_anywhere(name: str, tmp_path: Path) -> None:
    told, luck = case(name), random.Random(name)
    folder = tmp_path / "contract"
    shutil.copytree(told.folder / "contract", folder)
    files = [path for path in folder.rglob("*") if path.is_file()]
    for _ in range(_EACH):
        file = luck.choice(files)
        good = file.read_bytes()
        root = etree.fromstring(good)
        nodes = [node for node in root.iter("{*}*") if node.getparent() is not None]
        mutilate(luck.choice(nodes), luck)
        file.write_bytes(etree.tostring(root))
        with suppress(BadContract):  # anything else is a crash
            use_soap(folder, told)
        file.write_bytes(good)


def mutilate(node: Any, luck: random.Random) -> None:
    """Take away, double, or change an attribute of the element."""
    way = luck.randrange(4)
    if way == 0:
        node.getparent().remove(node)
    elif way == 1:
        node.addnext(etree.fromstring(etree.tostring(node, with_tail=False)))
    elif node.attrib:
        key = luck.choice(list(node.attrib))
        if way == 2:
            del node.attrib[key]
        else:
            node.set(key, luck.choice(_WORDS))
