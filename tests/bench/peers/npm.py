"""The peers' packages: exact versions, installed outside the repository, once."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
CACHE = Path.home() / ".cache" / "onething-bench"
_INSTALLED = ".installed"
_WITHIN_S = 900.0


class Missing(Exception):
    """Why a peer cannot run here."""


def folder_of(name: str) -> Path:
    """A folder with the peers' sources beside their installed packages; Missing, with the reason.

    Its name holds the digest of the package.json, so other versions are other folders.
    """
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise Missing(f"{program} is not installed")
    source = HERE / name
    told = (source / "package.json").read_bytes()
    folder = CACHE / f"{name}-{hashlib.sha256(told).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    for file in (*(HERE / "shared").iterdir(), *source.iterdir()):
        shutil.copy(file, folder / file.name)
    if not (folder / _INSTALLED).exists():
        _install(folder)
        (folder / _INSTALLED).touch()
    return folder


def _install(folder: Path) -> None:
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments
            command, cwd=folder, capture_output=True, text=True, timeout=_WITHIN_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise Missing(f"npm did not install its packages within {_WITHIN_S:g} s") from None
    if done.returncode:
        code = re.search(r"npm error code (\w+)", done.stderr)
        raise Missing(f"npm could not install its packages: {code[1] if code else 'no reason'}")
