"""`python -m tests.bench.peers.real_time key=value…`: `onething serve`, on the machine's clock.

The dev profile follows another clock, which it asks five times a second; in production time is
real. Tokens of the dev issuer need the dev profile, so this alone of it is undone.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace

from gateway.cli.heap import growing
from gateway.cli.output import Speaker
from gateway.imports import lacking
from gateway.settings import load_settings
from gateway.settings_model import ClockSettings


def main(pairs: Sequence[str]) -> None:
    """Serve until told to stop."""
    told = dict(pair.split("=", 1) for pair in pairs)
    settings = load_settings({**told, "profile": "dev"}, environ={})
    settings = replace(settings, clock=ClockSettings())
    with growing(), lacking("rich", "pygments"):  # as `serve` does
        from gateway.cli.serving import gateway_of, run

        app = gateway_of(settings)
    run(app, Speaker(), settings)


if __name__ == "__main__":
    main(sys.argv[1:])
