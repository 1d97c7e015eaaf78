"""Carries out the gathering of photos that come one by one. What is to be done next, the desk says; nothing is kept here."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.desk.replies import FetchPhoto, Pause, Status, Working
from bot.logs import get_logger
from bot.telegram.held import in_hand
from corpus.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.desk.replies import Gather, Step
    from bot.office.records import Place
    from bot.telegram.sending import Messenger

log = get_logger(__name__)

_ATTEMPTS = 5
_FIRST_PAUSE = 1.0


async def gather(
    gathering: Gather,
    place: Place,
    messenger: Messenger,
    *,
    reply_to: int | None,
    work: Callable[[Working], Awaitable[None]],
) -> None:
    """Takes step after step until the photos are together, another worker has done it, or nothing more can be done.

    Raises:
        StoreError: the database stayed out of reach; what has come so far is taken up at the next start.
    """
    while (step := await _next(gathering)) is not None:
        match step:
            case Status(screen, shown, message):
                ids = await messenger.replace(place, (message,) if message else (), screen, reply_to=reply_to)
                if ids:
                    await asyncio.to_thread(shown, ids[0])
            case FetchPhoto(reference, path, came):
                fetched = await messenger.fetch(reference, path)
                await asyncio.to_thread(came, fetched)
            case Pause(seconds):
                await asyncio.sleep(seconds)
            case Working():
                await work(step)


async def beside(work: Awaitable[None]) -> None:
    """Does it on its own account: the update that gave rise to it may be done, and in nobody's hand, before it ends."""
    in_hand.set(None)
    await work


async def _next(gathering: Gather) -> Step | None:
    """The next step; a database that is busy or restarted is waited for."""
    for attempt in range(_ATTEMPTS - 1):
        try:
            return await asyncio.to_thread(gathering.step)
        except StoreError as error:
            log.warning("Photos cannot be gathered now", action="gather.waits", error=str(error))
            await asyncio.sleep(_FIRST_PAUSE * 2**attempt)
    return await asyncio.to_thread(gathering.step)
