"""A department's SDL and the operations a manifest asks of it, validated against it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    build_ast_schema,
    parse,
    print_ast,
    separate_operations,
    validate,
    validate_schema,
)

from adapters.documents import BadContract
from adapters.findings import Findings, did_you_mean
from adapters.manifest.model import CallSpec


@dataclass(frozen=True, slots=True)
class Found:
    """One operation, whole: what is sent, and what it is."""

    text: str
    name: str | None
    node: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]


class Sdl:
    """The types of one department."""

    def __init__(self, file: Path, folder: Path) -> None:
        self._folder = folder
        self.schema = _schema(file)

    def find(self, spec: CallSpec, findings: Findings) -> Found | None:
        """The operation a call names, or None and findings."""
        key = f"{spec.key}.operation"
        text, _, name = (
            (spec.operation, "", "") if "{" in spec.operation else spec.operation.partition("#")
        )
        document = self._document(text, key, findings)
        if document is None:
            return None
        operations = separate_operations(document)
        if not name and len(operations) == 1:
            name = next(iter(operations))
        if name not in operations:
            sentence = f"there is no operation {name!r}" if name else "has no single operation"
            findings.add(key, sentence, did_you_mean(name, operations) or "write one operation")
            return None
        found = _found(operations[name])
        return found if self._holds(found, operations[name], spec, findings) else None

    def _document(self, text: str, key: str, findings: Findings) -> DocumentNode | None:
        if "{" not in text:
            path = (self._folder / text).resolve()
            if not path.is_relative_to(self._folder.resolve()) or not path.is_file():
                remedy = 'write "contract/<file>.graphql#<Operation>", or the operation itself'
                findings.add(key, f"there is no file {text!r}", remedy)
                return None
            text = path.read_text(encoding="utf-8")
        try:
            return parse(text)
        except GraphQLError as error:
            line = error.locations[0].line if error.locations else 1
            findings.add(key, f"line {line}: {error.message}", "write a GraphQL operation")
            return None

    def _holds(
        self, found: Found, document: DocumentNode, spec: CallSpec, findings: Findings
    ) -> bool:
        """Whether the contract allows the operation, and the call its kind."""
        key = f"{spec.key}.operation"
        errors = validate(self.schema, document)
        for error in errors:
            sentence, asks, hint = error.message.partition(" Did you mean ")
            remedy = f"did you mean {hint}" if asks else "see the SDL"
            findings.add(key, sentence.rstrip("."), remedy)
        wanted = OperationType.MUTATION if spec.writes else OperationType.QUERY
        if found.node.operation is wanted:
            return not errors
        why = "changes something" if spec.writes else "only asks, and may be asked again"
        findings.add(
            key,
            f"is a {found.node.operation.value}, but this call {why}",
            f"make it a {wanted.value}",
        )
        return False


def _found(document: DocumentNode) -> Found:
    [node] = [n for n in document.definitions if isinstance(n, OperationDefinitionNode)]
    fragments = [n for n in document.definitions if isinstance(n, FragmentDefinitionNode)]
    return Found(
        text=print_ast(document),
        name=node.name.value if node.name else None,
        node=node,
        fragments={fragment.name.value: fragment for fragment in fragments},
    )


def _schema(file: Path) -> GraphQLSchema:
    try:
        # Directives of the department's own tools are none of our business.
        schema = build_ast_schema(parse(file.read_text("utf-8")), assume_valid_sdl=True)
    except (GraphQLError, TypeError, UnicodeDecodeError) as error:
        raise BadContract(f"{file.name} is no SDL: {error}") from None
    errors = validate_schema(schema)
    if errors:
        raise BadContract(f"{file.name}: {errors[0].message}")
    return schema
