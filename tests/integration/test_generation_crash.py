"""Killing a build at any moment leaves the old generation or the new, complete; never a mixture; by each engine."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index.dense_parts import FLAT
from index.embedding import HashEmbedder
from index.generations import build_generation, current_generation
from index.passages import Passage
from index.vectors import VectorCache
from tests.engines import ENGINES, in_milvus, milvus_server

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = """
import sys
from pathlib import Path
from index.embedding import HashEmbedder
from index.generations import build_generation
from index.passages import Passage
from index.vectors import VectorCache
from index.dense_parts import FLAT
from tests.engines import in_milvus

home, start = Path(sys.argv[1]), int(sys.argv[2])
place = in_milvus(sys.argv[3]) if sys.argv[3:] else FLAT
print("ready", flush=True)
for revision in range(start, start + 1000):
    passages = [Passage(f"{revision}#{n}", f"đoạn {n} của bản {revision}", f"đoạn {n} {revision}") for n in range(300)]
    vectors = VectorCache(home / "v.sqlite")
    build_generation(home / "index", passages, HashEmbedder(64), vectors, corpus_revision=str(revision), dense=place)
    print(revision, flush=True)
"""
KILLS = {"faiss": (20, 0.5), "milvus": (4, 3.0)}
"""How often, and within how many seconds of being ready."""


def _child(home: Path, start: int, *url: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    command = [sys.executable, "-c", PROGRAM, str(home), str(start), *url]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str | None]:
    """Where vectors are kept: of Milvus the URL, of FAISS none."""
    if request.param == "faiss":
        yield None
        return
    with milvus_server(tmp_path_factory.mktemp("milvus")) as address:
        yield address


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_build_killed_at_any_moment_leaves_a_whole_generation(tmp_path: Path, url: str | None) -> None:
    embedder, dense = HashEmbedder(64), in_milvus(url) if url else FLAT
    kills, within = KILLS["milvus" if url else "faiss"]
    first = [Passage(f"0#{n}", f"đoạn {n} của bản 0", f"đoạn {n} 0") for n in range(300)]
    cache = VectorCache(tmp_path / "v.sqlite")
    build_generation(tmp_path / "index", first, embedder, cache, corpus_revision="0", dense=dense)
    chance = random.Random(2027)
    last = 0
    for kill in range(kills):
        start = 1 + kill * 1000
        with _child(tmp_path, start, *filter(None, [url])) as child:
            assert child.stdout is not None
            assert child.stdout.readline().strip() == "ready"
            time.sleep(chance.uniform(0.0, within))
            child.send_signal(signal.SIGKILL)
            announced = [int(line) for line in child.stdout.read().split()]

        generation = current_generation(tmp_path / "index", dense)
        assert generation is not None
        assert generation.fallback_reason is None
        revision = int(generation.manifest.corpus_revision)
        # What was announced is there; one more may have been finished without the word getting out.
        assert revision >= (announced[-1] if announced else last)
        assert {key.split("#")[0] for key in generation.keys} == {str(revision)}
        vector = embedder.embed_queries([f"đoạn 7 của bản {revision}"])[0]
        hits = generation.search(f"đoạn 7 của bản {revision}", vector, 300)
        assert {hit.key for hit in hits} <= {f"{revision}#{n}" for n in range(300)}
        assert hits[0].key == f"{revision}#7"
        last = revision
    assert last > 0, "no build was ever finished: the test has shown nothing"
    debris = [path for path in (tmp_path / "index").glob("g*") if not (path / "manifest.json").is_file()]
    assert debris, "no build was ever killed half way: the test has shown nothing"
