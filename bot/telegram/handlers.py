"""From an update to what is shown: reads the update, lets the desk decide off the event loop, carries out its replies."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from telegram import ChatMember, ChatMemberRestricted, Update
from telegram.error import Conflict

from bot.desk.groups import Joined
from bot.desk.replies import Asking, Attach, Fetch, Gather, Menu, Say, Tell, Toast, Turn, Working
from bot.logs import get_logger
from bot.screens import notice
from bot.telegram.gathering import beside, gather
from bot.telegram.held import acting, is_anew, is_repeated_question
from bot.telegram.reading import incoming_of, is_for_us, newcomer_of, offered_of, place_of, pressed_of
from bot.watching.instruments import update as count_update
from bot.watching.instruments import whole_question
from bot.watching.tracing import about
from corpus.errors import ChidaoError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from concurrent.futures import Executor

    from telegram.ext import CallbackContext

    from bot.desk.desk import Desk
    from bot.desk.replies import Reply
    from bot.office.records import Place
    from bot.telegram.sending import Messenger

    Context = CallbackContext[Any, Any, Any, Any]

log = get_logger(__name__)

_TOAST_LIMIT = 200
_CONFLICT_TOLD_EVERY = 600.0
_TIDIES_EVERY = 3600
_UPDATES_TAKEN_UP = 60.0  # seconds after which what a dead worker had in hand is in other hands
_GONE = frozenset({ChatMember.LEFT, ChatMember.BANNED})


class Handlers:
    """Private chats and groups. `worker` has one thread: the model works for one question at a time; so has `loader`,
    where files are read and published without keeping questions waiting."""

    def __init__(self, desk: Desk, messenger: Messenger, worker: Executor, loader: Executor) -> None:
        self._desk = desk
        self._messenger = messenger
        self._worker = worker
        self._loader = loader
        self._conflict_told: float | None = None

    async def on_text(self, update: Update, context: Context) -> None:
        """A question, a command or an awaited message; in a group only when it is meant for the bot."""
        message, person = update.effective_message, update.effective_user
        if message is None or person is None or person.is_bot:
            return
        place = place_of(message.chat, message)
        if place.group and not is_for_us(message, context.bot.bot):
            return
        edited = update.edited_message is not None
        incoming = incoming_of(message, person, context.bot.bot, edited=edited)
        replies = await asyncio.to_thread(self._desk.receive, incoming)
        await self.carry_out(replies, place, reply_to=message.message_id)

    async def on_file(self, update: Update, context: Context) -> None:
        """A private document or photo: the desk decides whether it is wanted before anything is fetched."""
        message, person = update.effective_message, update.effective_user
        if message is None or person is None:
            return
        offered = offered_of(message, person)
        replies = await asyncio.to_thread(self._desk.offered, offered)
        for reply in replies:
            if isinstance(reply, Fetch):
                fetch = partial(self._messenger.fetch, offered.reference, reply.path)
                await self._work(reply.working, offered.place, message.message_id, fetch=fetch, lost=reply.lost)
            elif isinstance(reply, Gather):
                # Noted already, and not waited for: the chat's next message is the next photo.
                gathering = beside(self.carry_out((reply,), offered.place, reply_to=message.message_id))
                context.application.create_task(gathering, update=update, name="gathering photos")
            else:
                await self.carry_out((reply,), offered.place, reply_to=message.message_id)

    async def look_after(self, half_done: Sequence[tuple[Place, Sequence[Reply]]] | None) -> None:
        """Takes up what an earlier run left half done (None: looks for it in a while), and every minute what another worker
        has left since; lets the desk put its things in order, every hour."""
        if half_done is not None:
            await self._take_up(half_done)
        tidied = asyncio.get_running_loop().time()
        while True:
            await asyncio.sleep(_UPDATES_TAKEN_UP)
            try:
                await self._take_up(await asyncio.to_thread(self._desk.resume))
                if asyncio.get_running_loop().time() - tidied >= _TIDIES_EVERY:
                    tidied = asyncio.get_running_loop().time()
                    await asyncio.to_thread(self._desk.tidy)
            except ChidaoError as error:  # the next round asks again
                log.warning("Could not put things in order", action="tidy.failed", error=str(error))

    async def _take_up(self, half_done: Sequence[tuple[Place, Sequence[Reply]]]) -> None:
        for place, replies in half_done:
            try:
                await self.carry_out(replies, place, reply_to=None)
            except Exception:  # one chat that cannot be written to keeps no other waiting
                log.exception("What was half done could not be taken up", action="resume.failed", chat=place.chat)

    async def on_other(self, update: Update, _context: Context) -> None:
        """A private photo, sticker or voice message: something without words to read."""
        message, person = update.effective_message, update.effective_user
        if message is None or person is None:
            return
        place = place_of(message.chat, message)
        replies = await asyncio.to_thread(self._desk.not_text, newcomer_of(person), place, message.chat.title or "")
        await self.carry_out(replies, place, reply_to=message.message_id)

    async def on_press(self, update: Update, _context: Context) -> None:
        """A pressed button: acknowledged as soon as the desk knows what it means."""
        query = update.callback_query
        pressed = pressed_of(query, again=is_anew()) if query is not None else None
        if query is None or pressed is None:
            return
        try:
            with acting(once=self._desk.turns(pressed.data)):
                replies = await asyncio.to_thread(self._desk.press, pressed)
        except BaseException:
            await self._messenger.acknowledge(query)
            raise
        toast = next((r for r in replies if isinstance(r, Toast)), None)
        await self._messenger.acknowledge(
            query, toast.text[:_TOAST_LIMIT] if toast else None, alert=bool(toast and toast.alert)
        )
        rest = [reply for reply in replies if reply is not toast]
        await self.carry_out(rest, pressed.place, reply_to=pressed.message, pressed=pressed.message)

    async def on_membership(self, update: Update, context: Context) -> None:
        """The bot was added, given rights, removed or blocked."""
        change = update.my_chat_member
        if change is None:
            return
        chat, old, new = change.chat, change.old_chat_member, change.new_chat_member
        place = place_of(chat, None)
        if not place.group:
            await asyncio.to_thread(self._desk.office.people.set_reachable, chat.id, new.status == ChatMember.MEMBER)
            return
        if new.status in _GONE:
            await asyncio.to_thread(self._desk.groups.left, chat.id, chat.title or "")
            return
        if old.status not in _GONE:
            return  # other rights in the same group: nothing to say
        joined = Joined(
            place,
            chat.title or "",
            hears_all=bool(context.bot.bot.can_read_all_group_messages) or new.status == ChatMember.ADMINISTRATOR,
            may_write=not isinstance(new, ChatMemberRestricted) or new.can_send_messages,
        )
        replies = await asyncio.to_thread(self._desk.groups.joined, joined, self._desk.texts)
        await self.carry_out(replies, place, reply_to=None)

    async def on_migration(self, update: Update, _context: Context) -> None:
        """A group became a supergroup: told in the old chat, in the new one, or both."""
        message = update.effective_message
        if message is None:
            return
        if message.migrate_to_chat_id is not None:
            await self.moved(message.chat_id, message.migrate_to_chat_id)
        elif message.migrate_from_chat_id is not None:
            await self.moved(message.migrate_from_chat_id, message.chat_id)

    async def moved(self, old: int, new: int) -> None:
        """Keeps a group's settings under its new id."""
        await asyncio.to_thread(self._desk.groups.migrated, old, new)

    async def on_error(self, update: object, context: Context) -> None:
        """Whatever went wrong above: logged under a code, and the person is told the code."""
        error = context.error
        if error is None:
            return
        if not isinstance(update, Update):
            self._poll_failed(error)
            return
        count_update("failed")
        apology = self._desk.apologise(error)
        message = update.effective_message
        if update.effective_chat is not None and update.effective_user is not None:
            place = place_of(update.effective_chat, message)
            await self.carry_out((apology,), place, reply_to=message.message_id if message else None)

    def _poll_failed(self, error: BaseException) -> None:
        if not isinstance(error, Conflict):
            log.warning("Telegram could not be asked for updates", action="poll.failed", error=repr(error))
            return
        # Repeated every few seconds for as long as it lasts: said once, then now and then.
        now = asyncio.get_running_loop().time()
        if self._conflict_told is None or now - self._conflict_told > _CONFLICT_TOLD_EVERY:
            self._conflict_told = now
            log.warning(self._desk.texts("bot.conflict"), action="poll.conflict", error=str(error))

    async def carry_out(
        self, replies: Iterable[Reply], place: Place, *, reply_to: int | None, pressed: int | None = None
    ) -> None:
        """Shows what the desk answered, in order. `pressed` is the message whose button was pressed."""
        for reply in replies:
            match reply:
                case Asking():
                    await self._answer(reply, reply_to)
                case Say(screen, quoting):
                    # In a group an answer belongs to its question; in private it usually stands right below it.
                    quoted = reply_to if quoting or place.group else None
                    await self._messenger.send(place, screen, reply_to=quoted)
                case Turn(screen):
                    await self._messenger.replace(place, (pressed,) if pressed is not None else (), screen)
                case Toast(text):
                    await self._messenger.send(place, notice(text), reply_to=reply_to if place.group else None)
                case Attach():
                    await self._messenger.attach(place, reply, reply_to=reply_to)
                case Tell():
                    await self._tell(reply)
                case Working() | Gather():
                    await self._labour(reply, place, reply_to, pressed)
                case Menu(who, role):
                    await self._messenger.offer(who, self._desk.commands_of(role) if role else ())

    async def _tell(self, tell: Tell) -> None:
        if tell.once is not None and not await asyncio.to_thread(tell.once):
            return
        try:
            await self._messenger.send(tell.place, tell.screen)
        except Exception:  # one chat that cannot be written to keeps no other waiting
            log.exception("A chat could not be told", action="tell.failed", chat=tell.place.chat)

    async def _labour(self, reply: Working | Gather, place: Place, reply_to: int | None, pressed: int | None) -> None:
        if isinstance(reply, Working):
            await self._work(reply, place, reply_to, pressed=pressed)
            return
        work = partial(self._work, place=place, reply_to=reply_to)
        await gather(reply, place, self._messenger, reply_to=reply_to, work=work)

    async def _work(
        self,
        working: Working,
        place: Place,
        reply_to: int | None,
        *,
        pressed: int | None = None,
        fetch: Callable[[], Awaitable[bool]] | None = None,
        lost: Callable[[], Sequence[Reply]] | None = None,
    ) -> None:
        """Shows that something is being done, does it (once its file is there), and shows what came of it."""
        message = working.message or pressed
        shown = await self._messenger.replace(place, (message,) if message else (), working.screen, reply_to=reply_to)
        if working.shown is not None and shown:
            await asyncio.to_thread(working.shown, shown[0])
        async with self._messenger.typing(place):
            work = working.work
            if fetch is not None and lost is not None and not await fetch():
                work = lost
            try:
                replies = await asyncio.get_running_loop().run_in_executor(self._loader, work)
            except Exception as error:  # noqa: BLE001 - logged under a code that the person is shown
                replies = (self._desk.apologise(error),)
        first, *rest = replies
        if isinstance(first, Say | Turn):
            await self._messenger.replace(place, shown, first.screen, reply_to=reply_to)
        else:
            rest = [first, *rest]
        await self.carry_out(rest, place, reply_to=reply_to)

    async def _answer(self, asking: Asking, reply_to: int | None) -> None:
        with about(asking.number), whole_question():
            await self._answered(asking, reply_to)

    async def _answered(self, asking: Asking, reply_to: int | None) -> None:
        if asking.shown and is_repeated_question():
            return  # the worker that died had noted which messages carry the answer: nothing is missing
        async with self._messenger.typing(asking.place):
            try:
                loop = asyncio.get_running_loop()
                replies = await loop.run_in_executor(self._worker, self._desk.answer, asking)
            except Exception as error:  # noqa: BLE001 - logged under a code that the person is shown
                replies = (self._desk.apologise(error, asking.texts),)
        first, *rest = replies
        if isinstance(first, Say):
            messages = await self._messenger.replace(asking.place, asking.shown, first.screen, reply_to=reply_to)
            await asyncio.to_thread(self._desk.shown, asking, messages)
        await self.carry_out(rest, asking.place, reply_to=reply_to)
