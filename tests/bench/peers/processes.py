"""What is measured runs apart: processes on a core of their own, and what they used, from /proc."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_GRACE_S = 8.0
_OURS = frozenset(os.sched_getaffinity(0))
MEASURED = frozenset({min(_OURS)}) if len(_OURS) > 1 else _OURS
REST = _OURS - MEASURED or _OURS


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """CPU seconds, user and system, of a process and all its children."""

    cpu_s: float
    rss_mb: float


@contextmanager
def running(
    command: Sequence[str],
    *,
    log: Path,
    folder: Path,
    cores: frozenset[int],
    environment: Mapping[str, str],
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, on these cores; the group ends with the block."""
    with log.open("ab") as output:
        os.sched_setaffinity(0, cores)  # which a child inherits, every thread of it
        try:
            process = subprocess.Popen(  # noqa: S603 - commands of this package
                command,
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        finally:
            os.sched_setaffinity(0, REST)
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def used(pid: int) -> Used:
    """What a process and those under it have used so far, and hold now."""
    cpu, rss = 0, 0
    for member in _tree(pid):
        with suppress(FileNotFoundError, ProcessLookupError):  # ended meanwhile
            folder = Path(f"/proc/{member}")
            fields = (folder / "stat").read_text("utf-8").rpartition(")")[2].split()
            cpu += sum(int(field) for field in fields[11:15])
            rss += int((folder / "statm").read_text("ascii").split()[1])
    return Used(cpu_s=cpu / _TICKS, rss_mb=rss * _PAGE / 1e6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Memory of a process and all its children, in MB.

    `rss` counts every page they use, for each of them that uses it; `pss` an nth of a page that n
    processes use, whoever they are; `uss` only what nobody else uses, and would be free without
    them.
    """

    rss: float
    pss: float
    uss: float


def held(pid: int) -> Held:
    """What a process and those under it hold now."""
    rss = pss = uss = 0
    for member in _tree(pid):
        with suppress(FileNotFoundError, ProcessLookupError):  # ended meanwhile
            told = _rollup(member)
            rss += told["Rss"]
            pss += told["Pss"]
            uss += told["Private_Clean"] + told["Private_Dirty"]
    return Held(rss=rss / 1e6, pss=pss / 1e6, uss=uss / 1e6)


def _rollup(pid: int) -> Mapping[str, int]:
    """The kernel's sums over all mappings of one process, in bytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()[1:]
    told = (line.split() for line in lines)
    return {name.rstrip(":"): int(kilobytes) * 1024 for name, kilobytes, *_ in told}


def _tree(pid: int) -> Iterator[int]:
    yield pid
    with suppress(FileNotFoundError, ProcessLookupError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text("ascii").split():
                yield from _tree(int(child))


def inherited() -> dict[str, str]:
    """The environment of this process, for the children."""
    return dict(os.environ)  # noqa: TID251 - PATH and HOME; nothing is read from it


def pin(pid: int) -> None:
    """From here on a process that runs already has the measured core, with every thread of it."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread.name), MEASURED)
