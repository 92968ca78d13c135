"""What a draft says where a person has to decide."""

STAND_IN = "DECIDE"


def stands_in(value: object) -> bool:
    """Whether this is a draft's stand-in, as a text or as a constant of the mapping language."""
    return isinstance(value, str) and value.strip().strip("'") == STAND_IN
