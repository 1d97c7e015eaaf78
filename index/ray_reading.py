"""Files read, extracted and embedded by Ray workers, ahead of the one process that stores them.

Storing stays where it is: one writer, one transaction a file, unchanged files skipped by their content. So whatever dies
may simply be run again: a worker's file goes to another worker, and a new driver takes up the files that are not stored.
Workers get a file's bytes, not its path: they may be on other machines. Imported only when Ray is asked for.
"""

from __future__ import annotations

import logging
import os
import re
import tempfile
from collections import deque
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
import ray
from ray.exceptions import RayActorError, RayError

from corpus.errors import ChidaoError, SettingsError, UnreadableFileError
from index.passages import passages_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from corpus.records import Directive

log = logging.getLogger(__name__)

AHEAD = 3
"""Files handed to each worker before the first of them is stored."""
_TRIES = 3
_ADDRESS = re.compile(r"auto|local|ray://\S+|[A-Za-z0-9_.-]+:\d{2,5}")


def is_address(word: str) -> bool:
    """Whether a word says where a Ray cluster is: `auto`, `local`, `host:port` or `ray://host:port`."""
    return bool(_ADDRESS.fullmatch(word))


def _why(error: BaseException) -> str:
    """What Ray says, or what to do about it: with an address, it shows its token only when told to."""
    reason: BaseException | None = error
    while reason is not None:
        if "AuthenticationError" in f"{type(reason).__name__}: {reason}":  # as a text it stands in another's message
            return "cụm đòi mã (token): đặt RAY_AUTH_MODE=token, và mã của cụm trong ~/.ray/auth_token hoặc RAY_AUTH_TOKEN."
        reason = reason.__cause__ or reason.__context__
    return str(error)


class RayReading:
    """Reads for `corpus.ingest.ingest` and embeds for `index.indexing.Indexer`; close it in the end.

    `files` are those about to be ingested in order, `wanted` says which of them have to be read at all.
    """

    def __init__(
        self,
        files: Iterable[Path],
        wanted: Callable[[Path], bool],
        *,
        embedding: str,
        home: Path,
        address: str | None = None,
        workers: int | None = None,
    ) -> None:
        """Raises SettingsError when no cluster is at `address`."""
        self._ours = not ray.is_initialized()
        try:
            if self._ours:
                ours: dict[str, Any] = {"address": "local", "include_dashboard": False, "num_cpus": workers}
                given: dict[str, Any] = ours if address in {None, "local"} else {"address": address}
                ray.init(**given, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, RuntimeError, ValueError, RayError) as error:
            raise SettingsError(f"Không tới được cụm Ray ở {address}: {_why(error)}") from error
        number = workers or max(int(ray.cluster_resources().get("CPU", 1)), 1)
        remote: Any = ray.remote(num_cpus=1, max_restarts=-1)(_Worker)
        self._workers = [remote.remote(embedding, str(home)) for _ in range(number)]
        self._busy = [0] * number
        self._waiting = deque(files)
        self._wanted = wanted
        self._coming: dict[Path, tuple[int, Any]] = {}
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self.name, self.dimension = self._called(lambda worker: worker.model.remote())

    def close(self) -> None:
        """Lets the workers go."""
        for worker in self._workers:
            ray.kill(worker)
        if self._ours:
            ray.shutdown()

    # ---- for corpus.ingest

    def read(self, path: Path) -> list[Directive]:
        """The directives of a file, read by a worker; the next files are handed out meanwhile.

        Raises:
            UnreadableFileError: it cannot be read; every worker that tried died of it.
        """
        self._hand_out()
        for left in reversed(range(_TRIES)):
            number, coming = self._coming.pop(path) if path in self._coming else self._send(path)
            try:
                read = ray.get(coming)
            except RayActorError as error:  # Ray starts the worker anew
                log.warning("a worker died; its file is read again", extra={"action": "ray.died", "file": str(path)})
                if not left:
                    said = "Không đọc được tệp: tiến trình đọc phải dừng nhiều lần vì tệp này."
                    raise UnreadableFileError(said) from error
                continue
            except RayError as error:
                raise UnreadableFileError(f"Lỗi không lường trước khi đọc tệp ({type(error).__name__}).") from error
            finally:
                self._busy[number] -= 1
            break
        if isinstance(read, ChidaoError):
            raise read
        directives, texts, vectors = read
        self._vectors = dict(zip(texts, vectors, strict=True))
        self._hand_out()
        found: list[Directive] = directives
        return found

    # ---- an `index.embedding.Embedder`

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors that came with the file; those of other texts (a directive completed by a manifest) are made now."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if missing:
            made = self._called(lambda worker: worker.embed.remote(missing))
            self._vectors.update(zip(missing, made, strict=True))
        return np.stack([self._vectors[text] for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder`."""
        result: NDArray[np.float32] = self._called(lambda worker: worker.embed_queries.remote(list(texts)))
        return result

    def _called(self, call: Callable[[Any], Any]) -> Any:
        """The result of a call on any worker; on the next one when that dies."""
        for left in reversed(range(_TRIES)):
            number = self._idlest()
            try:
                return ray.get(call(self._workers[number]))
            except RayActorError:
                if not left:
                    raise
        return None

    def _hand_out(self) -> None:
        """Keeps every worker supplied; files that are stored already are passed over."""
        while self._waiting and len(self._coming) < AHEAD * len(self._workers):
            path = self._waiting.popleft()
            if path not in self._coming and self._wanted(path):
                self._coming[path] = self._send(path)

    def _send(self, path: Path) -> tuple[int, Any]:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UnreadableFileError(f"Không mở được tệp: {error.strerror or error}.") from error
        number = self._idlest()
        self._busy[number] += 1
        return number, self._workers[number].read.remote(PurePath(path).name, content)

    def _idlest(self) -> int:
        return min(range(len(self._busy)), key=self._busy.__getitem__)


class _Worker:
    """What runs in a worker: one file or one batch of texts at a time, with a model of its own."""

    def __init__(self, embedding: str, home: str) -> None:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        from index.embedding import load_embedder  # noqa: PLC0415 - in the worker only

        own = Path(home) if Path(home).is_dir() else Path(tempfile.gettempdir()) / f"chidao-ray-{os.getuid()}"
        self._embedder = load_embedder(embedding, own)

    def model(self) -> tuple[str, int]:
        """Name and dimension of the model."""
        return self._embedder.name, self._embedder.dimension

    def read(self, name: str, content: bytes) -> Any:
        """(directives, texts to embed, their vectors), or the refusal."""
        from corpus.reading import read_file  # noqa: PLC0415

        with tempfile.TemporaryDirectory(prefix="chidao-ray-") as folder:
            path = Path(folder) / name
            path.write_bytes(content)
            try:
                directives = read_file(path)
            except ChidaoError as refusal:
                return refusal
        texts = list(
            dict.fromkeys(
                passage.embed_text
                for directive in directives
                for passage in passages_of("", directive.metadata.title, directive.clauses)
            )
        )
        return directives, texts, self._embedder.embed_passages(texts) if texts else []

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        """Vectors of passages."""
        return self._embedder.embed_passages(texts)

    def embed_queries(self, texts: list[str]) -> NDArray[np.float32]:
        """Vectors of questions."""
        return self._embedder.embed_queries(texts)
