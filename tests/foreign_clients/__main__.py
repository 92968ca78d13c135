"""`python -m tests.foreign_clients`: the mocks against clients that are not ours, 0 failures.

REST: schemathesis makes requests of each department's contract, right ones and wrong ones, and
holds the answers to it. SOAP: the npm client `soap` asks by the WSDL. Both are fetched into a
folder of their own, schemathesis held to our pins, and are no part of the development environment:
they cost half a minute a department.
"""

import argparse
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from mocks.core import credentials
from mocks.core.kit import CONTRACTS
from tests.foreign_clients import soap_clients
from tests.mocks.conftest import REST, start_world, stop_world

ROOT = Path(__file__).parents[2]
# What a department does not know, or has already, it may refuse in right requests.
_CHECKS = """[checks]
positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 422, 503]
"""
# HTTP 200 whatever happens, as these contracts say themselves: what was refused stands inside.
_IN_THE_BODY = """negative_data_rejection.expected-statuses = [200, "4xx", "5xx"]
missing_required_header.expected-statuses = [200, "4xx"]
ignored_auth.enabled = false
"""
_ANSWERS_INSIDE = ("housing", "health")


def _market_token(url: str) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": credentials.MARKET_CLIENT,
        "client_secret": credentials.MARKET_SECRET,
    }
    said = httpx.post(f"{url}/oauth/token", data=form, trust_env=False)
    return str(said.raise_for_status().json()["access_token"])


_SHOWN: Mapping[str, Callable[[str], str]] = {
    "fire": lambda url: f"Authorization: Bearer {credentials.FIRE_TOKEN}",
    "health": lambda url: f"X-Api-Key: {credentials.HEALTH_API_KEY}",
    "housing": lambda url: f"X-App-Key: {credentials.HOUSING_APP_KEY}",
    "market": lambda url: f"Authorization: Bearer {_market_token(url)}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prober:
    """schemathesis, in an environment of its own."""

    folder: Path
    examples: int

    def installed(self) -> None:
        """Fetch it, unless the folder has it."""
        if (self.folder / "bin" / "st").exists():
            return
        venv.create(self.folder, with_pip=True)
        pins = str(ROOT / "constraints.txt")
        _run(
            str(self.folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check",
            "-c", pins, "schemathesis",
        )  # fmt: skip

    def finds_nothing(self, department: str, url: str) -> bool:
        """Whether every answer kept the contract; what did not is printed."""
        (contract,) = (CONTRACTS / department / "contract").glob("*.yaml")
        folder = self.folder.resolve()
        config = folder / f"{department}.toml"
        inside = _IN_THE_BODY if department in _ANSWERS_INSIDE else ""
        config.write_text(_CHECKS + inside, "utf-8")
        done = _run(
            str(folder / "bin" / "st"), "--config-file", str(config), "run", str(contract),
            "--url", url, "-H", _SHOWN[department](url), "--seed", "7", "--no-color",
            "--max-examples", str(self.examples), "--no-shrink",
            "--phases", "examples,coverage,fuzzing", check=False, folder=folder,
        )  # fmt: skip
        return done == 0


def _run(*words: str, check: bool = True, folder: Path | None = None) -> int:
    return subprocess.run(words, check=check, cwd=folder).returncode  # noqa: S603 - our own words


def main(words: Sequence[str]) -> int:
    """Probe the departments named, or all; 1 when something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.foreign_clients", description=__doc__)
    known = (*REST, *soap_clients.DEPARTMENTS)
    parser.add_argument("departments", nargs="*", metavar="DEPARTMENT", help=", ".join(known))
    parser.add_argument("--folder", type=Path, help="keep what is fetched here, for next time")
    parser.add_argument("--examples", type=int, default=20, help="requests an operation and phase")
    told = parser.parse_args(words)
    chosen = told.departments or known
    if unknown := set(chosen) - set(known):
        parser.error(f"no mock {', '.join(sorted(unknown))}; name some of {', '.join(known)}")
    with tempfile.TemporaryDirectory() as made:
        folder = told.folder or Path(made) / "fetched"
        world = start_world(Path(made) / "state", *chosen)
        try:
            found = _found(folder, {n: world.ports[n]["url"] for n in chosen}, told.examples)
        finally:
            stop_world(world)
    sys.stdout.write(f"failures at: {', '.join(found)}\n" if found else "no failures\n")
    return 1 if found else 0


def _found(folder: Path, urls: Mapping[str, str], examples: int) -> list[str]:
    """The departments something is wrong with; what it is, is printed."""
    found: list[str] = []
    rest = {name: url for name, url in urls.items() if name in REST}
    if rest:
        prober = Prober(folder=folder / "python", examples=examples)
        prober.installed()
        found += [name for name, url in rest.items() if not prober.finds_nothing(name, url)]
    soap = {name: url for name, url in urls.items() if name not in REST}
    for name, wrong in (soap_clients.failing(folder / "node", soap) or {}).items() if soap else ():
        sys.stdout.write(f"{name}: {wrong}\n")
        found.append(name)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
