"""Loads documents, each in a process of its own that may open its folder's files and nothing else.

Run with one argument, a JSON list of [name, protocol, entry]; prints a JSON object of what became
of each: its refusal, seconds of computing, peak memory, and every file or connection it tried.
"""

import codecs
import json
import os
import re
import resource
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zeep.wsdl.bindings  # noqa: F401 — zeep itself imports it late, and that opens files

from adapters.documents import BadContract, Documents
from adapters.rest.document import load_openapi
from adapters.soap.dialect import load_contract
from adapters.soap.second_reader import SecondReader
from adapters.soap.wrappers import wrappers

_CODECS = ("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "gb18030", "gbk", "idna", "ascii")
_ALARM_S = 20  # of waiting or computing, until it counts as hung


def load_rest(entry: Path) -> None:
    """Nothing when the whole document can be used; BadContract else."""
    document = load_openapi(Documents(entry.parent), entry)
    for sentence in document.refused.values():
        raise BadContract(sentence)
    for found in document.operations.values():
        document.check(found)


def load_soap(entry: Path) -> None:
    """Nothing when every port of the WSDL can be used; BadContract else."""
    contract = load_contract(Documents(entry.parent), entry)
    services = contract.wsdl.services() or {"none": ("none",)}
    for service, ports in services.items():
        for name in ports:
            port = contract.wsdl.port(service, name)
            contract.wsdl.schemas.validator(wrappers(port))


def load_lacking(entry: Path) -> None:
    """Nothing when the WSDL can be used without any of the places it imports from."""
    places = frozenset(re.findall(r'schemaLocation="([^"]*)"', entry.read_text("utf-8")))
    wsdl = load_contract(Documents(entry.parent, absent=places), entry).wsdl
    for service, ports in wsdl.services().items():
        for name in ports:
            wsdl.schemas.validator(wrappers(wsdl.port(service, name)))


def load_second(entry: Path) -> None:
    """Nothing when zeep reads the WSDL; CannotTell else."""
    SecondReader(Documents(entry.parent), entry)


def leak(entry: Path) -> None:
    """Opens a file outside the folder, which the watch must see."""
    (entry.parent.parent / "secret").open("rb").close()


LOADERS = {
    "rest": load_rest,
    "soap": load_soap,
    "lacking": load_lacking,
    "second": load_second,
    "leak": leak,
}


def attempt(protocol: str, entry: Path) -> dict[str, Any]:
    """What became of one document, in this process."""
    tried: list[str] = []
    inside = str(entry.parent.resolve()) + os.sep

    def watch(event: str, arguments: Any) -> None:
        if event == "open" and not str(arguments[0]).startswith(inside):
            tried.append(f"open {arguments[0]}")
        if event.startswith(("socket.", "subprocess.", "os.system", "os.exec")):
            tried.append(event)

    sys.addaudithook(watch)
    start, error = time.process_time(), ""  # what waits does not compute: see _ALARM_S
    try:
        LOADERS[protocol](entry)
    except BadContract as refused:
        error = str(refused)
    except BaseException as other:  # told to the test, which wants none
        error = f"{type(other).__name__}: {other}"[:500]
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"error": error, "seconds": seconds, "peak_mb": peak, "tried": list(tried)}


def apart(protocol: str, entry: Path) -> dict[str, Any]:
    """The same in a child: a crash or a hang is that document's alone."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(_ALARM_S)
        os.write(writing, json.dumps(attempt(protocol, entry)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    found: dict[str, Any] = json.loads(told) if told else {"error": f"died of signal {status}"}
    return found


def _all(asked: list[list[str]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, protocol, entry in asked:
        yield name, apart(protocol, Path(entry))


if __name__ == "__main__":
    for codec in _CODECS:
        codecs.lookup(codec)
    sys.stdout.write(json.dumps(dict(_all(json.loads(Path(sys.argv[1]).read_text("utf-8"))))))
