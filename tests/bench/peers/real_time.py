"""`python -m tests.bench.peers.real_time key=value…`: `onething serve`, on the machine's clock.

The dev profile follows another clock, which it asks five times a second; in production time is
real. Tokens of the dev issuer need the dev profile, so this alone of it is undone.
"""

import sys
from collections.abc import Sequence

from gateway.cli.heap import growing
from gateway.cli.output import Speaker
from gateway.cli.serving import gateway_of, run
from gateway.settings import load_settings
from gateway.settings_model import ClockSettings


def main(pairs: Sequence[str]) -> None:
    """Serve until told to stop."""
    told = dict(pair.split("=", 1) for pair in pairs)
    settings = load_settings({**told, "profile": "dev"}, environ={})
    settings = settings.model_copy(update={"clock": ClockSettings()})
    with growing():
        app = gateway_of(settings)
    run(app, Speaker(), settings)


if __name__ == "__main__":
    main(sys.argv[1:])
