"""The words of a request: what a rule's `filing` is compared with."""

import re
from urllib.parse import unquote_plus

_WORD = re.compile(r"""[^\s"'<>&;,={}\[\]/?\\]+""")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def words_of(path: str, content: bytes) -> frozenset[str]:
    """Every word of path, query and body: references and receipts stand whole among them."""
    return frozenset(_WORD.findall(f"{unquote_plus(path)} {_text(content)}"))


def text_of(content: bytes) -> str:
    """A body as text."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def _text(content: bytes) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text_of(content))
