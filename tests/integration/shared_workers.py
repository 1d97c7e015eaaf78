"""Workers of one office in one process: each with a store and a service of its own, in homes that they share or not."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from corpus.store import Store
from index.abstention import Abstainer
from index.embedding import HashEmbedder
from index.indexing import Indexer
from index.relevance import Ranker
from index.service import SearchService
from index.sharing import sharing_of
from tests.unit.small_library import put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

PLAN = """TỈNH ỦY HÒA SƠN
*
Số {number}-KH/TU
ĐẢNG CỘNG SẢN VIỆT NAM
Hòa Sơn, ngày 12 tháng 3 năm 2025

KẾ HOẠCH
về {subject} năm 2025, lần {version}

I. MỤC TIÊU
1. Đến hết năm 2025, tỉ lệ {subject} đạt tối thiểu {version}%, theo bản lần {version}.

II. TỔ CHỨC THỰC HIỆN
1. Sở Nội vụ chủ trì rà soát {subject} trước ngày 30/11/2025, theo bản lần {version}.
2. Sở Y tế báo cáo Ủy ban nhân dân tỉnh kết quả {subject} trước ngày 15/12/2025, theo bản lần {version}.

T/M BAN THƯỜNG VỤ
PHÓ BÍ THƯ

Lê Văn Bình
"""


class CountingEmbedder(HashEmbedder):
    """Counts the passages it embeds, and can be told to take its time."""

    def __init__(self, pause: float = 0.0) -> None:
        super().__init__(64)
        self.embedded = 0
        self.pause = pause

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As a hash embedder."""
        time.sleep(self.pause)
        self.embedded += len(texts)
        return super().embed_passages(texts)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Questions do not count."""
        return HashEmbedder.embed_passages(self, texts)


class Worker:
    """A process's part: store, index and a service that follows the store beside its answers and always answers."""

    def __init__(self, url: str, home: Path) -> None:
        self.home = home
        self.store = Store.open(url)
        self.embedder = CountingEmbedder()
        self.indexer = Indexer(home, lambda: self.embedder, sharing_of(self.store.database, home))
        self.service = SearchService(
            self.store, home, lambda: self.embedder,
            ranker=Ranker.shipped(), abstainer=Abstainer({}, 0.0), indexer=self.indexer,
        )  # fmt: skip

    def publish(self, **texts: str) -> str:
        """Stores files and answers from them at once, as a worker does that a clerk talks to; the revision."""
        put(self.store, **texts)
        self.indexer.publish(self.store)
        return self.service.refresh().holdings.revision

    def serves(self, revision: str, within: float = 10.0) -> float:
        """Seconds until it serves a revision."""
        began = time.monotonic()
        while self.service.state().served != revision:
            assert time.monotonic() - began < within, self.service.state()
            time.sleep(0.02)
        return time.monotonic() - began

    def close(self) -> None:
        """Ends it."""
        self.service.close()
        self.store.close()


@contextmanager
def workers(url: str, *homes: Path) -> Iterator[list[Worker]]:
    """Workers that serve what the store holds now and follow it."""
    opened = [Worker(url, home) for home in homes]
    try:
        for worker in opened:
            worker.service.refresh()
            worker.service.watch()
        yield opened
    finally:
        for worker in opened:
            worker.close()


def plan(number: int, subject: str, version: int) -> str:
    """A plan in which every duty and goal tells its version."""
    return PLAN.format(number=number, subject=subject, version=version)


def together(*works: Callable[[], object]) -> list[BaseException]:
    """Runs them in threads that begin at once; what they raised."""
    barrier, failures = threading.Barrier(len(works)), []

    def run(work: Callable[[], object]) -> None:
        try:
            barrier.wait()
            work()
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return failures
