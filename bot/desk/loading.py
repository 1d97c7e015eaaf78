"""Clerks load directives from the chat: a file arrives, is read and shown; nothing is published before a clerk confirms.

Areas (first argument: the upload): `uc` confirm, `ul` confirm all of its album, `ux` cancel, `ub` its summary,
`ue:<upload>:<n>` fields of its n-th directive (without n: which one), `uf:<upload>:<n>:<field>` type a field,
`ua:<upload>:<page>` for which units, `ut:<upload>:<unit>:<page>` tick a unit (0: all), `uw:<upload>:<page>` what to
look at. Input: `load.field`.
Photographed pages have areas of their own: `bot.desk.loading_photos`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from bot.callbacks import encode
from bot.desk.loading_arrival import LARGEST, not_taken
from bot.desk.loading_fields import field_typed
from bot.desk.loading_files import safe_name
from bot.desk.loading_notices import tells
from bot.desk.loading_photos import PhotoLoading
from bot.desk.loading_publishing import known_tasks, new_tasks, publish, tidy_library
from bot.desk.loading_reading import inspect
from bot.desk.loading_screens import (
    audience_screen,
    directives_screen,
    doubts_screen,
    faint_line,
    fields_screen,
    published_line,
    summary_screen,
)
from bot.desk.replies import Fetch, Say, Toast, Turn, Working
from bot.desk.routing import CLERKS, PRIVATE, Chores, Command, Files, Input, Press, Rights, Routes
from bot.message_blocks import shorten
from bot.office.allowances import UPLOADS
from bot.office.people import Newcomer
from bot.office.records import Place
from bot.office.uploads import WAITS
from bot.screens import Button, notice
from bot.texts import LANGUAGES, load_texts
from corpus.errors import ChidaoError, UnreadableFileError
from corpus.manifest import FIELDS
from corpus.readers import accepted_suffixes
from corpus.secrecy import SecretFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.desk.loading_publishing import Library
    from bot.desk.replies import Reply
    from bot.desk.visit import Incoming, OfferedFile, Pressed, Visit
    from bot.office.uploads import Upload
    from bot.screens import Screen
    from bot.texts import Texts

    _Handle = Callable[[Visit, Pressed, Upload, tuple[str, ...]], Sequence[Reply]]

_RIGHTS = Rights(CLERKS, PRIVATE)


class LoadingFeature:
    """Files from arrival to publication. `knows` tells which buttons some feature answers."""

    def __init__(self, library: Library, texts: Texts, knows: Callable[[str], bool]) -> None:
        self._library = library
        self._office = library.office
        self._uploads = library.uploads
        self._texts = texts
        self._photos = PhotoLoading(library.office, library.uploads, library.albums, self._reading, self._refuse)
        self._tells = partial(tells, library.office, library.uploads, self._texts_of, knows)
        self._started = False

    def routes(self) -> Routes:
        """The command, the buttons, the typed field, incoming files, and what a restart takes up again."""
        presses = {
            "uc": self._confirm,
            "ul": self._confirm_album,
            "ux": self._cancel,
            "ub": self._back,
            "ue": self._edit,
            "uf": self._ask_field,
            "ua": self._audience,
            "ut": self._tick,
            "uw": self._doubts,
        }
        photos = (Press("ug", self._photos.again, _RIGHTS), Press("uz", self._photos.give_up, _RIGHTS))
        waiting = (
            Press(area, partial(self._pressed, handle), _RIGHTS, turns=area == "ut") for area, handle in presses.items()
        )
        return Routes(
            commands=(Command("nap", self._waiting, _RIGHTS),),
            presses=(*waiting, *photos),
            inputs=(Input("load.field", self._field, _RIGHTS),),
            files=Files(self.offered, _RIGHTS),
            chores=Chores(self._resume, self.tidy),
        )

    def tidy(self) -> None:
        """Ends what has waited too long, and deletes the files that nothing known is made of."""
        self._uploads.tidy(self._now())
        tidy_library(self._library)

    def forget(self, visit: Visit) -> str:
        """Gives up everything of the visitor's that waits; a sentence when there was something."""
        mine = self._uploads.waiting_of(visit.person.id)
        given_up = [one for one in mine if self._uploads.settle(one.id, "cancelled", visit.person.id, self._now())]
        return visit.texts("load.forgotten", count=len(given_up)) if given_up else ""

    # ---- arrival

    def offered(self, visit: Visit, offered: OfferedFile) -> Sequence[Reply]:
        """Takes a file in, or says why not before anything is fetched."""
        self._uploads.tidy(self._now())
        texts = visit.texts
        if offered.photo:
            return self._photos.offered(visit, offered)
        name = safe_name(offered.name)
        refused = not_taken(name, offered.size, texts)
        again = not refused and self._uploads.is_known(visit.place, offered.message)
        if not refused and not again and not self._office.allowances.take(UPLOADS, visit.person.id, self._now()):
            refused = texts("load.too_many", limit=UPLOADS.times)
        if refused:
            return (Say(notice(refused), quoting=True),)
        upload = self._uploads.begin(
            visit.place, visit.person.id, name, offered.album, self._now(), message=offered.message
        )
        if upload.state in {"publishing", "published"}:
            return (Say(self._settled(upload, texts), quoting=True),)
        reading = self._reading(upload, texts, upload.message)
        path = self._uploads.path(upload)
        if upload.state == "waiting" or path.is_file():  # whoever had it before got so far
            return (reading,)
        return (Fetch(path, reading, partial(self._lost, visit.person.id, upload, texts)),)

    def _lost(self, person: int, upload: Upload, texts: Texts) -> Sequence[Reply]:
        self._uploads.settle(upload.id, "cancelled", person, self._now())
        return (Turn(notice(texts("load.lost", name=upload.name))),)

    def _reading(self, upload: Upload, texts: Texts, message: int | None = None) -> Working:
        doing = texts("load.reading_photos", count=upload.pages) if upload.pages else ""
        screen = notice(doing or texts("load.reading", name=upload.name))
        return Working(
            screen,
            partial(self._alone, upload.id, partial(self._read, upload.id, texts), screen),
            partial(self._uploads.shown, upload.id),
            message,
        )

    def _alone(self, number: int, work: Callable[[], Sequence[Reply]], screen: Screen) -> Sequence[Reply]:
        """What comes of the work; the message goes on as it is while another worker does it."""
        return self._uploads.leases.working(number, work, lambda: (Turn(screen),))

    def _read(self, number: int, texts: Texts, said: str = "") -> Sequence[Reply]:
        """The summary of an upload, read anew; or why it is refused, its bytes deleted."""
        upload = self._uploads.get(number)
        if upload is None or upload.state not in {"reading", "waiting"}:
            self._uploads.tidy(self._now())  # its bytes may have come after it was settled or forgotten
            return (Turn(self._settled(upload, texts)),)
        path = self._uploads.at_hand(upload)
        if not path.is_file():  # a restart while it was being fetched, or on another machine
            return self._photos.regather(upload, texts) or self._lost(upload.person, upload, texts)
        try:
            if path.stat().st_size > LARGEST:
                raise UnreadableFileError(texts("load.too_large", name=upload.name))
            content, summary = inspect(self._office.store, self._uploads, upload, self._library.read)
        except SecretFileError as error:
            self._uploads.forget_bytes(upload)  # before anything else can fail
            return self._refuse(upload, str(error), texts, secret=error.level)
        except ChidaoError as error:
            return self._refuse(upload, str(error), texts)
        summary["faint"] = self._photos.faint(upload)
        self._uploads.read(upload, content, summary, self._now())
        return (Turn(self._summary(number, texts, said)),)  # or that it was settled meanwhile

    def _refuse(self, upload: Upload, reason: str, texts: Texts, *, secret: str = "") -> Sequence[Reply]:
        self._uploads.settle(upload.id, "refused", upload.person, self._now())
        # Of what is secret not even the name of the file is kept in the record.
        subject, detail = (secret, {"secret": True}) if secret else (upload.name, {"reason": reason})
        self._office.note(upload.person, "file.refused", subject, chat=upload.chat, detail=detail)
        if secret:
            return (Turn(notice(texts("load.refused_secret", reason=reason))),)
        advice = faint_line(upload, self._photos.faint(upload), texts)
        return (Turn(notice(texts("load.refused", name=upload.name, reason=reason), *advice)),)

    # ---- the clerk's word

    def _waiting(self, visit: Visit, _incoming: Incoming, _words: str) -> Sequence[Reply]:
        mine = [one for one in self._uploads.waiting_of(visit.person.id) if one.state == "waiting"]
        if not mine:
            formats = ", ".join(accepted_suffixes())
            return (Say(notice(visit.texts("load.how", formats=formats))),)
        rows = tuple((Button(shorten(one.name, 40), encode("ub", one.id)),) for one in mine)
        return (Say(notice(visit.texts("load.waiting", count=len(mine)), buttons=rows)),)

    def _confirm(self, visit: Visit, pressed: Pressed, upload: Upload, _arguments: tuple[str, ...]) -> Sequence[Reply]:
        return self._publishing(visit, pressed, upload)

    def _confirm_album(
        self, visit: Visit, pressed: Pressed, upload: Upload, _arguments: tuple[str, ...]
    ) -> Sequence[Reply]:
        others = [u for u in self._uploads.waiting_in(upload.album or "", upload.chat) if u.id != upload.id]
        replies = list(self._publishing(visit, pressed, upload))
        for other in others:
            work = self._publishing(visit, pressed, other)
            # Each goes on in its own message; the pressed one is that of the first.
            replies += [reply for reply in work if isinstance(reply, Working)]
        return replies

    def _publishing(self, visit: Visit, pressed: Pressed, upload: Upload) -> Sequence[Reply]:
        known = known_tasks(self._library, upload)
        if not self._uploads.claim(upload.id, known, visit.person.id, self._now()):
            return self._too_late(visit, pressed, self._uploads.get(upload.id))
        return (self._publication(upload, visit.person.id, visit.texts),)

    def _publication(self, upload: Upload, by: int, texts: Texts) -> Working:
        screen = notice(texts("load.publishing", name=upload.name))
        return Working(
            screen,
            partial(self._alone, upload.id, partial(self._publish, upload.id, by, texts), screen),
            message=upload.message,
        )

    def _publish(self, number: int, by: int, texts: Texts) -> Sequence[Reply]:
        """Loads it and tells; on failure it waits again, its buttons as before."""
        upload = self._uploads.get(number)
        if upload is None or upload.state != "publishing":
            return (Turn(self._settled(upload, texts)),)
        try:
            report = publish(self._library, upload, by)
        except ChidaoError as error:
            self._uploads.release(number, self._now())
            return (Turn(self._summary(number, texts, texts("load.failed", reason=error))),)
        except Exception:
            self._uploads.release(number, self._now())
            raise
        if report.status == "refused":
            self._uploads.release(number, self._now())
            return self._read(number, texts, texts("load.failed", reason=report.reason or ""))
        # Unchanged it is, too, when a worker that died had stored it already: then its tasks are new all the same.
        unchanged = report.status == "unchanged" and not new_tasks(self._library, upload, report.directives)
        key = "load.published_again" if unchanged else "load.published"
        told = [(n, one) for n, one in self._uploads.untold() if n == number]
        done = published_line(upload, (report.clauses, report.targets, report.tasks), texts, key)
        lines = [done, *([texts("load.telling", count=len(told))] if told else [])]
        lost = [f"⚠️ {warning}" for warning in report.warnings if "/sua" in warning]
        return (Turn(notice(*lines, *lost)), *self._tells([one for _, one in told]))

    def _cancel(self, visit: Visit, pressed: Pressed, upload: Upload, _arguments: tuple[str, ...]) -> Sequence[Reply]:
        if not self._uploads.settle(upload.id, "cancelled", visit.person.id, self._now()):
            return self._too_late(visit, pressed, self._uploads.get(upload.id))
        return (Turn(notice(visit.texts("load.cancelled", name=upload.name))),)

    def _back(self, visit: Visit, pressed: Pressed, upload: Upload, _arguments: tuple[str, ...]) -> Sequence[Reply]:
        if pressed.message is not None:
            self._uploads.shown(upload.id, pressed.message)
        return (Turn(self._summary(upload.id, visit.texts)),)

    def _doubts(self, visit: Visit, _pressed: Pressed, upload: Upload, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(doubts_screen(upload, int(arguments[0]), visit.texts)),)

    def _edit(self, visit: Visit, _pressed: Pressed, upload: Upload, arguments: tuple[str, ...]) -> Sequence[Reply]:
        count = len(upload.summary["directives"])
        if count > 1 and not arguments:
            return (Turn(directives_screen(upload, visit.texts)),)
        number = _index(arguments[0] if arguments else "0", count)
        return (Turn(fields_screen(upload, number, visit.texts)),)

    def _ask_field(
        self, visit: Visit, _pressed: Pressed, upload: Upload, arguments: tuple[str, ...]
    ) -> Sequence[Reply]:
        number, field = _index(arguments[0], len(upload.summary["directives"])), arguments[1]
        if field not in FIELDS:
            raise ValueError(field)
        payload = {"upload": upload.id, "directive": number, "field": field}
        self._office.expected.expect(visit.place, visit.person.id, "load.field", payload, self._now())
        said = visit.texts(f"load.type.{field}" if field in {"issued_on", "number"} else "load.type")
        label = visit.texts(f"load.field.{field}")
        back = Button(visit.texts("button.back"), encode("ub", upload.id))
        return (Turn(notice(f"{label}: {said}", buttons=((back,),))),)

    def _field(self, visit: Visit, incoming: Incoming, payload: dict[str, Any]) -> Sequence[Reply]:
        upload = self._uploads.get(int(payload["upload"]))
        if upload is None or upload.state != "waiting":
            return (Say(self._settled(upload, visit.texts)),)
        number, field = int(payload["directive"]), str(payload["field"])
        value = field_typed(field, incoming.text, self._office.clock.today())
        if value is False:
            self._office.expected.expect(visit.place, visit.person.id, "load.field", payload, self._now())
            key = f"load.bad.{field}" if field in {"issued_on", "number"} else "load.bad"
            return (Say(notice(visit.texts(key))),)
        fields = [dict(entry) for entry in upload.fields]
        fields += [{} for _ in range(len(upload.summary["directives"]) - len(fields))]
        fields[number] |= {field: value, "override": True}
        if not self._uploads.describe(upload.id, fields):
            return (Say(self._settled(self._uploads.get(upload.id), visit.texts)),)
        return (self._reading(upload, visit.texts),)

    def _audience(self, visit: Visit, _pressed: Pressed, upload: Upload, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._choice(upload, int(arguments[0]), visit.texts)),)

    def _tick(self, visit: Visit, _pressed: Pressed, upload: Upload, arguments: tuple[str, ...]) -> Sequence[Reply]:
        unit, page = int(arguments[0]), int(arguments[1])
        known = {each.id for each in self._office.people.units()}
        if unit and unit not in known:
            raise ValueError(unit)
        chosen = (self._aimed_at(upload) ^ {unit}) & known if unit else frozenset()
        self._uploads.aim(upload.id, chosen)
        return (Turn(self._choice(self._uploads.get(upload.id) or upload, page, visit.texts)),)

    def _choice(self, upload: Upload, page: int, texts: Texts) -> Screen:
        return audience_screen(upload, self._office.people.units(), self._aimed_at(upload), page, texts)

    def _aimed_at(self, upload: Upload) -> frozenset[int]:
        """The units it is for: as chosen, else as what it replaces."""
        if upload.audience is not None:
            return frozenset(upload.audience)
        kept = [self._uploads.audience_of(d["key"]) for d in upload.summary["directives"] if d["before"]]
        return frozenset().union(*kept) if kept and all(kept) else frozenset()

    def _summary(self, number: int, texts: Texts, said: str = "") -> Screen:
        upload = self._uploads.get(number)
        if upload is None or upload.state != "waiting":
            return self._settled(upload, texts)
        aimed = self._aimed_at(upload)
        names = [unit.name for unit in self._office.people.units() if unit.id in aimed]
        return summary_screen(upload, names, texts, said=said)

    def _pressed(self, handle: _Handle, visit: Visit, pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        """Hands a press on to its handler while the upload waits; otherwise says what has become of it."""
        upload = self._uploads.get(int(arguments[0]))
        if upload is None:
            raise ValueError(arguments[0])
        if upload.state == "waiting" and upload.made_at <= self._now() - WAITS:
            self._uploads.tidy(self._now())
            upload = self._uploads.get(upload.id)
        if upload is None or upload.state != "waiting":
            return self._too_late(visit, pressed, upload)
        return handle(visit, pressed, upload, arguments[1:])

    def _too_late(self, visit: Visit, pressed: Pressed, upload: Upload | None) -> Sequence[Reply]:
        toast = Toast(visit.texts(f"load.is.{upload.state if upload else 'expired'}"), alert=True)
        if upload and upload.state == "published" and pressed.again:
            # Whoever published it may have died before the message said so.
            counts = [self._office.store.counts(directive["key"]) for directive in upload.summary["directives"]]
            told = notice(published_line(upload, [sum(each) for each in zip(*counts, strict=True)], visit.texts))
            return (toast, Turn(told))
        if upload and upload.state in {"gathering", "reading", "publishing", "published"}:
            return (toast,)  # the message itself shows how it goes, or went
        return (toast, Turn(self._settled(upload, visit.texts)))

    @staticmethod
    def _settled(upload: Upload | None, texts: Texts) -> Screen:
        state = upload.state if upload else "expired"
        name = f"📄 {upload.name}: " if upload else ""
        return notice(f"{name}{texts(f'load.is.{state}')}")

    # ---- what a restart takes up, and telling

    def _resume(self) -> list[tuple[Place, Sequence[Reply]]]:
        """At the start all that is half done; later what another worker has left, and no photos: those that could not be
        fetched wait for the clerk's word."""
        self._uploads.tidy(self._now())
        found: list[tuple[Place, Sequence[Reply]]] = []
        starting, self._started = not self._started, True
        # Photos last: they may have to be waited for.
        for upload in sorted(self._uploads.unsettled(), key=lambda one: one.state == "gathering"):
            if upload.state == "gathering" and not starting:
                continue
            texts = self._texts_of(upload.person)
            if upload.state in {"reading", "publishing"} and not self._uploads.leases.take_up(upload.id):
                continue  # another worker is at it
            if upload.state == "gathering":
                found.append((Place(upload.chat), self._photos.resume(upload, texts)))
            elif upload.state == "reading":
                found.append((Place(upload.chat), (self._reading(upload, texts, upload.message),)))
            elif upload.state == "publishing":
                found.append(
                    (Place(upload.chat), (self._publication(upload, upload.settled_by or upload.person, texts),))
                )
        # What was published and not told; a Tell carries its own place.
        found += [(Place(one.chat, one.topic), self._tells([one])) for _, one in self._uploads.untold()]
        return found

    def _texts_of(self, person: int) -> Texts:
        """In a person's own language; in a group (a negative number) in the bot's."""
        if person < 0:
            return self._texts
        language = self._office.people.person(Newcomer(person, "")).language
        known = next((each for each in LANGUAGES if each == language), None)
        return load_texts(known) if known else self._texts

    def _now(self) -> Any:
        return self._office.clock.now()


def _index(text: str, count: int) -> int:
    number = int(text)
    if not 0 <= number < count:
        raise ValueError(text)
    return number
