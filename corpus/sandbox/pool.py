"""Children that open files, kept for the next file; one that overruns its limits is killed and its scratch removed."""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import UnreadableFileError
from corpus.records import Source
from corpus.sandbox.limits import Limits

if TYPE_CHECKING:
    from corpus.readers.progress import OnPage

_log = logging.getLogger(__name__)
_REUSED = 200
_SWOLLEN = 768 * 1024**2
"""Files a child opens, and bytes it may have held, before another takes its place."""
_CHUNK = 1 << 16
_SLOW = "Mở tệp quá lâu (quá {seconds:.0f} giây không xong), đã dừng để bảo vệ máy chủ; tệp có thể hỏng hoặc quá phức tạp."
_DIED = "Không mở được tệp: bộ đọc phải dừng vì tệp hỏng hoặc cần quá nhiều bộ nhớ, thời gian."
_ODD = "Tệp có cấu trúc lạ hoặc bị hỏng nên không đọc được; hãy mở và lưu lại từ phần mềm gốc rồi nạp."


class _OverrunError(Exception):
    """The child has to go; the sentence says why."""


class _Child:
    """One process with a scratch folder of its own."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.files = 0
        self.resident = 0
        self._scratch = tempfile.mkdtemp(prefix="chidao-read-")
        root = str(Path(__file__).resolve().parents[2])
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX") if name in os.environ}
        # Its environment holds no token and no database address.
        surroundings = {
            "LANG": "C.UTF-8", "PYTHONPATH": root, "TMPDIR": self._scratch, "HOME": self._scratch, "OMP_THREAD_LIMIT": "1",
            "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        self._process = subprocess.Popen(  # noqa: S603 - our own module, fixed arguments
            [sys.executable, "-P", "-m", "corpus.sandbox.worker", json.dumps(asdict(limits))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=self._scratch,
            env=kept | surroundings, start_new_session=True,
        )  # fmt: skip

    def ask(self, path: Path, suffix: str, on_page: OnPage | None) -> dict[str, Any]:
        """The child's last reply to a file. Raises _OverrunError when it died, hung or said too much."""
        assert self._process.stdin is not None  # noqa: S101 - opened above
        self.files += 1
        try:
            request = json.dumps({"path": str(path.resolve()), "suffix": suffix})
            self._process.stdin.write(request.encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise _OverrunError(_DIED) from error
        ends = time.monotonic() + self.limits.whole
        pending = b""
        while True:
            line, pending = self._line(pending, ends)
            reply = _parsed(line)
            if "page" not in reply:
                self.resident = int(reply.get("resident", 0))
                return reply
            if on_page:
                done, total = (int(number) for number in reply["page"])
                on_page(done, total)

    def _line(self, pending: bytes, ends: float) -> tuple[bytes, bytes]:
        assert self._process.stdout is not None  # noqa: S101 - opened above
        fd = self._process.stdout.fileno()
        parts = [pending]
        length = len(pending)
        until = min(ends, time.monotonic() + self.limits.silent)
        while b"\n" not in parts[-1]:
            left = until - time.monotonic()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                raise _OverrunError(_SLOW.format(seconds=self.limits.silent if until < ends else self.limits.whole))
            parts.append(os.read(fd, _CHUNK))
            if not parts[-1]:
                raise _OverrunError(_DIED)
            length += len(parts[-1])
            if length > 8 * self.limits.text + _CHUNK:  # a letter takes at most 6 bytes of JSON
                raise _OverrunError(_ODD)
        line, _, rest = b"".join(parts).partition(b"\n")
        return line, rest

    def worn(self) -> bool:
        """True when another should take its place."""
        return self.files >= _REUSED or self.resident > _SWOLLEN or self._process.poll() is not None

    def end(self) -> None:
        """Kills it with all that it has started, and removes its scratch folder."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)


_idle: list[_Child] = []
_lock = threading.Lock()


def read_in_child(path: Path, suffix: str, on_page: OnPage | None = None, limits: Limits | None = None) -> Source:
    """The text of the file at `path`, opened by a child process. Safe to call from several threads.

    Raises:
        UnreadableFileError: it is no readable document, or costs more than the limits allow.
    """
    child = _taken(limits or Limits())
    healthy = False
    try:
        reply = child.ask(path, suffix, on_page)
        healthy = "failed" not in reply
    except _OverrunError as overrun:
        raise UnreadableFileError(str(overrun)) from overrun
    finally:
        if healthy and not child.worn():
            with _lock:
                _idle.append(child)
        else:
            child.end()
    if "refused" in reply:
        raise UnreadableFileError(str(reply["refused"]))
    if "failed" in reply:
        error = str(reply["failed"])
        _log.warning("a reader failed", extra={"action": "reading.failed", "file": str(path), "error": error})
        raise UnreadableFileError(_ODD)
    return _source(reply.get("source"))


def _taken(limits: Limits) -> _Child:
    with _lock:
        found = next((child for child in _idle if child.limits == limits and not child.worn()), None)
        if found:
            _idle.remove(found)
            return found
    return _Child(limits)


def close_children() -> None:
    """Ends the children that wait for work."""
    with _lock:
        children, _idle[:] = list(_idle), []
    for child in children:
        child.end()


atexit.register(close_children)


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        reply = json.loads(line)
    except ValueError as error:
        raise _OverrunError(_ODD) from error
    if not isinstance(reply, dict):
        raise _OverrunError(_ODD)
    return reply


def _source(fields: Any) -> Source:
    try:
        return Source(
            text=str(fields["text"]),
            page_starts=tuple(int(at) for at in fields["page_starts"]),
            warnings=tuple(str(each) for each in fields["warnings"]),
            scanned=bool(fields["scanned"]),
            doubtful=tuple((int(a), int(b)) for a, b in fields["doubtful"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableFileError(_ODD) from error
