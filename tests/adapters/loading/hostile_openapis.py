"""OpenAPI documents nobody should load, with the words their refusals must have."""

import gzip
import json

from tests.adapters.loading.hostile_wsdls import WSDL, Make, Place

_INFO = 'openapi: 3.1.0\ninfo: { title: x, version: "1" }\n'


def api(paths: str, components: str = "{}") -> str:
    return f"{_INFO}paths: {paths}\ncomponents: {components}\n"


def answers(schema: str, components: str = "{}") -> str:
    """A document of one operation whose answer has this schema."""
    content = f"application/json: {{ schema: {schema} }}"
    return api(
        f'{{ /x: {{ get: {{ responses: {{ "200": {{ description: x, content: {{ {content} }} }} '
        "} } } }",
        components,
    )


def refers(place: str) -> str:
    return answers(f'{{ $ref: "{place}" }}')


def _ref_link(place: Place) -> str:
    (place.folder / "link.yaml").symlink_to(place.pipe)
    return refers("link.yaml#/x")


def _aliases(count: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for n in range(1, count):
        lines.append(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]")
    return _INFO + "\n".join(lines)


def _merges(count: int) -> str:
    lines = ["a0: &a0 { x: 1 }"]
    for n in range(1, count):
        lines.append(f"a{n}: &a{n} {{ <<: [{', '.join([f'*a{n - 1}'] * 9)}] }}")
    return _INFO + "\n".join(lines)


def _doubled(count: int) -> str:
    schemas = ", ".join(
        f'S{n}: {{ allOf: [{{ $ref: "#/components/schemas/S{n + 1}" }}, '
        f'{{ $ref: "#/components/schemas/S{n + 1}" }}] }}'
        for n in range(count)
    )
    last = f"S{count}: {{ type: object }}"
    return answers('{ $ref: "#/components/schemas/S0" }', f"{{ schemas: {{ {schemas}, {last} }} }}")


_ROUND = (
    '{ schemas: { A: { $ref: "#/components/schemas/B" }, B: { $ref: "#/components/schemas/A" } } }'
)
_SELF = (
    "{ schemas: { A: { anyOf: [{ type: string }, "
    '{ allOf: [{ $ref: "#/components/schemas/A" }] }] } } }'
)

REST: dict[str, tuple[str, Make]] = {
    "aliases that unfold": ("unfolds to more", lambda p: _aliases(20)),
    "merges that unfold": ("merges more with <<", lambda p: _merges(20)),
    "an alias of itself": ("nested more than", lambda p: f"{_INFO}x: &a [*a]"),
    "a hundred thousand aliases": (
        "holds more",
        lambda p: f"{_INFO}x: &a 1\ny: [{'*a, ' * 100_000}]",
    ),
    "ten thousand levels of YAML": (
        "nested more",
        lambda p: _INFO + "x: " + "[" * 10_000 + "]" * 10_000,
    ),
    "ten thousand levels of braces": (
        "nested more",
        lambda p: _INFO + "x: " + "{a: " * 10_000 + "}" * 10_000,
    ),
    "ten thousand levels of JSON": (
        "nested more",
        lambda p: '{"openapi": "3.0.0", "x": ' + "[" * 10_000 + "]" * 10_000 + "}",
    ),
    "a million levels of JSON": ("more than a contract has", lambda p: '{"x": ' + "[" * 1_000_000),
    "two million entries": (
        "more than a contract has",
        lambda p: '{"x": [' + "1," * 2_000_000 + "1]}",
    ),
    "two million lines": ("holds more", lambda p: _INFO + "x:\n" + "- 1\n" * 2_000_000),
    "a reference upwards": (
        "outside the contract's folder",
        lambda p: refers(f"../{p.pipe.name}#/x"),
    ),
    "an absolute reference": ("no relative path", lambda p: refers(f"{p.pipe}#/x")),
    "a reference to a file by URL": ("nothing is fetched", lambda p: refers(f"file://{p.pipe}#/x")),
    "a remote reference": ("nothing is fetched — put a copy", lambda p: refers(f"{p.url}#/x")),
    "a reference through a link": ("outside the contract's folder", _ref_link),
    "a reference with NUL": ("no relative path", lambda p: refers("a\\0b.yaml")),
    "a reference to a missing file": (
        "'gone.yaml', which is not there",
        lambda p: refers("gone.yaml#/x"),
    ),
    "a remote path item": ("nothing is fetched", lambda p: api(f'{{ /x: {{ $ref: "{p.url}" }} }}')),
    "a dynamic remote reference": ("not valid", lambda p: answers(f'{{ $dynamicRef: "{p.url}" }}')),
    "a reference to an anchor": (
        "no reference within",
        lambda p: refers("name").replace('"name"', '"#name"'),
    ),
    "references in a circle": (
        "in a circle",
        lambda p: answers('{ $ref: "#/components/schemas/A" }', _ROUND),
    ),
    "a schema made of itself": (
        "in a circle",
        lambda p: answers('{ $ref: "#/components/schemas/A" }', _SELF),
    ),
    "schemas that unfold": ("unfolds to more", lambda p: _doubled(40)),
    "a number of 5,000 digits": (
        "cannot be read",
        lambda p: '{"openapi": "3.0.0", "x": ' + "9" * 5000 + "}",
    ),
    "a YAML number of 5,000 digits": ("cannot be read", lambda p: f"{_INFO}x: {'9' * 5000}"),
    "a number of 1,000 digits": ("that JSON cannot carry", lambda p: f"{_INFO}x: {'9' * 1000}"),
    "infinity": ("that JSON cannot carry", lambda p: f"{_INFO}x: .inf"),
    "a Python object": (
        "cannot be read",
        lambda p: f"{_INFO}x: !!python/object/apply:os.system [ls]",
    ),
    "bytes in YAML": ("that JSON cannot carry", lambda p: f"{_INFO}x: !!binary aGVsbG8="),
    "two documents": ("cannot be read", lambda p: f"{_INFO}---\n{_INFO}"),
    "a list": ("no object", lambda p: "- openapi: 3.0.0"),
    "a web page": ("an HTML page", lambda p: "<!DOCTYPE html><html></html>"),
    "a WSDL": ("is XML", lambda p: WSDL),
    "nothing": ("is empty", lambda p: b""),
    "gzip": ("compressed (gzip)", lambda p: gzip.compress(b"openapi: 3.0.0")),
    "GBK": ("not in UTF-8", lambda p: 'openapi: 3.0.0\ninfo: { title: "地籍登记" }'.encode("gbk")),
    "NUL": ("is binary", lambda p: b"openapi: 3.0.0\nx: \0\0y\n"),
    "half of JSON": ("cannot be read", lambda p: '{"openapi": "3.0.0", "paths": {'),
    "OpenAPI 4": ("neither OpenAPI 3.0, 3.1, 3.2", lambda p: "openapi: 4.0.0"),
    "Swagger 1.2": ("but '1.2'", lambda p: json.dumps({"swagger": "1.2"})),
    "no paths": ("describes no operation", lambda p: api("[1, 2]")),
    "a pattern that is none": ("not valid", lambda p: answers('{ type: string, pattern: "[a-" }')),
    "a pattern that counts counts": (
        "not valid",
        lambda p: answers('{ type: string, pattern: "((a{1,999}){1,999}){1,999}" }'),
    ),
    "a remote language for a schema": (
        "points at nothing",
        lambda p: answers(
            '{ $ref: "#/components/examples/X" }',
            f'{{ examples: {{ X: {{ $schema: "{p.url}", $id: "{p.url}", allOf: '
            '[{ $ref: "#/components/schemas/None" }] }} }',
        ),
    ),
    "a remote language for the answer": (
        "points at nothing",
        lambda p: answers(
            f'{{ $schema: "{p.url}", allOf: [{{ $ref: "#/components/schemas/None" }}] }}'
        ),
    ),
    "a type that is a number": ("not valid", lambda p: answers("{ type: 7 }")),
}
