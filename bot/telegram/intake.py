"""Between the library and the inbox: updates are kept before they are acknowledged, and given out as they are claimed.

The library, polling or by webhook, puts every update into its queue before it confirms it to Telegram. This queue keeps
it in the inbox instead; what cannot be kept is not confirmed, and delivered again. What is claimed from the inbox, by
whichever worker it was received, goes into the queue for the library to handle.
"""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from telegram import Update
from telegram.error import TelegramError

from bot.inbox.inbox import BATCH, RENEW, Arrival
from bot.logs import get_logger
from bot.telegram.held import Held
from bot.telegram.reading import place_key
from bot.watching.instruments import update as count_update
from corpus.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from telegram import Bot

    from bot.inbox.inbox import Claim
    from bot.inbox.share import Share

log = get_logger(__name__)

T = TypeVar("T")

AT_ONCE = 32
"""Updates in the hands of one worker: more than it works on, since some only wait for their turn to be said."""
LOOK_EVERY = 0.25
"""Seconds between looks for what other workers received, left or let wait."""
DRAIN_SECONDS = 25.0
"""How long a stop waits for what is in hand; what is not done then is given back."""
_FEW = 2
_TRIES = (0.5, 1.0, 2.0, 4.0, None)  # seconds between tries to tell the inbox what became of an update


class Intake(asyncio.Queue[object]):
    """The library's queue of updates, over one worker's share in the inbox."""

    def __init__(self, share: Share, *, threads: int) -> None:
        super().__init__()
        self._share = share
        # Threads of its own: no long work elsewhere keeps leases from being renewed.
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="inbox")
        self._bot: Bot | None = None
        # By the object given out: should a lease end here unnoticed, the same update may be given out anew.
        self._held: dict[int, Held] = {}
        self._woken = asyncio.Event()
        self._stopping = False
        self._keeping: set[asyncio.Task[None]] = set()
        self._tasks: list[asyncio.Task[None]] = []

    def open(self, bot: Bot) -> None:
        """Begins to give out updates."""
        self._bot = bot
        self._tasks = [asyncio.create_task(self._claim_on()), asyncio.create_task(self._renew_on())]

    async def put(self, item: object) -> None:
        """Keeps an update. The library's own signal, sent when it stops, ends the giving out.

        Raises:
            TelegramError: it could not be kept, so that it must not be confirmed.
        """
        if not isinstance(item, Update):
            await self._stop()
            await super().put(item)
            return
        count_update("received")
        # Not to be cut short when the library ends its poll: what is claimed must be given out.
        keeping = asyncio.create_task(self._keep(Arrival(item.update_id, place_key(item), item.to_json())))
        self._keeping.add(keeping)
        keeping.add_done_callback(self._keeping.discard)
        await asyncio.shield(keeping)

    async def _keep(self, arrival: Arrival) -> None:
        # When many arrive at once, all are kept first: order is made from what is here.
        busy = self._stopping or self._bot is None or len(self._keeping) > _FEW
        room = 0 if busy else AT_ONCE - len(self._held)
        try:
            new, claims = await self._call(self._share.accept_and_take, arrival, room)
        except StoreError as error:
            raise TelegramError(f"an update could not be kept: {error}") from error
        for claim in claims:
            await self._give_out(claim)
        if not new:
            count_update("repeated")
        elif len(claims) != 1:
            self._woken.set()

    def close(self) -> None:
        """Nothing is renewed any more."""
        for task in self._tasks:
            task.cancel()
        self._threads.shutdown(wait=True)

    # ---- what becomes of what was given out

    def held(self, update: object) -> Held | None:
        """What was claimed with this update, if it was given out here."""
        return self._held.get(id(update))

    def is_busy(self) -> bool:
        """Whether anybody waits for an answer from this worker."""
        return bool(self._held)

    async def finish(self, held: Held) -> None:
        """It is answered."""
        await self._settle(held, partial(self._share.finish, held.claim))

    async def fail(self, held: Held, error: str) -> None:
        """It is given up."""
        log.error("An update was given up", action="update.given_up", error=error)
        await self._settle(held, partial(self._share.fail, held.claim, error))

    async def release(self, held: Held) -> None:
        """It is given back, for another worker."""
        log.info("An update was given back", action="update.given_back")
        await self._settle(held, partial(self._share.inbox.release, held.claim))

    def let_go(self, held: Held) -> None:
        """It is no longer ours; should nobody have it, its lease will end."""
        self._held.pop(id(held.update), None)
        self._woken.set()

    async def _settle(self, held: Held, tell: Callable[[], bool]) -> None:
        for pause in _TRIES:
            try:
                if not await self._call(tell):
                    log.warning("An update took too long and was taken over", action="update.slow")
                break
            except StoreError as error:
                log.warning("The inbox could not be told", action="inbox.failed", error=str(error))
                if pause is not None:
                    await asyncio.sleep(pause)
        self.let_go(held)

    async def _begin(self, claim: Claim) -> bool:
        try:
            return await self._call(self._share.begin, claim)
        except StoreError as error:
            log.warning("The inbox could not be told", action="inbox.failed", error=str(error))
            return False

    # ---- giving out

    async def _claim_on(self) -> None:
        while not self._stopping:
            looking = not self._woken.is_set()
            self._woken.clear()
            more = False
            try:
                more = await self._claim_some(looking=looking)
            except StoreError as error:
                log.warning("The inbox cannot be read", action="inbox.failed", error=str(error))
                await asyncio.sleep(1)
            if not more and not self._stopping:
                await self._until_woken(LOOK_EVERY)

    async def _until_woken(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _claim_some(self, *, looking: bool) -> bool:
        """Whether there may be more at once."""
        room = AT_ONCE - len(self._held)
        if room <= 0:
            return False
        claims = await self._call(partial(self._share.take, room, looking=looking))
        for claim in claims:
            await self._give_out(claim)
        return len(claims) == min(room, BATCH)

    async def _give_out(self, claim: Claim) -> None:
        try:
            update = Update.de_json(json.loads(claim.payload), self._bot)
        except Exception as error:  # noqa: BLE001 - of another version, or damaged: it will never be readable
            await self.fail(Held(claim, self._share.bot, self._begin, None), repr(error))
            return
        self._held[id(update)] = Held(claim, self._share.bot, self._begin, update)
        self.put_nowait(update)

    async def _renew_on(self) -> None:
        while True:
            try:
                await self._call(self._share.renew, [held.claim for held in self._held.values()])
            except StoreError as error:
                log.warning("Leases could not be renewed", action="inbox.failed", error=str(error))
            await asyncio.sleep(RENEW.total_seconds())

    async def _stop(self) -> None:
        """Gives out nothing more; what is in hand has a while to end."""
        self._stopping = True
        self._woken.set()
        await asyncio.gather(*self._keeping, *self._tasks[:1], return_exceptions=True)
        if self._held:
            log.info("Finishing what is in hand", action="bot.draining", updates=len(self._held))
        asyncio.get_running_loop().call_later(DRAIN_SECONDS, self._end_handling)

    def _end_handling(self) -> None:
        for held in tuple(self._held.values()):
            if held.task is not None:
                held.task.cancel()

    async def _call(self, function: Callable[..., T], *given: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *given)
