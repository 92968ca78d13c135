"""The words of vocabulary.toml, read once."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final


def _words(table: Mapping[str, Any], name: str) -> frozenset[str]:
    return frozenset(str(word) for word in table[name])


def _all(table: Mapping[str, Any]) -> Mapping[str, frozenset[str]]:
    return {name: _words(table, name) for name in table}


_FILE: Final[Mapping[str, Any]] = tomllib.loads(
    Path(__file__).with_name("vocabulary.toml").read_text(encoding="utf-8")
)
READS: Final = _words(_FILE, "reads")
EMPTY: Final = _words(_FILE, "empty")
TECHNICAL: Final = _words(_FILE, "technical")
CALLER: Final = _words(_FILE, "caller")
CREDENTIALS: Final = _words(_FILE, "credentials")
CALL_IDS: Final = _words(_FILE, "call_ids")
TIMES: Final = _words(_FILE, "times")
IDENTIFIES: Final = _words(_FILE, "identifies")
ENCLOSED: Final = _words(_FILE, "enclosed")
REPORTS: Final = _words(_FILE, "reports")
RESULTS: Final = _words(_FILE, "results")
SENTENCES: Final = _words(_FILE, "sentences")
SUCCESSES: Final = _words(_FILE, "successes")
FILED: Final = _words(_FILE, "filed")
CHANGES: Final = _all(_FILE["changes"])
NAMED: Final = _all(_FILE["named"])
PERSONAL: Final = _all(_FILE["personal"])
