"""How much a file may cost to open, and how a process binds itself to that. Knows no formats."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import resource
from dataclasses import dataclass
from pathlib import Path

_CLONE_NEWNET = 0x40000000
_CLONE_NEWUSER = 0x10000000


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on opening one file.

    `memory` and `written` are bytes (address space; the largest file written), `silent` and `whole` seconds on the clock
    (since the last page was told of; in all), `processor` seconds of processor time, `text` characters of the result.
    """

    memory: int = 2 * 1024**3
    written: int = 512 * 1024**2
    silent: float = 120.0
    whole: float = 3600.0
    processor: int = 1800
    text: int = 8_000_000


def confine(limits: Limits) -> None:
    """Binds this process, and what it starts, to the limits; takes the network away where the system allows it."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    roof = 2 * limits.memory if hard == resource.RLIM_INFINITY else min(2 * limits.memory, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS knows this limit by name only
        resource.setrlimit(resource.RLIMIT_AS, (min(limits.memory, roof), roof))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.written, limits.written))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, hard), min(256, hard)))
    _without_network()


def allow_processor(seconds: int) -> None:
    """Gives this process that much more processor time, from what it has used so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds, hard))


def largest_resident() -> int:
    """Bytes of memory that this process has held at most since it began; 0 where the system does not tell.

    `ru_maxrss` would not do: a child inherits its parent's.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def _without_network() -> None:
    """No reader asks for the network; this keeps whatever it is from getting any. Not every system permits it."""
    with contextlib.suppress(OSError, AttributeError):
        flags = _CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWNET | _CLONE_NEWUSER
        ctypes.CDLL(None, use_errno=True).unshare(flags)
