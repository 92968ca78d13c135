"""What cannot be served, and what cannot be made."""


class Refused(Exception):
    """A contract that is not served: one sentence with what to do about it."""


class Unmakeable(Exception):
    """No value can be made here that the contract allows."""
