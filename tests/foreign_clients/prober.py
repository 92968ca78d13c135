"""schemathesis against the REST mocks, with every check it has; one left out has its reason."""

import re
import subprocess
import venv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from mocks.core import credentials
from mocks.core.kit import CONTRACTS
from tests.foreign_clients.soap_clients import Outcome

ROOT = Path(__file__).parents[2]
PHASES = "examples,coverage,fuzzing,stateful"
_INSIDE = Path(__file__).with_name("inside.py")
_200 = "HTTP 200 by contract; checks of ours look into the reply instead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """What a department is not held to, and why: a check, or a status right requests may get."""

    reason: str
    check: str = ""
    status: int = 0

    def __str__(self) -> str:
        what = f"{self.check} off" if self.check else f"{self.status} to a right request"
        return f"{what}: {self.reason}"


def _unless_inside(*checks: str) -> tuple[Leave, ...]:
    return tuple(Leave(check=check, reason=_200) for check in checks)


LEAVES: Mapping[str, tuple[Leave, ...]] = {
    "housing": _unless_inside("negative_data_rejection", "missing_required_header", "ignored_auth"),
    "health": _unless_inside("negative_data_rejection"),
    "fire": (Leave(status=422, reason="declared for a credit code nobody has"),),
    "market": (Leave(status=422, reason="declared for a key used for another request"),),
}
_USUAL = '"2xx", "3xx", 401, 403, 404, 409, 429, "5xx"'  # as schemathesis has it


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


def configuration(leaves: Sequence[Leave]) -> str:
    """schemathesis's settings: its own but for those statuses, checks of ours where one is off."""
    hooks = [f'hooks = "{_INSIDE}"'] if any(leave.check for leave in leaves) else []
    also = "".join(f", {leave.status}" for leave in leaves if leave.status)
    return "\n".join(
        [*hooks, "[checks]", f"positive_data_acceptance.expected-statuses = [{_USUAL}{also}]", ""]
    )


def checks(leaves: Sequence[Leave]) -> tuple[str, ...]:
    """The words that switch every check on, and those left out off."""
    off = ",".join(leave.check for leave in leaves if leave.check)
    return ("--checks", "all", *(("--exclude-checks", off) if off else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Prober:
    """schemathesis, in an environment of its own."""

    folder: Path
    examples: int

    def missing(self) -> str:
        """Fetch it, unless the folder has it; why it cannot be had, "" where it is there."""
        if (self.folder / "bin" / "st").exists():
            return ""
        venv.create(self.folder, with_pip=True)
        pins = str(ROOT / "constraints.txt")
        words = (
            str(self.folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check",
            "-c", pins, "schemathesis",
        )  # fmt: skip
        done = subprocess.run(words, capture_output=True, check=False)  # noqa: S603 - our own words
        return "" if done.returncode == 0 else "schemathesis could not be fetched"

    def outcome(self, department: str, url: str) -> Outcome:
        """Whether every answer kept the contract, and how many there were."""
        (contract,) = (CONTRACTS / department / "contract").glob("*.yaml")
        folder = self.folder.resolve()
        config = folder / f"{department}.toml"
        leaves = LEAVES.get(department, ())
        config.write_text(configuration(leaves), "utf-8")
        words = (
            str(folder / "bin" / "st"), "--config-file", str(config), "run", str(contract),
            "--url", url, "-H", _SHOWN[department](url), "--seed", "7", "--no-color",
            "--max-examples", str(self.examples), "--no-shrink", "--phases", PHASES,
            *checks(leaves),
        )  # fmt: skip
        done = subprocess.run(  # noqa: S603 - our own words
            words, cwd=folder, capture_output=True, text=True, check=False
        )
        made = re.search(r"([\d,]+) generated", done.stdout)
        told = f"{made[1] if made else 'no'} requests"
        return Outcome(wrong="" if done.returncode == 0 else done.stdout[-6000:], told=told)
