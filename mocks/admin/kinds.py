"""The kinds of faults, as the controls offer them."""

from functools import cache

from mocks.core.faults import KINDS


@cache
def fault_kinds() -> tuple[dict[str, str], ...]:
    """Every kind: its name, what people call it, and what it does."""
    return tuple({"name": name, "zh": name, "en": name, "does": ""} for name in sorted(KINDS))
