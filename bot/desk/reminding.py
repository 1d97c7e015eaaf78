"""Reminders at the desk: /nhac with what comes, what was sent and the settings; and the buttons under reminders.

Areas: `rd:<source>` done, `rs:<source>:<days>` put off, `rb:<source>` back to it, `ro:<source>` open one of a list,
`rt:<source>` hear no more of it, `rtd:<source>` nor of its directive, `rv:<source>` hear again, `rm:<source>` remind me
(once more: no longer); `rg:<digest>`, `rh:<hour>`, `rf:<days>` (an offset on or off), `rq:<from>-<to>` quiet hours,
`rp` pause or go on; `rz` deliveries in trouble (administrators), `ry:<delivery>` try again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.desk.replies import Reply, Say, Toast, Turn
from bot.desk.routing import ADMINS, PRIVATE, Command, Press, Rights, Routes
from bot.message_blocks import paragraph, shorten
from bot.office.progress import Mark
from bot.office.records import KEEPERS
from bot.reminders.messages import one_screen
from bot.reminders.silence import Silence
from bot.reminders.wishes import DIGESTS, HOURS, OFFSETS, WishBook
from bot.screens import Button, Screen, notice, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk.visit import Incoming, Pressed, Visit
    from bot.office.office import Office
    from bot.reminders.engine import Engine
    from bot.reminders.messages import Reminded
    from bot.reminders.queue_view import Delivery
    from bot.reminders.wishes import Wishes
    from bot.texts import Texts

QUIET = ("21.00-06.00", "19.00-07.00", "00.00-00.00")
_ADMINS = Rights(ADMINS, PRIVATE)
_MAY_SET = frozenset({"admin", "clerk", "leader"})


class RemindingFeature:
    """What people decide about their reminders."""

    def __init__(self, office: Office, engine: Engine) -> None:
        self._office = office
        self._engine = engine
        self._silence = Silence(office.store.database)
        self._wishes = WishBook(office.store.database)

    def routes(self) -> Routes:
        """For everybody; a group's settings for those who answer for it, the queue for administrators."""
        handlers = {
            "rd": self._done,
            "rs": self._snooze,
            "rb": self._back,
            "ro": self._one,
            "rt": self._mute,
            "rtd": self._mute_directive,
            "rv": self._unmute,
            "rm": self._watch,
            "rg": self._digest,
            "rh": self._hour,
            "rf": self._offset,
            "rq": self._quiet,
            "rp": self._pause,
        }
        presses = [Press(area, handle, turns=area in {"rf", "rm", "rp"}) for area, handle in handlers.items()]
        presses += [Press("rz", self._trouble, _ADMINS), Press("ry", self._retry, _ADMINS)]
        return Routes(commands=(Command("nhac", self.overview),), presses=tuple(presses))

    # ---- settings and the queue

    def overview(self, visit: Visit, _incoming: Incoming, _words: str) -> Sequence[Reply]:
        """What comes, what was sent, and the settings."""
        return (Say(self._overview(visit)),)

    def _overview(self, visit: Visit) -> Screen:
        texts, wishes = visit.texts, self._wishes.of(visit.place)
        self._engine.plan_for(visit.place.chat)
        coming, past = self._engine.queue.of(visit.place)
        blocks = [
            paragraph(texts("nhac.title"), "bold"),
            paragraph(_settings(texts, wishes)),
            paragraph(self._deliveries(texts, "nhac.coming", coming) or texts("nhac.nothing_coming")),
        ]
        if past:
            blocks.append(paragraph(self._deliveries(texts, "nhac.past", past)))
        return Screen(tuple(blocks), self._controls(visit, wishes))

    def _controls(self, visit: Visit, wishes: Wishes) -> tuple[tuple[Button, ...], ...]:
        texts = visit.texts
        if not self._may_set(visit):
            return ()

        def choice(chosen: bool, label: str, area: str, value: object) -> Button:  # noqa: FBT001 - drawn on the button
            return Button(("● " if chosen else "○ ") + label, encode(area, value))

        digests = tuple(choice(wishes.digest == d, texts(f"nhac.digest.{d}"), "rg", d) for d in DIGESTS)
        hours = tuple(choice(wishes.hour == h, h, "rh", h.replace(":", ".")) for h in HOURS)
        offsets = [
            Button(("☑ " if n in wishes.offsets else "☐ ") + _offset_label(texts, n), encode("rf", n)) for n in OFFSETS
        ]
        span = f"{wishes.quiet_from}-{wishes.quiet_to}".replace(":", ".")
        quiet = tuple(choice(span == q, _quiet_label(texts, q), "rq", q) for q in QUIET)
        pause = Button(texts("nhac.pause" if wishes.reminders else "nhac.resume"), encode("rp"))
        last = [pause]
        if visit.person.role == "admin" and not visit.place.group:
            last.append(Button(texts("nhac.queue"), encode("rz")))
        return (digests, hours[:3], hours[3:], *rows_of(offsets, 4), quiet, tuple(last))

    def _deliveries(self, texts: Texts, key: str, rows: Sequence[Delivery]) -> str:
        zone = self._office.clock.now().tzinfo
        lines = [
            texts(
                f"nhac.{row.kind}",
                when=f"{(row.settled_at or row.due_at).astimezone(zone):%H:%M %d/%m}",
                count=row.items,
                reference=row.reference,
            )
            for row in rows
        ]
        return "\n".join([texts(key), *lines]) if lines else ""

    def _digest(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        if arguments[0] not in DIGESTS:
            raise ValueError(arguments[0])
        return self._set(visit, digest=arguments[0])

    def _hour(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        hour = arguments[0].replace(".", ":")
        if hour not in HOURS:
            raise ValueError(hour)
        return self._set(visit, hour=hour)

    def _offset(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        offset = int(arguments[0])
        if offset not in OFFSETS:
            raise ValueError(offset)
        chosen = set(self._wishes.of(visit.place).offsets) ^ {offset}
        return self._set(visit, offsets=tuple(n for n in OFFSETS if n in chosen))

    def _quiet(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        if arguments[0] not in QUIET:
            raise ValueError(arguments[0])
        begin, _, end = arguments[0].replace(".", ":").partition("-")
        return self._set(visit, quiet_from=begin, quiet_to=end)

    def _pause(self, visit: Visit, _pressed: Pressed, _arguments: tuple[str, ...]) -> Sequence[Reply]:
        paused = self._wishes.of(visit.place).reminders
        return self._set(visit, reminders=not paused)

    def _set(self, visit: Visit, **changes: object) -> Sequence[Reply]:
        if not self._may_set(visit):
            return (Toast(visit.texts("access.role"), alert=True),)
        self._wishes.change(visit.place, **changes)
        self._engine.replan(visit.place.chat)
        return (Turn(self._overview(visit)),)

    @staticmethod
    def _may_set(visit: Visit) -> bool:
        """One's own reminders; a group's, for those who answer for it."""
        return not visit.place.group or visit.person.role in _MAY_SET

    # ---- buttons under reminders

    def _done(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        item = self._seen(visit, arguments[0])
        task = item.task
        if task is None:
            raise ValueError(arguments[0])
        responsible = self._engine.responsible((*task.lead, *task.coop))
        own = {u.id for u in visit.person.units}
        units = [u for u in visit.units if u.id in responsible]
        if visit.place.group and visit.person.role not in KEEPERS:
            units = [u for u in units if u.id in own]
        if not units:
            return (Toast(visit.texts("reminder.not_yours"), alert=True),)
        now = self._office.clock.now()
        for unit in units:
            self._office.progress.mark(Mark(task.id, unit.id, "done", None, visit.person.id, now))
            subject = f"{shorten(task.action, 80)} – {unit.name}"
            self._office.note(
                visit.person.id, "progress.changed", subject, detail={"to": "done"}, chat=visit.place.chat
            )
        self._engine.replan(source=task.id)
        return (Toast(visit.texts("reminder.marked_done")), Turn(self._after(visit, item, "reminder.is_done")))

    def _snooze(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        item, days = self._seen(visit, arguments[0]), int(arguments[1])
        if not 1 <= days <= 14:
            raise ValueError(days)
        if not self._may_set(visit):
            return (Toast(visit.texts("access.role"), alert=True),)
        until = self._engine.days().on_or_after(self._office.clock.today() + timedelta(days=days))
        self._silence.mute(visit.place, item.source, until)
        self._engine.replan(visit.place.chat)
        return (Toast(visit.texts("reminder.snoozed", day=f"{until:%d/%m/%Y}")),)

    def _back(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._screen(visit, self._seen(visit, arguments[0]))),)

    def _one(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Say(self._screen(visit, self._seen(visit, arguments[0])), quoting=True),)

    def _mute(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        item = self._seen(visit, arguments[0])
        return self._muted(visit, item, item.source, "reminder.is_muted")

    def _mute_directive(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        item = self._seen(visit, arguments[0])
        return self._muted(visit, item, item.due.deadline.directive, "reminder.is_muted_directive")

    def _muted(self, visit: Visit, item: Reminded, subject: str, key: str) -> Sequence[Reply]:
        if not self._may_set(visit):
            return (Toast(visit.texts("access.role"), alert=True),)
        self._silence.mute(visit.place, subject)
        self._engine.replan(visit.place.chat)
        again = Button(visit.texts("reminder.unmute"), encode("rv", item.source))
        wider = Button(visit.texts("reminder.mute_directive"), encode("rtd", item.source))
        shown = self._after(visit, item, key)
        return (Turn(Screen(shown.blocks, ((again, wider) if key == "reminder.is_muted" else (again,),))),)

    def _unmute(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        item = self._seen(visit, arguments[0])
        if not self._may_set(visit):
            return (Toast(visit.texts("access.role"), alert=True),)
        self._silence.unmute(visit.place, item.source)
        self._silence.unmute(visit.place, item.due.deadline.directive)
        self._engine.replan(visit.place.chat)
        return (Turn(self._screen(visit, item)),)

    def _watch(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        item = self._seen(visit, arguments[0])
        if visit.place.group and not self._may_set(visit):
            return (Toast(visit.texts("access.role"), alert=True),)
        if not visit.place.group:
            self._office.people.known(visit.newcomer, self._office.clock.now())
        watched = self._silence.watch(visit.place, item.source, visit.person.id)
        if not watched:
            self._silence.unwatch(visit.place, item.source)
        self._engine.replan(visit.place.chat)
        return (Toast(visit.texts("reminder.watched" if watched else "reminder.unwatched"), alert=True),)

    def _seen(self, visit: Visit, source: str) -> Reminded:
        """The task or target behind a button, if it still stands and may be seen.

        Raises:
            ValueError: it does not, or must not.
        """
        item = self._engine.reminded(source, self._office.clock.today())
        visible = self._office.visible(visit)
        if item is None or (visible is not None and item.due.deadline.directive not in visible):
            raise ValueError(source)
        return item

    def _screen(self, visit: Visit, item: Reminded) -> Screen:
        return one_screen(item, self._office.clock.today(), self._engine.days().on_or_before(item.due.day), visit.texts)

    def _after(self, visit: Visit, item: Reminded, key: str) -> Screen:
        """What is left of a reminder that has been dealt with."""
        screen = self._screen(visit, item)
        return Screen((*screen.blocks[:2], paragraph(visit.texts(key, name=visit.person.name), "italic")))

    # ---- the queue

    def _trouble(self, visit: Visit, _pressed: Pressed, _arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._queue(visit.texts)),)

    def _queue(self, texts: Texts) -> Screen:
        counts = self._engine.queue.counts()
        lines = [f"{texts(f'delivery.{state}')}: {count}" for state, count in sorted(counts.items())]
        rows = self._engine.queue.in_trouble()
        zone = self._office.clock.now().tzinfo
        trouble = [
            texts(
                "queue.row",
                reference=row.reference,
                state=texts(f"delivery.{row.state}"),
                when=f"{row.due_at.astimezone(zone):%H:%M %d/%m}",
                chat=row.place.chat,
                error=shorten(row.error or "", 80),
            )
            for row in rows
        ]
        again = [Button(f"↻ {row.reference}", encode("ry", row.id)) for row in rows if row.state == "failed"]
        said = (
            texts("queue.title"),
            "\n".join(lines) or texts("queue.empty"),
            "\n".join(trouble) or texts("queue.fine"),
        )
        return notice(*said, buttons=rows_of(again))

    def _retry(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        if not self._engine.outbox.retry(int(arguments[0]), self._office.clock.now()):
            raise ValueError(arguments[0])
        return (Turn(self._queue(visit.texts)),)


def _settings(texts: Texts, wishes: Wishes) -> str:
    if not wishes.reminders:
        return texts("nhac.paused")
    offsets = _offsets_in_words(texts, wishes.offsets) or texts("nhac.no_offsets")
    return texts(
        "nhac.settings",
        offsets=offsets,
        hour=wishes.hour,
        digest=texts(f"nhac.digest.{wishes.digest}"),
        quiet=_quiet_label(texts, f"{wishes.quiet_from}-{wishes.quiet_to}".replace(":", ".")),
    )


def _offsets_in_words(texts: Texts, offsets: Sequence[int]) -> str:
    before = ", ".join(str(n) for n in offsets if n > 0)
    after = ", ".join(str(-n) for n in offsets if n < 0)
    parts = [texts("nhac.days_before", days=before)] if before else []
    parts += [texts("nhac.on_day")] if 0 in offsets else []
    parts += [texts("nhac.days_after", days=after)] if after else []
    return "; ".join(parts)


def _offset_label(texts: Texts, offset: int) -> str:
    if offset == 0:
        return texts("nhac.on_day")
    return texts("nhac.before", days=offset) if offset > 0 else texts("nhac.after", days=-offset)


def _quiet_label(texts: Texts, span: str) -> str:
    begin, _, end = span.replace(".", ":").partition("-")
    return texts("nhac.no_quiet") if begin == end else f"{begin}–{end}"
