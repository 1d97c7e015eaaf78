"""The update in hand: what its handling may still do, and what it has done. Found by whoever sends on its behalf."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from telegram import Update

from bot.inbox.statements import note_act
from corpus.store_engine import WRITING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Iterator

    from sqlalchemy import Connection, Engine

    from bot.inbox.inbox import Claim


class ClaimLostError(BaseException):
    """Another worker may have the update in hand: nothing more may be said here.

    Not an Exception, so that nobody on the way takes it for a failure that deserves an apology.
    """


@dataclass
class Held:
    """A claimed update while it is handled. `begin` notes in the inbox that a message is about to leave."""

    claim: Claim
    bot: int
    begin: Callable[[Claim], Awaitable[bool]]
    update: object
    task: asyncio.Task[Any] | None = None
    """What handles it."""
    begun: bool = False
    acting: bool = False
    """Whether a change made now must not be made again by who handles the update anew."""

    @property
    def anew(self) -> bool:
        """Whether another worker has begun with it before; what was given back whole counts as not tried."""
        return self.claim.attempt > 1 or self.claim.repeat or self.claim.acted

    async def leaving(self) -> None:
        """Called right before a message leaves.

        Raises:
            ClaimLostError: it may not.
        """
        if not self.begun and not await self.begin(self.claim):
            raise ClaimLostError(self.claim.update)
        self.begun = True


in_hand: ContextVar[Held | None] = ContextVar("in_hand", default=None)


def is_anew() -> bool:
    """Whether a worker that died had the update in hand before: anything but its end may have been done."""
    held = in_hand.get()
    return held is not None and held.anew


def is_repeat() -> bool:
    """Whether what is said now may have been said before, by a worker that died."""
    held = in_hand.get()
    return held is not None and held.claim.repeat


def is_repeated_question() -> bool:
    """Whether a message is handled anew after an answer may have left; an edit changes what stands there anyway."""
    held = in_hand.get()
    return is_repeat() and held is not None and isinstance(held.update, Update) and held.update.edited_message is None


@contextmanager
def acting(*, once: bool) -> Iterator[None]:
    """What the block changes is noted with the update in hand, if it must be changed only once."""
    held = in_hand.get()
    if held is None or not once:
        yield
        return
    held.acting = True
    try:
        yield
    finally:
        held.acting = False


def watch_acts(engine: Engine) -> None:
    """From now on the first change that a handling makes is noted in the inbox with it, in the same transaction."""

    @event.listens_for(engine, "commit")
    def _note(connection: Connection) -> None:
        held = in_hand.get()
        if held is not None and held.acting and connection.get_execution_options().get(WRITING):
            held.acting = False
            note_act(connection, held.bot, held.claim.update, held.claim.token)
