"""Where a test's vectors are searched: FAISS in this process, or Milvus (milvus-lite, the same client, in a file of the test's own).

A test that takes `dense` runs once on each; without milvus-lite the second is skipped and says so. `milvus_server` is for tests
with several processes, of which a file serves only one.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from index.dense_parts import FLAT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.dense_parts import DensePlace

ENGINES = ("faiss", "milvus")
_STARTS_WITHIN = 60.0


def in_milvus(url: str) -> DensePlace:
    """Milvus at a URL, or in a file; skips the test without milvus-lite."""
    pytest.importorskip("milvus_lite", reason="milvus-lite is not installed (pip install chidao[test])")
    from index.milvus import Milvus

    return Milvus(url)


@contextmanager
def milvus_server(folder: Path) -> Iterator[str]:
    """The URL of a milvus-lite server that keeps its data in the folder; skips the test where none can be started."""
    pytest.importorskip("milvus_lite", reason="milvus-lite is not installed (pip install chidao[test])")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(folder), "--host", "127.0.0.1"]
    server = subprocess.Popen(
        [*command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + _STARTS_WITHIN
        while not _listens(port):
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.skip("this milvus-lite starts no server")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(params=ENGINES)
def dense(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> DensePlace:
    """Each engine in turn."""
    return FLAT if request.param == "faiss" else in_milvus(str(tmp_path_factory.mktemp("milvus") / "vectors.db"))
