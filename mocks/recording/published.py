"""Documents that describe messages (WSDL, XSD, OpenAPI): in them, names are nothing but names."""

import re

_XML = re.compile(
    r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<(?:[\w.-]+:)?(?:definitions|schema|description)\s[^>]*"
    r"(?:http://www\.w3\.org/2001/XMLSchema|http://schemas\.xmlsoap\.org/wsdl|/ns/wsdl)",
    re.DOTALL,
)
_JSON = re.compile(r"\s*\{[^{}]{0,200}?\"(?:openapi|swagger)\"\s*:\s*\"[23]\.")
_YAML = re.compile(r"(?:\s|#[^\n]*\n)*[\"']?(?:openapi|swagger)[\"']?:\s*[\"']?[23]\.")


def is_published(text: str) -> bool:
    """Whether a text is such a document."""
    return any(form.match(text) for form in (_XML, _JSON, _YAML))
