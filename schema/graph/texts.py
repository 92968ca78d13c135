"""Sentences and labels as the graph gives them: both languages, and the reader's own."""

import strawberry

from schema.domain.text import Text
from schema.graph.fields import Info, computed, plain


def local(parent: strawberry.Parent[Text], info: Info) -> str:
    return parent.in_(info.context.language)


@strawberry.type(name="Text", description="A sentence or a label in both languages.")
class TextType:
    """Source: `schema.domain.text.Text`."""

    zh: str = plain("中文。")
    en: str = plain("English.")
    local: str = computed(local, "In the language the request asked for (Accept-Language).")
