"""Whether a request shows credentials, and whether a reply refuses them.

What they were was never kept, so nobody can tell good ones from bad: only that some were shown.
"""

import re
from collections.abc import Mapping

from mocks.anything.exchange import Answer, Asked
from mocks.recording.edits import MASK
from mocks.recording.redaction import Redaction

_REFUSED = frozenset({401, 407})
_IN_WORDS = re.compile(  # WS-Security's codes for it, OAuth's
    rb":(FailedAuthentication|FailedCheck|InvalidSecurityToken|InvalidSecurity"
    rb"|SecurityTokenUnavailable)\b"
    rb"|\"error\"\s*:\s*\"(invalid_client|invalid_token|invalid_grant)\""
)


def shows_credentials(asked: Asked, leaves: Mapping[str, str], redaction: Redaction) -> bool:
    """Whether a header, a parameter or a part of the body is masked; `leaves` are masked."""
    shown = (*redaction.header_lines(asked.headers).values(), *leaves.values())
    return any(MASK in value for value in shown)


def refused_for_credentials(answer: Answer) -> bool:
    """Whether it says, as standards have it, that who asks is not let in.

    A department that says so in words of its own, or with 403, cannot be told from one that says
    something else.
    """
    if answer.status in _REFUSED:
        return True
    return answer.status >= 400 and _IN_WORDS.search(answer.body) is not None
