"""The SOAP mocks asked by the npm client `soap`, which is fetched into a folder of its own."""

import base64
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from mocks.core import credentials
from tests.foreign_clients.soap_replies import Judge, fault_code
from tests.foreign_clients.soap_talks import TALKS

DEPARTMENTS = tuple(TALKS)
_PROGRAM = Path(__file__).with_name("soap.mjs")
_SHOWN = {"planning": {"user": credentials.PLANNING_USER, "secret": credentials.PLANNING_PASSWORD}}


class NotAsItMustBe(Exception):
    """What a department said that it may not say."""


Said = tuple[bytes, str]
"""A reply's bytes, and their charset."""


@dataclass(slots=True)
class Spoken:
    """One department asked by a foreign client, everything it says held to its contract."""

    department: str
    exchange: Callable[[str, Mapping[str, Any], bool], Said]
    days_pass: Callable[[int], object]
    asked: set[str] = field(default_factory=set)
    faults: set[str] = field(default_factory=set)
    replies: int = 0
    _judge: Judge = field(init=False)

    def __post_init__(self) -> None:
        self._judge = Judge(self.department)

    def ask(
        self, operation: str, words: Mapping[str, Any], *, fault: str = "", strange: bool = False
    ) -> str:
        """The text of the reply, which keeps the contract and is the fault it must be."""
        content, charset = self.exchange(operation, words, strange)
        self.replies += 1
        code = fault_code(content, charset)
        if mistakes := self._judge.mistakes(content, charset, operation):
            raise NotAsItMustBe(f"{operation}: {'; '.join(mistakes)}")
        if code != fault:
            raise NotAsItMustBe(f"{operation}: fault {code or 'none'} instead of {fault or 'none'}")
        (self.faults if fault else self.asked).add(fault or operation)
        return content.decode(charset)

    def later(self, days: int) -> None:
        """So many working days pass."""
        self.days_pass(days)

    def found(self, said: str, name: str) -> str:
        """The first element of this name, in the reply or in a document inside it."""
        pending = [etree.fromstring(said.partition("?>")[2] or said)]
        while pending:
            for element in pending.pop().iter("*"):
                if etree.QName(element).localname == name:
                    return str(element.text)
                if (element.text or "").lstrip().startswith("<"):
                    inside = str(element.text)
                    pending.append(etree.fromstring(inside.partition("?>")[2] or inside))
        raise NotAsItMustBe(f"no {name} in the reply")

    def missing(self) -> set[str]:
        """The operations of the contract that gave no reply yet."""
        known = self._judge.contract.operations.values()
        return {operation.name for operation in known} - self.asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one department: `wrong` is "" when nothing was."""

    wrong: str
    told: str


def talk_to(spoken: Spoken) -> Outcome:
    """Everything it is asked; the first thing that is wrong ends it."""
    try:
        TALKS[spoken.department](spoken)
        missing = ", ".join(sorted(spoken.missing()))
        wrong = f"never asked: {missing}" if missing else ""
    except (NotAsItMustBe, AssertionError) as error:
        wrong = f"{type(error).__name__}: {error}"
    told = f"{len(spoken.asked)} operations, {spoken.replies} replies, {len(spoken.faults)} faults"
    return Outcome(wrong=wrong, told=told)


# the client from npm


class Node:
    """The client in a process of its own: a line out, a line back."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def __call__(self, **told: Any) -> Mapping[str, Any]:
        """What came of it; NotAsItMustBe when the client itself could not go on."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        found: Mapping[str, Any] = json.loads(self._process.stdout.readline())
        if "error" in found:
            raise NotAsItMustBe(f"{told.get('operation', 'its WSDL')}: {found['error']}")
        return found

    def exchange(self, name: str) -> Callable[[str, Mapping[str, Any], bool], Said]:
        """How one department is asked; a fault must be one to the client too."""

        def asked(operation: str, words: Mapping[str, Any], strange: bool) -> Said:
            found = self(name=name, operation=operation, words=words, strange=strange)
            content, charset = base64.b64decode(found["body"]), found["charset"]
            if bool(fault_code(content, charset)) != ("fault" in found):
                raise NotAsItMustBe(f"{operation}: the client took a fault for a reply")
            return content, charset

        return asked


def missing(folder: Path) -> str:
    """Fetch the client, unless the folder has it; why it cannot be had, "" where it is there."""
    if not (shutil.which("npm") and shutil.which("node")):
        return "npm is not installed"
    if (folder / "node_modules" / "soap").exists():
        return ""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true}', "utf-8")
    words = ("npm", "install", "--no-audit", "--no-fund", "soap")
    done = subprocess.run(words, cwd=folder, capture_output=True, check=False)  # noqa: S603 - ours
    return "" if done.returncode == 0 else "npm could not fetch its package soap"


@contextmanager
def client(folder: Path) -> Iterator[Node]:
    """The client, which the folder has."""
    (folder / _PROGRAM.name).write_bytes(_PROGRAM.read_bytes())
    process = subprocess.Popen(  # noqa: S603 - our own words
        ["node", _PROGRAM.name],  # noqa: S607 - whichever is first on the path
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Node(process)
    finally:
        process.communicate(timeout=30)


def opened(node: Node, name: str, url: str, days_pass: Callable[[int], object]) -> Spoken:
    """A department whose served WSDL the client has read."""
    twelve = name == "construction"
    node(name=name, wsdl=f"{url}?wsdl", twelve=twelve, **_SHOWN.get(name, {}))
    return Spoken(name, node.exchange(name), days_pass)


def outcomes(
    folder: Path, urls: Mapping[str, str], days_pass: Callable[[int], object]
) -> Mapping[str, Outcome]:
    """What came of each department, by the address of its service."""
    found = {}
    with client(folder) as node:
        for name, url in urls.items():
            try:
                found[name] = talk_to(opened(node, name, url, days_pass))
            except NotAsItMustBe as error:
                found[name] = Outcome(wrong=str(error), told="its WSDL is not taken")
    return found
