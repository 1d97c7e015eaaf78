"""The child that opens files: a JSON line in for each, JSON lines out. Started by `pool`; knows no store.

In: `{"path", "suffix"}`. Out: `{"page": [done, all]}` any number of times, then `{"source": {...}, "resident": bytes}`,
`{"refused": sentence}` or `{"failed": name of the error}`. Nothing that it sends back is ever executed or unpickled.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import ChidaoError
from corpus.sandbox.limits import Limits, allow_processor, confine, largest_resident

if TYPE_CHECKING:
    from collections.abc import Callable

_TOO_LONG = "Tệp cho ra quá nhiều chữ ({length:,} ký tự), không phải một văn bản chỉ đạo."
_NO_MEMORY = "Tệp cần quá nhiều bộ nhớ để mở, bị từ chối để bảo vệ máy chủ."


def main() -> None:
    """Answers requests until its input ends. Its one argument: the limits, as JSON."""
    limits = Limits(**json.loads(sys.argv[1]))
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)  # what a library prints must not look like a reply
    os.dup2(silence, 2)
    confine(limits)

    def send(reply: dict[str, Any]) -> None:
        replies.write(json.dumps(reply) + "\n")
        replies.flush()

    try:
        for line in sys.stdin:
            allow_processor(limits.processor)
            send(answer(json.loads(line), limits, lambda done, total: send({"page": [done, total]})))
    finally:  # also when the parent was killed while a file was open, and nobody hears the reply
        _leave_nothing()


def _leave_nothing() -> None:
    """Removes the scratch folder when the parent has gone without doing so."""
    scratch = Path(os.environ.get("TMPDIR", ""))
    if scratch.name.startswith("chidao-read-"):
        shutil.rmtree(scratch, ignore_errors=True)


def answer(request: dict[str, Any], limits: Limits, on_page: Callable[[int, int], None]) -> dict[str, Any]:
    """The last reply to one request; every error is one."""
    from corpus.readers import read_content  # noqa: PLC0415 - after the limits are set

    try:
        source = read_content(Path(request["path"]).read_bytes(), request["suffix"], on_page)
        if len(source.text) > limits.text:
            return {"refused": _TOO_LONG.format(length=len(source.text))}
        return {"source": asdict(source), "resident": largest_resident()}
    except ChidaoError as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": _NO_MEMORY, "resident": limits.memory}
    except RecursionError:
        return {"refused": "Tệp lồng nhau quá nhiều tầng, bị từ chối để bảo vệ máy chủ."}
    except Exception as error:  # noqa: BLE001 - told to the parent, which logs it and refuses the file
        return {"failed": f"{type(error).__name__}: {error}"[:500]}


if __name__ == "__main__":
    main()
