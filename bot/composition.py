"""Builds the parts of a run from the settings: clock, texts, store, search; the heavy ones when first asked for."""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING, Protocol

from bot.clock import Clock, make_clock
from bot.desk.links import BotName
from bot.texts import Texts, load_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.desk.desk import Desk
    from bot.office.office import Office
    from bot.reminders.engine import Engine
    from bot.settings import Settings
    from bot.watching.watch import Watch
    from corpus.store import Store
    from index.answers import Answer, Question, SearchHit
    from index.embedding import Embedder
    from index.indexing import Indexer

OPERATOR = 0
"""Whoever sits at the terminal. Telegram ids are positive, so this is nobody on Telegram."""


class SearchService(Protocol):
    """What the surfaces need of `index.service.SearchService`. Thread-safe; calls block while the model works."""

    def ask(self, question: Question) -> Answer:
        """One answer, or an abstention."""

    def ask_many(self, questions: Sequence[Question]) -> list[Answer]:
        """An answer for each question, in order."""

    def search(self, query: str, k: int = 10) -> list[SearchHit]:
        """The `k` best clauses, best first."""

    def refresh(self) -> object:
        """Take up what has changed in the store since; called ahead, it spares the first question the wait."""


class Composition:
    """The parts of one run. Tests hand in a clock or a search service of their own."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None, service: SearchService | None = None) -> None:
        self.settings = settings
        self.clock: Clock = clock or make_clock(settings.timezone, settings.now)
        self.texts: Texts = load_texts(settings.lang)
        self._given_service = service
        self._keeps_up = False

    @cached_property
    def store(self) -> Store:
        """The open store, its tables brought up to date.

        Raises:
            StoreError: unreachable, damaged, or newer than the program.
        """
        from bot.reminders.planner import cancel_gone  # noqa: PLC0415
        from corpus.store import Store  # noqa: PLC0415 - `chidao --help` must not wait for SQLAlchemy

        with suppress(OSError):  # made for this user alone; where it cannot be made, whoever needs it will say so
            self.settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        store = Store.open(self.settings.database_url)
        # Whatever changes what is due cancels what was planned for it, in the same transaction.
        store.watchers.append(cancel_gone)
        return store

    @cached_property
    def service(self) -> SearchService:
        """The search service over the store and the index in CHIDAO_HOME.

        Raises:
            SearchIndexError: no usable index, or a model that cannot be loaded.
        """
        if self._given_service is not None:
            return self._given_service
        from index.service import SearchService as Service  # noqa: PLC0415 - NumPy, FAISS

        service = Service.open(self.store, self.settings.home, self.embedder, self.index)
        if self._keeps_up:
            service.watch()
        return service

    @contextmanager
    def keeping_up(self) -> Iterator[None]:
        """While the block runs, search follows the store beside the answers: for a bot that runs on."""
        self._keeps_up = True
        try:
            yield
        finally:
            close = getattr(vars(self).get("service"), "close", None)  # a service that was handed in may have none
            if close is not None:
                close()

    @cached_property
    def index(self) -> Indexer:
        """The index in CHIDAO_HOME, to be brought in step with the store; its model loads when first needed.

        Workers that share a PostgreSQL database share what they build through it.
        """
        return self.index_by(self.embedder)

    def index_by(self, embedder: Callable[[], Embedder]) -> Indexer:
        """The index brought in step by another embedder of the same model: workers that embed ahead."""
        from index.indexing import Indexer as Indexing  # noqa: PLC0415 - FAISS and its like
        from index.sharing import sharing_of  # noqa: PLC0415

        settings = self.settings
        return Indexing(settings.home, embedder, sharing_of(self.store.database, settings.home, settings.index_url))

    def embedder(self) -> Embedder:
        """The embedding model of the settings, loaded when first needed and then kept.

        Raises:
            SettingsError: the model cannot be loaded.
        """
        return self._embedder

    @cached_property
    def _embedder(self) -> Embedder:
        from index.embedding import load_embedder  # noqa: PLC0415 - torch

        return load_embedder(self.settings.embedding, self.settings.home, _say_progress)

    @property
    def model_loaded(self) -> bool:
        """Whether the embedding model is in memory; asks for nothing to be loaded."""
        return self._given_service is not None or "_embedder" in vars(self)

    @cached_property
    def watch(self) -> Watch:
        """What is measured and told to probes while the bot runs; not yet open."""
        from bot.watching.watch import Watch as Watching  # noqa: PLC0415 - the Prometheus client

        return Watching(self)

    @cached_property
    def bot_name(self) -> BotName:
        """The bot's name on Telegram; filled in once Telegram has said it."""
        return BotName()

    @cached_property
    def office(self) -> Office:
        """The office kept in the store's database."""
        from bot.office.office import open_office  # noqa: PLC0415 - SQLAlchemy
        from bot.reminders.forgetting import forget_person  # noqa: PLC0415
        from bot.reminders.outbox import move_chat  # noqa: PLC0415

        office = open_office(self.store, self.clock, self.settings.admins)
        office.groups.movers.append(move_chat)
        office.erasure.others.append(forget_person)
        return office

    @cached_property
    def reminders(self) -> Engine:
        """The reminders' engine, without a sender yet.

        Raises:
            SettingsError: the office's own file of working days cannot be read.
        """
        from bot.reminders.engine import Engine  # noqa: PLC0415 - SQLAlchemy
        from bot.reminders.working_days import WorkingDaysFile  # noqa: PLC0415

        days = WorkingDaysFile(self.settings.home)
        return Engine(self.office, days=days, zone=self.settings.timezone, texts=self._texts_of)

    def _texts_of(self, chat: int) -> Texts:
        """The texts in the language that a person has chosen; a group's are the bot's own."""
        chosen = self.office.people.language(chat) if chat > 0 else None
        return load_texts(chosen) if chosen else self.texts

    def desk(self, operator: int | None = None) -> Desk:
        """The desk with all its features; `operator` is an administrator whatever the settings say."""
        from bot.desk.asking import AskingFeature  # noqa: PLC0415 - SQLAlchemy
        from bot.desk.clauses import ClausesFeature  # noqa: PLC0415
        from bot.desk.corrections import CorrectionsFeature  # noqa: PLC0415
        from bot.desk.deadlines import DeadlinesFeature  # noqa: PLC0415
        from bot.desk.desk import Desk  # noqa: PLC0415
        from bot.desk.directive_keeping import DirectiveKeeping  # noqa: PLC0415
        from bot.desk.directives import DirectivesFeature  # noqa: PLC0415
        from bot.desk.entrance import Entrance  # noqa: PLC0415
        from bot.desk.exporting import ExportFeature  # noqa: PLC0415
        from bot.desk.groups import GroupsFeature  # noqa: PLC0415
        from bot.desk.loading import LoadingFeature  # noqa: PLC0415
        from bot.desk.loading_memory import ReadOnce  # noqa: PLC0415
        from bot.desk.loading_publishing import Library  # noqa: PLC0415
        from bot.desk.people import PeopleFeature  # noqa: PLC0415
        from bot.desk.privacy import PrivacyFeature  # noqa: PLC0415
        from bot.desk.record import RecordFeature  # noqa: PLC0415
        from bot.desk.reminding import RemindingFeature  # noqa: PLC0415
        from bot.desk.targets import TargetsFeature  # noqa: PLC0415
        from bot.desk.task_page import TaskFeature  # noqa: PLC0415
        from bot.desk.tasks import TasksFeature  # noqa: PLC0415
        from bot.desk.units import UnitsFeature  # noqa: PLC0415
        from bot.office.albums import Albums  # noqa: PLC0415
        from bot.office.uploads import Uploads  # noqa: PLC0415
        from bot.reminders.forgetting import tidy_outbox  # noqa: PLC0415

        office = self.office
        uploads = Uploads(self.store.database, self.settings.home)
        albums = Albums(self.store.database, uploads)
        library = Library(office, uploads, albums, lambda: self.index, self.service.refresh, ReadOnce())
        loading = LoadingFeature(library, self.texts, lambda area: area in desk.table.presses)
        desk = Desk(
            office,
            self.texts,
            entrance=Entrance(office, loading.forget),
            asking=AskingFeature(office, self.service, lambda area: area in desk.table.presses),
            groups=GroupsFeature(office, self.bot_name),
            # Commands are offered in this order.
            features=(
                ClausesFeature(office),
                TasksFeature(office),
                TaskFeature(office, lambda area: area in desk.table.presses),
                DeadlinesFeature(office),
                TargetsFeature(office),
                DirectivesFeature(office),
                DirectiveKeeping(office, self._follow_store),
                ExportFeature(office),
                RemindingFeature(office, self.reminders),
                loading,
                CorrectionsFeature(office, self._follow_store),
                UnitsFeature(office),
                RecordFeature(office),
                PeopleFeature(office, self.bot_name),
                PrivacyFeature(
                    office,
                    self.texts,
                    loading.tidy,
                    (partial(tidy_outbox, office.store.database),),
                ),
            ),
            operator=operator,
        )
        return desk

    def _follow_store(self) -> None:
        """Search takes up what was changed in the store."""
        self.index.publish(self.store)
        self.service.refresh()


def compose(settings: Settings, *, clock: Clock | None = None, service: SearchService | None = None) -> Composition:
    """The parts of a run under `settings`."""
    return Composition(settings, clock=clock, service=service)


def _say_progress(line: str) -> None:
    """Unpacking or fetching a model takes a while: say so, beside the results."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
