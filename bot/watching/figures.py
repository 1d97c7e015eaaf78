"""The figures of one run that are read when somebody scrapes: outbox, inbox, record, index, backup, disk, readiness.

Those that come from SQL are of the whole office: every worker on one database says the same, so take the maximum over
workers, not the sum.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from typing import TYPE_CHECKING

from bot.backup_database import LAST_BACKUP
from bot.inbox.view import InboxView
from bot.inbox.worker import SharedClock
from bot.watching.collectors import Source, gauge, labelled
from bot.watching.health import OK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prometheus_client import Metric

    from bot.composition import Composition
    from bot.watching.health import Report
    from index.snapshots import State

DELIVERY_STATES = ("pending", "claimed", "uncertain", "sent", "failed", "skipped", "cancelled")
UPDATE_STATES = ("waiting", "working", "done", "failed")


def sources(app: Composition, ready: Callable[[], Report]) -> tuple[Source, ...]:
    """Everything to be read at a scrape."""
    figures = _Figures(app)
    return (
        Source("readiness", lambda: _readiness(ready())),
        Source("updates", figures.updates),
        Source("reminders", figures.reminders),
        Source("questions", figures.questions),
        Source("generation", figures.generation),
        Source("backup", figures.backup),
        Source("disk", figures.disk),
    )


def state_of(service: object) -> State | None:
    """What a search service says of itself; None of one that does not."""
    state: Callable[[], State] | None = getattr(service, "state", None)
    return state() if state is not None else None


def _readiness(report: Report) -> Iterable[Metric]:
    checks = {name: float(found == OK) for name, found in report.checks.items()}
    yield gauge("chidao_ready", "1 when this process should be given work.", float(report.good))
    yield labelled("chidao_ready_check", "1 for each check of readiness that is in order.", "check", checks)


class _Figures:
    def __init__(self, app: Composition) -> None:
        self._app = app
        self._clock: SharedClock | None = None

    def updates(self) -> Iterable[Metric]:
        database = self._app.store.database
        view, self._clock = InboxView(database), self._clock or SharedClock(database)
        counts = _filled(UPDATE_STATES, view.counts())
        oldest = view.oldest_waiting(self._clock.now()).total_seconds()
        yield labelled("chidao_inbox_updates", "Updates still known, by state.", "state", counts)
        yield gauge(
            "chidao_inbox_oldest_waiting_seconds", "For how long the oldest unfinished update has been here.", oldest
        )
        yield gauge(
            "chidao_inbox_taken_over", "Updates still known that a second worker had to take up.", view.taken_over()
        )
        yield gauge(
            "chidao_inbox_repeated", "Updates still known that may have been answered twice.", view.repeated()
        )

    def reminders(self) -> Iterable[Metric]:
        queue, now = self._app.reminders.queue, self._app.clock.now()
        counts = _filled(DELIVERY_STATES, queue.counts())
        oldest = queue.oldest_due(now)
        overdue = (now - oldest).total_seconds() if oldest else 0.0
        yield labelled("chidao_reminders", "Reminders in the outbox by state.", "state", counts)
        yield gauge(
            "chidao_reminder_oldest_overdue_seconds",
            "For how long the reminder that waits longest has been due; 0 when none is late.",
            overdue,
        )

    def questions(self) -> Iterable[Metric]:
        waiting = self._app.office.questions.count_open()
        yield gauge("chidao_questions_open", "Unanswered or disputed questions that wait for a clerk.", waiting)

    def generation(self) -> Iterable[Metric]:
        state = state_of(self._app.service)
        if state is None:
            return
        in_step = state.served is not None and state.behind == 0.0
        yield gauge("chidao_generation_in_step", "1 when the index served is of the newest revision.", float(in_step))
        yield gauge("chidao_generation_behind_seconds", "For how long it has not been.", state.behind)
        yield gauge("chidao_generation_passages", "Passages in the index served.", state.passages)
        yield gauge("chidao_generation_age_seconds", "Since when this process serves it.", state.age)

    def backup(self) -> Iterable[Metric]:
        noted = self._app.store.meta(LAST_BACKUP)
        last = datetime.fromisoformat(noted).timestamp() if noted else 0.0
        yield gauge("chidao_backup_timestamp_seconds", "Of what moment the last whole backup is; 0 without one.", last)

    def disk(self) -> Iterable[Metric]:
        usage = shutil.disk_usage(self._app.settings.home)
        yield gauge("chidao_home_free_bytes", "Free space on the disk that holds CHIDAO_HOME.", usage.free)
        yield gauge("chidao_home_size_bytes", "Size of that disk.", usage.total)


def _filled(states: Iterable[str], counts: dict[str, int]) -> dict[str, float]:
    """Every state, also those that nothing is in."""
    return dict.fromkeys(states, 0.0) | {state: float(number) for state, number in counts.items()}
