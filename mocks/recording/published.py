"""Documents that describe messages (WSDL, XSD, OpenAPI): in them, names are nothing but names."""

import re

# The root, in the namespace its own name is bound to; what stands before it is never gone back on.
_XML = re.compile(
    r"(?>\s+|<\?.*?\?>|<!--.*?-->)*+<(?:([\w.-]+):)?(?:definitions|schema|description)\s[^>]*?"
    r"xmlns(?(1):\1)\s*=\s*[\"'](?:http://www\.w3\.org/2001/XMLSchema"
    r"|http://schemas\.xmlsoap\.org/wsdl/|http://www\.w3\.org/ns/wsdl)[\"']",
    re.DOTALL,
)
_JSON = re.compile(r"\s*\{[^{}]{0,200}?\"(?:openapi|swagger)\"\s*:\s*\"[23]\.")
_YAML = re.compile(r"(?:\s|#[^\n]*\n)*[\"']?(?:openapi|swagger)[\"']?:\s*[\"']?[23]\.")


def is_published(text: str) -> bool:
    """Whether a text is such a document."""
    return any(form.match(text) for form in (_XML, _JSON, _YAML))
