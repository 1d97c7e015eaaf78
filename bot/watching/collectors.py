"""Figures that live elsewhere, in SQL or on the disk, read when somebody scrapes; each source fails alone, and in time."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from prometheus_client import Metric

log = get_logger(__name__)

PATIENCE = 5.0
"""Seconds that a scrape waits for all its sources; Prometheus itself gives up after ten."""


class Source(NamedTuple):
    """One place to read figures from. `read` may block, and may raise anything."""

    name: str
    read: Callable[[], Iterable[Metric]]


class _Reading:
    """One source being read in a thread of its own, so that one that hangs keeps nobody waiting."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[Metric] | None = None
        self.done = threading.Event()
        threading.Thread(target=self._read, name=f"scrape-{source.name}", daemon=True).start()

    def _read(self) -> None:
        try:
            self.found = list(self.source.read())
        except Exception as error:  # noqa: BLE001 - a source that is away must not take the others with it
            log.info("A part of the figures could not be read", action="scrape.failed", source=self.source.name,
                error=type(error).__name__)
        self.done.set()


class Sources(Collector):
    """Reads all sources side by side. One that still hangs from the scrape before is not asked a second time."""

    def __init__(self, sources: Sequence[Source], patience: float = PATIENCE) -> None:
        self._sources = tuple(sources)
        self._patience = patience
        self._hanging: dict[str, _Reading] = {}
        self._lock = threading.Lock()
        # In no registry: told behind the sources, so that what could not be read counts in the scrape that missed it.
        self._errors = Counter(
            "chidao_scrape_errors", "Parts of a scrape that could not be read.", ("source",), registry=None
        )
        for source in self._sources:
            self._errors.labels(source.name)

    def describe(self) -> list[Metric]:
        """Nothing: to be registered it must not read anything yet."""
        return []

    def collect(self) -> Iterable[Metric]:
        """What could be read in time."""
        with self._lock:
            hanging, self._hanging = self._hanging, {}
            readings = [hanging.get(source.name) or _Reading(source) for source in self._sources]
            until = time.monotonic() + self._patience
            for reading in readings:
                reading.done.wait(max(0.0, until - time.monotonic()))
                if not reading.done.is_set():
                    self._hanging[reading.source.name] = reading
                if reading.found is None:
                    self._errors.labels(reading.source.name).inc()
        for reading in readings:
            # What a hanging source has found meanwhile is of an older moment and given all the same: once.
            yield from reading.found or ()
        yield from self._errors.collect()


def gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    """A figure without labels."""
    return GaugeMetricFamily(name, what, value=value)


def labelled(name: str, what: str, label: str, values: dict[str, float]) -> GaugeMetricFamily:
    """A figure for each value of one label."""
    family = GaugeMetricFamily(name, what, labels=(label,))
    for value, number in values.items():
        family.add_metric((value,), number)
    return family
