"""Builds the parts of a run from the settings: clock, texts, store, search; the heavy ones when first asked for."""

from __future__ import annotations

import sys
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from bot.access import Access, operator_access
from bot.citation_words import for_reading, row_for_reading
from bot.clock import Clock, make_clock
from bot.conversation import Conversation
from bot.guide import load_guide
from bot.texts import Texts, load_texts
from index.answers import Answer, Citation, Question, SearchHit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.settings import Settings
    from corpus.store import Store
    from corpus.store_records import StoredClause
    from index.embedding import Embedder


# What an opened clause may show: a heading brings its items along, a whole part does not.
OPENED_LIMIT = 3000


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

    @cached_property
    def store(self) -> Store:
        """The open store, its tables brought up to date.

        Raises:
            StoreError: unreachable, damaged, or newer than the program.
        """
        from corpus.store import Store  # noqa: PLC0415 - `chidao --help` must not wait for SQLAlchemy

        return Store.open(self.settings.database_url)

    @cached_property
    def service(self) -> SearchService:
        """The search service over the store and the index in CHIDAO_HOME.

        Raises:
            SearchIndexError: no usable index, or a model that cannot be loaded.
        """
        if self._given_service is not None:
            return self._given_service
        from index.service import SearchService as Service  # noqa: PLC0415 - NumPy, FAISS

        return Service.open(self.store, self.settings.home, self.embedder)

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

    def conversation(self, access: Access) -> Conversation:
        """A conversation open to the admitted people."""
        return Conversation(
            texts=self.texts,
            clock=self.clock,
            access=access,
            service=self.service,
            clauses=self.clause_by_token,
            guide=load_guide(self.settings.lang),
        )

    def bot_access(self) -> Access:
        """Who may use the Telegram bot."""
        return Access(self.settings.admins)

    def console_access(self) -> Access:
        """Who may use the terminal chat."""
        return operator_access()

    def clause_by_token(self, token: str) -> Citation | None:
        """The clause that a button's token stands for, with what stands under it; None when it is no longer stored."""
        clause = self.store.clause_by_token(token)
        if clause is None:
            return None
        directive = self.store.directive(clause.directive)
        below = [c for c in self.store.clauses(clause.directive) if c.path.startswith(f"{clause.path}.")]
        return Citation(
            directive=clause.directive,
            number=directive.number if directive else None,
            title=directive.title if directive else None,
            path=clause.path,
            quote=_whole((clause, *below)),
            page=clause.page,
        )


def compose(settings: Settings, *, clock: Clock | None = None, service: SearchService | None = None) -> Composition:
    """The parts of a run under `settings`."""
    return Composition(settings, clock=clock, service=service)


def _whole(clauses: Sequence[StoredClause]) -> str:
    """The clauses one below the other, as many as are worth reading on a telephone."""
    kept: list[str] = []
    for clause in clauses:
        line = row_for_reading(clause.cells) if clause.cells else for_reading(clause.text)
        if kept and sum(map(len, kept)) + len(line) > OPENED_LIMIT:
            return "\n".join([*kept, "…"])
        kept.append(line)
    return "\n".join(kept)


def _say_progress(line: str) -> None:
    """Unpacking or fetching a model takes a while: say so, beside the results."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
