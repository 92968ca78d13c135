"""What the client asked for: the language of texts, and the media type of the answer."""

from collections.abc import Iterator
from functools import lru_cache

from gateway.edge.fields import Fields, text
from schema.domain.text import Language

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
HTML = "text/html"

_LONGEST_HEADER = 1_000
_remembered = lru_cache(maxsize=512)  # clients are of few kinds, and say the same at every request
_EXACT = frozenset({b"application/json", b"application/json; charset=utf-8"})
_LANGUAGES: dict[str, Language] = {"zh": "zh", "en": "en", "*": "zh"}
_ANSWERS = {JSON: JSON, GRAPHQL_RESPONSE: GRAPHQL_RESPONSE, "*/*": JSON, "application/*": JSON}


def language_of(accept_language: str | None) -> Language:
    """Chinese, unless the client prefers English."""
    return _language((accept_language or "")[:_LONGEST_HEADER])


@_remembered
def _language(accept_language: str) -> Language:
    ranked = sorted(_weighted(accept_language), key=lambda entry: -entry[1])
    for tag, quality in ranked:
        language = _LANGUAGES.get(tag.partition("-")[0])
        if language is not None and quality > 0:
            return language
    return "zh"


def answer_type(accept: str | None) -> str | None:
    """The media type of a GraphQL answer, or None when the client takes neither of ours."""
    return _answer((accept or "")[:_LONGEST_HEADER])


@_remembered
def _answer(accept: str) -> str | None:
    if not accept:
        return JSON
    ranked = sorted(_weighted(accept), key=lambda entry: -entry[1])
    return next((_ANSWERS[kind] for kind, q in ranked if q > 0 and kind in _ANSWERS), None)


def wished(fields: Fields) -> tuple[Language, str | None]:
    """The language, and the media type of a GraphQL answer; both as above."""
    accept, languages = fields.get(b"accept", b""), fields.get(b"accept-language", b"")
    return _wished(accept[:_LONGEST_HEADER], languages[:_LONGEST_HEADER])


@_remembered
def _wished(accept: bytes, languages: bytes) -> tuple[Language, str | None]:
    return _language(languages.decode("latin-1")), _answer(accept.decode("latin-1"))


def wants_page(accept: str | None) -> bool:
    """Whether a browser asks for a page to look at."""
    return any(
        kind == HTML and quality > 0
        for kind, quality in _weighted((accept or "")[:_LONGEST_HEADER])
    )


def is_json(content_type: str | None) -> bool:
    """Exactly application/json, in UTF-8.

    A looser reading would let a form of a foreign page through without a preflight.
    """
    kind, _, parameters = (content_type or "").partition(";")
    if kind.strip().lower() != JSON:
        return False
    charset = parameters.strip().lower().replace('"', "")
    return charset in ("", "charset=utf-8", "charset=utf8")


def posts_json(fields: Fields) -> bool:
    """Whether the body of this request is JSON, as `is_json` has it."""
    declared = fields.get(b"content-type")
    return declared in _EXACT or is_json(text(fields, b"content-type"))


def _weighted(header: str) -> Iterator[tuple[str, float]]:
    for part in header.split(","):
        value, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if value:
            yield value, _quality(parameters)


def _quality(parameters: list[str]) -> float:
    weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
    try:
        return float(weight)
    except ValueError:
        return 0.0
