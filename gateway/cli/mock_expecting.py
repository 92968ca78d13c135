"""What a department's manifest expects of replies, handed over to the mock this process becomes."""

import json
import os
import tempfile
from pathlib import Path

from adapters.expectation import expected_of
from adapters.findings import Findings
from adapters.manifest.read import FILE, read_manifest


def handed_over(folder: Path) -> str:
    """A file to read it from, once: it has no name, and is gone with the process that reads it.

    A manifest may still be a draft: what it says already is expected, what is wrong in it is not.
    """
    manifest = read_manifest(folder, Findings(f"{folder.name}/{FILE}"))
    said = json.dumps(expected_of(manifest) if manifest is not None else {}).encode()
    with tempfile.TemporaryFile() as file:
        file.write(said)
        file.flush()
        kept = os.dup(file.fileno())
    os.lseek(kept, 0, os.SEEK_SET)
    os.set_inheritable(kept, True)
    return f"/dev/fd/{kept}"
