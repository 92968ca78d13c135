"""Arguments as people type them: an option that is none is answered with the one that was meant."""

import argparse
from typing import Any

from mocks.anything.exchange import asking, did_you_mean


class Parser(argparse.ArgumentParser):
    """A parser, and those of its commands, that knows near misses."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does; an unknown option is an error of the command it was said to."""
        found, unknown = super().parse_known_args(args, namespace)
        if options := [one.partition("=")[0] for one in unknown if one.startswith("--")]:
            meant = asking(did_you_mean(options[0], [*self._option_string_actions]))
            self.error(f"{options[0]}: no such option{meant}")
        return found, unknown
