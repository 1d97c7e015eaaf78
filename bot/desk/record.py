"""What was asked and done: questions nobody could answer (clerks), and the record of acts (administrators).

Areas: `o:<page>` open questions, `oo:<question>` one of them, `oh:<question>` handled; `a:<page>` the record,
`aq:<page>` who asked what and got which clauses, `ak:<months>` how long it is kept (0: for ever).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.desk.choosing import back, chosen_page, page_of
from bot.desk.privacy import doer
from bot.desk.replies import Reply, Say, Toast, Turn
from bot.desk.routing import ADMINS, CLERKS, PRIVATE, Command, Press, Rights, Routes
from bot.message_blocks import paragraph, shorten
from bot.office.audit import DAYS_IN_MONTH, SUBJECT_LIMIT
from bot.office.retention import QUESTIONS_KEPT
from bot.screens import Button, Screen, notice, page_targets, paging

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk.visit import Incoming, Pressed, Visit
    from bot.office.office import Office

ENTRIES_IN_PAGE = 12
KEPT = (12, 36, 0)  # months
_CITED = 3
_CLERKS = Rights(CLERKS, PRIVATE)
_ADMINS = Rights(ADMINS, PRIVATE)


class RecordFeature:
    """/cauhoi and /nhatky."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def routes(self) -> Routes:
        """For those who look after the bot, in private."""
        return Routes(
            commands=(Command("cauhoi", self.questions, _CLERKS), Command("nhatky", self.record, _ADMINS)),
            presses=(
                Press("o", self._turn_questions, _CLERKS),
                Press("oo", self._question, _CLERKS),
                Press("oh", self._handled, _CLERKS),
                Press("a", self._turn_record, _ADMINS),
                Press("aq", self._asked, _ADMINS),
                Press("ak", self._keep, _ADMINS),
            ),
        )

    def questions(self, visit: Visit, _incoming: Incoming, _words: str) -> Sequence[Reply]:
        """Questions that went without a good answer."""
        return (Say(self._open(visit, 0)),)

    def _turn_questions(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._open(visit, int(arguments[0]))),)

    def _open(self, visit: Visit, page: int) -> Screen:
        count = self._office.questions.count_open()
        if not count:
            return notice(visit.texts("questions.none"))
        here = page_of(count, page)[2]
        waiting = self._office.questions.open_ones(here.stop - here.start, here.start)
        choices = [
            Button(f"{asked.asked_at:%d/%m} · {shorten(asked.text, 48)}", encode("oo", asked.id))
            for asked, _ in waiting
        ]
        rows = chosen_page(visit.texts, choices, page, count, lambda to: encode("o", to))
        return notice(visit.texts("questions.open", count=count), buttons=rows)

    def _question(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        number = int(arguments[0])
        found = self._office.questions.open_one(number)
        if found is None:
            return Toast(visit.texts("questions.gone")), Turn(self._open(visit, 0))
        asked, reason = found
        who = self._office.people.names([asked.person]).get(asked.person, str(asked.person))
        zone = self._office.clock.now().tzinfo
        lines = [
            visit.texts("questions.asked", name=who, when=f"{asked.asked_at.astimezone(zone):%H:%M %d/%m/%Y}"),
            asked.text,
        ]
        if asked.headline:
            lines.append(visit.texts("questions.answered", headline=asked.headline))
        lines.append(visit.texts("questions.reason", reason=reason or visit.texts("questions.not_found")))
        handled = (Button(visit.texts("questions.handle"), encode("oh", number)),)
        return (Turn(notice(*lines, buttons=(handled, back(visit.texts, "o", 0)))),)

    def _handled(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        number = int(arguments[0])
        asked = self._office.questions.get(number)
        if asked is None:
            raise ValueError(number)
        self._office.questions.handle(number, visit.person.id, self._office.clock.now())
        subject, detail = shorten(asked.text, SUBJECT_LIMIT), {"asked": number}
        self._office.note(visit.person.id, "question.handled", subject, detail=detail)
        return Toast(visit.texts("questions.handled")), Turn(self._open(visit, 0))

    def record(self, visit: Visit, _incoming: Incoming, _words: str) -> Sequence[Reply]:
        """The record of acts, newest first."""
        self._office.audit.forget(self._office.clock.now())
        return (Say(self._entries(visit, 0)),)

    def _turn_record(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._entries(visit, int(arguments[0]))),)

    def _entries(self, visit: Visit, page: int) -> Screen:
        texts, zone = visit.texts, self._office.clock.now().tzinfo
        page, pages, here = page_of(self._office.audit.count(), page, ENTRIES_IN_PAGE)
        entries = self._office.audit.entries(ENTRIES_IN_PAGE, here.start)
        names = self._office.people.names({e.person for e in entries})
        lines = [
            f"{e.at.astimezone(zone):%d/%m %H:%M} · {doer(e.person, names, texts)} · {texts(f'audit.{e.action}')}: "
            f"{shorten(e.subject, SUBJECT_LIMIT)}"
            for e in entries
        ]
        row = paging(texts, page, pages, [encode("a", to) for to in page_targets(page, pages)])
        kept = self._office.audit.kept_months()
        said = texts("record.kept", months=kept) if kept else texts("record.kept_all")
        if not self._office.audit.is_term_chosen():
            said = texts("record.kept_default", months=QUESTIONS_KEPT.days // DAYS_IN_MONTH)
        terms = tuple(
            Button(texts("record.keep", months=m) if m else texts("record.keep_all"), encode("ak", m)) for m in KEPT
        )
        blocks = (
            paragraph(texts("record.title"), "bold"),
            *map(paragraph, lines or [texts("record.none")]),
            paragraph(said, "italic"),
        )
        questions = (Button(texts("record.questions"), encode("aq", 0)),)
        return Screen(blocks, (*((row,) if row else ()), questions, terms))

    def _asked(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        texts, zone = visit.texts, self._office.clock.now().tzinfo
        page, pages, here = page_of(self._office.questions.count(), int(arguments[0]), ENTRIES_IN_PAGE)
        shown = self._office.questions.newest(ENTRIES_IN_PAGE, here.start)
        names = self._office.people.names({asked.person for asked in shown})
        lines = []
        for asked in shown:
            cited = ", ".join(f"{c['number'] or c['directive']} {c['path']}" for c in asked.citations[:_CITED])
            got = texts("record.refused") if asked.abstained else cited or texts("record.unanswered")
            when, who = f"{asked.asked_at.astimezone(zone):%d/%m %H:%M}", names.get(asked.person, str(asked.person))
            lines.append(f"{when} · {who}: {shorten(asked.text, SUBJECT_LIMIT)} → {got}")
        row = paging(texts, page, pages, [encode("aq", to) for to in page_targets(page, pages)])
        blocks = (paragraph(texts("record.questions"), "bold"), *map(paragraph, lines or [texts("record.none")]))
        return (Turn(Screen(blocks, (*((row,) if row else ()), back(texts, "a", 0)))),)

    def _keep(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        months = int(arguments[0])
        if months not in KEPT:
            raise ValueError(months)
        self._office.audit.keep_months(months)
        self._office.note(visit.person.id, "record.kept", str(months))
        self._office.audit.forget(self._office.clock.now())
        return (Turn(self._entries(visit, 0)),)
