"""The watch over one run of the bot: what is scraped, what the probes are told, and when that begins and ends."""

from __future__ import annotations

import logging
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, GCCollector, Info, PlatformCollector, ProcessCollector

from bot.logs import action_of, get_logger
from bot.watching import instruments
from bot.watching.collectors import Sources
from bot.watching.figures import sources, state_of
from bot.watching.health import OK, Heart, Readiness, Report
from bot.watching.server import WatchServer
from corpus.errors import SettingsError, StoreError
from corpus.store_engine import check_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.composition import Composition

log = get_logger(__name__)

STARTING = "starting"


class Watch:
    """Made with the run; `open` serves when CHIDAO_METRICS says where. The bot tells it how far it is.

    It is opened before anything else, so that an address of no use is said at once, and probes are answered while tables
    are migrated and the model loads.
    """

    def __init__(self, app: Composition) -> None:
        self._app = app
        self.heart = Heart()
        self._built = False
        self._taking: Callable[[], bool] | None = None
        self._took = False
        self._readiness = Readiness(
            {
                "updates": self._updates_taken,
                "store": self._store_usable,
                "model": self._model_loaded,
                "generation": self._generation_served,
            }
        )
        self._server: WatchServer | None = None
        self._registry = _process_figures()
        self._counting = _Counting()

    @property
    def port(self) -> int | None:
        """Where it listens; None while it does not."""
        return self._server.port if self._server else None

    def open(self) -> None:
        """Begins to serve, when the settings ask for it.

        Raises:
            SettingsError: the address cannot be listened on.
        """
        listen = self._app.settings.metrics
        if listen is None or self._server is not None:
            return
        try:
            self._server = WatchServer(
                listen.host, listen.port, self._registry, alive=self.heart.report, ready=self.ready
            )
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SettingsError(
                self._app.texts("bot.metrics_unavailable", host=listen.host, port=listen.port, reason=reason)
            ) from error
        logging.getLogger().addHandler(self._counting)
        log.info("Figures and probes are served", action="watch.opened", host=listen.host, port=self.port)

    def close(self) -> None:
        """Serves no longer."""
        logging.getLogger().removeHandler(self._counting)
        if self._server is not None:
            self._server.close()
            self._server = None

    def built(self) -> None:
        """The parts of the run stand, so that they can be asked."""
        if not self._built:
            self._built = True
            self._registry.register(Sources(sources(self._app, self.ready)))

    def telegram_reached(self, taking: Callable[[], bool]) -> None:
        """Telegram has answered; `taking` says whether updates are being taken, false from the moment of a stop on."""
        self._taking = taking

    def ready(self) -> Report:
        """Whether this process should be given work."""
        return self._readiness.report()

    # ---- what makes it ready

    def _updates_taken(self) -> str:
        if self._taking is None:
            return "Telegram not reached yet"
        taking = self._taking()
        self._took = self._took or taking
        if taking:
            return OK
        return "draining" if self._took else STARTING

    def _store_usable(self) -> str:
        if not self._built:
            return STARTING
        database = self._app.store.database
        try:
            if database.engine.dialect.name == "sqlite" and not Path(str(database.engine.url.database)).is_file():
                return "gone"  # a file that was deleted stays open and readable, and whoever opens it anew makes it
            with database.reading() as connection:
                try:
                    check_tables(connection)
                except StoreError:
                    return "of another version"
        except StoreError:
            return "unreachable"
        return OK

    def _model_loaded(self) -> str:
        return OK if self._built and self._app.model_loaded else "loading"

    def _generation_served(self) -> str:
        if not self._built:
            return STARTING
        state = state_of(self._app.service)
        # An older one is served on while the newest is being taken up: not the newest answers, but right ones.
        return OK if state is None or state.served is not None else "none loaded"


def _process_figures() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(instruments.REGISTRY)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    build = Info("chidao_build", "The program that runs.", registry=registry)
    build.info({"version": _own_version(), "python": platform.python_version()})
    return registry


class _Counting(logging.Handler):
    """Counts the lines that tell of something wrong, by their action."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        """One more."""
        instruments.problem(record.levelname.lower(), action_of(record))


def _own_version() -> str:
    try:
        return version("chidao")
    except PackageNotFoundError:
        return "unknown"
