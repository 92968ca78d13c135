"""Drafts: an application before it is submitted, with where each first value came from."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

import strawberry

from schema.domain.one_thing import OneThing
from schema.graph.enums import SharedState
from schema.graph.fields import Info, computed, plain
from schema.graph.material_words import MaterialView
from schema.graph.one_things import MaterialType
from schema.graph.ports import Draft, SharedMaterial
from schema.graph.problems import TroubleType
from schema.graph.readings import PROBLEM, PROVENANCE, ProvenanceType
from schema.graph.scalars import JSON
from schema.graph.texts import TextType


@strawberry.type(
    name="PrefilledAnswer",
    description="A first value for a field with its source, or why the field stays open.",
)
class PrefilledAnswerType:
    """Source: `schema.graph.ports.PrefilledAnswer`."""

    key: str = plain("The field of the form.")
    value: JSON | None = plain("The value found.")
    provenance: ProvenanceType | None = plain(PROVENANCE)
    problem: TroubleType | None = plain(PROBLEM)


def _shared_name(parent: strawberry.Parent[SharedMaterial]) -> SharedState:
    return SharedState(parent.state)


@strawberry.type(
    name="SharedMaterial", description="A material the applicant need not bring, and its state."
)
class SharedMaterialType:
    """Source: `schema.graph.ports.SharedMaterial`."""

    code: str = plain("The material's code.")
    state: SharedState = computed(_shared_name, "Whether its source confirmed it.")
    provenance: ProvenanceType | None = plain(PROVENANCE)
    problem: TroubleType | None = plain(PROBLEM)


@strawberry.type(name="UploadedMaterial", description="A material of a draft and its content.")
class UploadedMaterialType:
    """Source: a mapping with code and sha256."""

    code: str = plain("The material's code.")
    sha256: str = plain("The digest of what was uploaded.")


@strawberry.type(
    name="Pledge", description="A promise in place of a document (告知承诺); made on submitting."
)
class PledgeType:
    """Source: `schema.domain.pledge.Pledge`."""

    code: strawberry.ID = plain("The code of the material it replaces; submit it to make it.")
    name: TextType = plain("The document it replaces.")
    text: TextType = plain("What is pledged, and what follows when it is untrue.")
    item: strawberry.ID = plain("The item that asks for it.")


def _one_thing(parent: strawberry.Parent[Draft], info: Info) -> OneThing | None:
    return info.context.catalogue.find(parent.one_thing, parent.version)


def _deferrable(parent: strawberry.Parent[Draft], info: Info) -> Sequence[MaterialView]:
    thing = _one_thing(parent, info)
    if thing is None:
        return ()
    return [MaterialView(material=material, thing=thing) for material in parent.deferrable]


def _uploaded(parent: strawberry.Parent[Draft]) -> Sequence[Mapping[str, str]]:
    return [{"code": code, "sha256": digest} for code, digest in sorted(parent.materials.items())]


@strawberry.type(
    name="Draft", description="An application before submission; it has its case number already."
)
class DraftType:
    """Source: `schema.graph.ports.Draft`."""

    id: strawberry.ID = plain("The case number to be.")
    version: str = plain("The catalogue version it was opened under.")
    variant: strawberry.ID | None = plain("The variant the answers lead to.")
    answers: JSON = plain("The answers so far, by field.")
    prefilled: list[PrefilledAnswerType] = plain("First values and their sources.", size=20)
    shared: list[SharedMaterialType] = plain("Materials that come from their source.", size=20)
    materials: list[UploadedMaterialType] = computed(_uploaded, "What was uploaded.", size=20)
    problems: list[TroubleType] = plain("What still stands against submitting.", size=20)
    pledges: list[PledgeType] = plain("What is to be pledged on submitting.", size=3)
    deferrable: list[MaterialType] = computed(
        _deferrable, "The uploads that may follow after submission (容缺).", size=5
    )
    updated_at: datetime = plain("When it was last changed.")
    submitted: bool = plain("Whether it has become a case.")
    expires_at: datetime | None = plain(
        "When it ends at the earliest unless it is changed before; null once it has become a case, "
        "and of one that a backup brought back, which stays."
    )


async def find_draft(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The draft's id.")]
) -> Draft | None:
    return await info.context.applications.draft(info.context.viewer, id)
