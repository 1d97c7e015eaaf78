"""Files on their way into the store: staged, waiting for a clerk's word, settled; and whom they give new tasks.

Every step is one transaction that only one caller can win, so that a double press, two clerks or a crash do no harm.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import delete, insert, select, update

from bot.office.kept_files import KeptFiles
from bot.office.leases import Leases
from bot.office.tables import audience, audit_entry, row_draft, upload, upload_album, upload_notice
from corpus.database import take_turn
from corpus.identity import content_hash as hash_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import ColumnElement, Connection

    from bot.office.audit import Entry
    from bot.office.records import Place
    from corpus.database import Database

State = Literal["gathering", "reading", "waiting", "publishing", "published", "cancelled", "refused", "expired"]
UNPUBLISHED: tuple[State, ...] = ("gathering", "reading", "waiting")
UNSETTLED: tuple[State, ...] = (*UNPUBLISHED, "publishing")
WAITS = timedelta(hours=24)
"""How long a file waits for a clerk's word."""
_SECRET_BYTES = 12


@dataclass(frozen=True, slots=True)
class Upload:
    """A file a clerk sent. `fields` hold what the clerk said of each directive in it (`corpus.manifest.Entry`).

    `audience` are units (empty: all; None: nothing was chosen); `known_tasks` what stood in the store before it.
    `pages` is None for a file, else the number of photos it is made of: `gathering` while they come.
    """

    id: int
    person: int
    chat: int
    message: int | None
    album: str | None
    name: str
    staged: str
    content_hash: str | None
    state: State
    summary: dict[str, Any]
    fields: tuple[dict[str, Any], ...]
    audience: tuple[int, ...] | None
    known_tasks: frozenset[str]
    made_at: datetime
    settled_by: int | None = None
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """New tasks to be told in one chat: the units there that they are given to, and the tasks' ids."""

    chat: int
    topic: int
    units: tuple[int, ...]
    tasks: tuple[str, ...]
    id: int = 0


class Uploads:
    """Uploads and their files; `folder` is made when first needed, for the program's user alone."""

    def __init__(self, database: Database, home: Path) -> None:
        self._database = database
        self.folder = home / "uploads"
        self.kept_files = home / "library"
        self.leases = Leases(database)
        self._kept = KeptFiles.of(database)

    # ---- arrival

    def begin(
        self, place: Place, person: int, name: str, album: str | None, now: datetime, *, message: int | None
    ) -> Upload:
        """Notes a file about to be fetched; it gets a name of our own with its suffix, whatever the sender called it.

        What the same `message` has begun before is gone on with by this worker, and read again if it ended unpublished:
        whoever had the message died before its sender had an answer.
        """
        begun = {"state": "reading", **self.leases.begun()}
        values = self.values_of(place, person, name, now) | {"album": album} | begun
        with self._database.writing() as connection:
            row = None
            if message is not None:
                take_turn(connection, "upload", place.chat, message)
                row = _sent_as(connection, place.chat, message)
            if row is not None and row.state in {"waiting", "publishing", "published"}:
                return _upload(row)
            if row is not None:
                anew = update(upload).where(upload.c.id == row.id).values(**begun, made_at=now, changed_at=now)
                row = connection.execute(anew.returning(*upload.c)).one()
            else:
                row = connection.execute(insert(upload).values(**values).returning(*upload.c)).one()
                if message is not None:
                    sent = {"chat_id": place.chat, "album": alone(message), "upload_id": row.id}
                    connection.execute(insert(upload_album).values(**sent))
        self.leases.noted(row.id)
        return _upload(row)

    def is_known(self, place: Place, message: int | None) -> bool:
        """Whether the file of this message has been noted before."""
        if message is None:
            return False
        with self._database.reading() as connection:
            return _sent_as(connection, place.chat, message) is not None

    def values_of(self, place: Place, person: int, name: str, now: datetime) -> dict[str, Any]:
        """What a new upload's row says of where it came from; the folder for its bytes is there then."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.chmod(0o700)
        return {
            "person_id": person,
            "chat_id": place.chat,
            "name": name,
            "staged": secrets.token_hex(_SECRET_BYTES) + PurePath(name).suffix,
            "made_at": now,
            "changed_at": now,
        }

    def path(self, one: Upload) -> Path:
        """Where its bytes are, until it is settled."""
        return self.folder / one.staged

    def at_hand(self, one: Upload) -> Path:
        """Where its bytes are, brought to this machine if another one fetched them; nothing is there if nobody has them.

        What is here may lack a photo that another machine has put in since.
        """
        path = self.path(one)
        if self._kept is not None and one.content_hash is not None:
            here = path.is_file() and hash_of(path.read_bytes()) == one.content_hash
            if not here:
                self._kept.bring(one.content_hash, path)
        return path

    def shown(self, number: int, message: int) -> None:
        """Notes which message tells how it goes."""
        self._change(number, UNSETTLED, message_id=message)

    def page_path(self, one: Upload, message: int) -> Path:
        """Where the photo of one of its pages is, until it is settled."""
        return self.folder / f"{_token(one.staged)}-{message}.jpg"

    def read(self, one: Upload, content_hash: str, summary: dict[str, Any], now: datetime) -> bool:
        """It has been read and waits for the clerk's word; False when it was settled, or got another page, meanwhile.

        Its bytes are kept for other machines from now on, not before: what is secret is found in reading.
        """
        values = {"state": "waiting", "content_hash": content_hash, "summary": summary, "changed_at": now}
        as_read = upload.c.pages.is_not_distinct_from(one.pages)
        here = (upload.c.id == one.id) & upload.c.state.in_(("reading", "waiting")) & as_read
        with self._database.writing() as connection:
            changed = bool(connection.execute(update(upload).where(here).values(**values)).rowcount)
            if changed and self._kept is not None:
                self._kept.keep(connection, content_hash, self.path(one).read_bytes())
        return changed

    # ---- what is known

    def get(self, number: int) -> Upload | None:
        """The upload with this id."""
        with self._database.reading() as connection:
            row = connection.execute(select(upload).where(upload.c.id == number)).one_or_none()
        return _upload(row) if row is not None else None

    def unsettled(self) -> list[Upload]:
        """What is being read, waits, or is being published, oldest first."""
        return self._found(upload.c.state.in_(UNSETTLED))

    def waiting_of(self, person: int) -> list[Upload]:
        """What a person sent and nobody has settled or confirmed."""
        return self._found((upload.c.person_id == person) & upload.c.state.in_(UNPUBLISHED))

    def waiting_in(self, album: str, chat: int) -> list[Upload]:
        """What waits of files sent together."""
        return self._found((upload.c.album == album) & (upload.c.chat_id == chat) & (upload.c.state == "waiting"))

    # ---- the clerk's word

    def describe(self, number: int, fields: Sequence[dict[str, Any]]) -> bool:
        """Keeps what a clerk says of the directives in it; False when it is settled."""
        return self._change(number, ("waiting",), fields=list(fields))

    def aim(self, number: int, units: Collection[int]) -> bool:
        """Keeps for which units it is to be (none: all); False when it is settled."""
        return self._change(number, ("waiting",), audience=sorted(units))

    def claim(self, number: int, known_tasks: Collection[str], by: int, now: datetime) -> bool:
        """Begins to publish it, keeping which tasks there were before; False when somebody else did or it is settled."""
        values = {"state": "publishing", "known_tasks": sorted(known_tasks), "settled_by": by, "changed_at": now}
        claimed = self._change(number, ("waiting",), **values, **self.leases.begun())
        if claimed:
            self.leases.noted(number)
        return claimed

    def release(self, number: int, now: datetime) -> bool:
        """Publishing failed: it waits again."""
        return self._change(number, ("publishing",), state="waiting", changed_at=now)

    def published(self, number: int, notices: Sequence[Notice], entries: Sequence[Entry], now: datetime) -> bool:
        """It stands in the store: notes that, whom to tell, and the acts for the record, at once. False: noted before."""
        here = (upload.c.id == number) & (upload.c.state == "publishing")
        with self._database.writing() as connection:
            if not connection.execute(update(upload).where(here).values(state="published", changed_at=now)).rowcount:
                return False
            for one in notices:
                values = {"chat_id": one.chat, "topic": one.topic, "units": list(one.units), "tasks": list(one.tasks)}
                connection.execute(insert(upload_notice).values(upload_id=number, **values))
            for act in entries:
                values = {"at": act.at, "person_id": act.person, "action": act.action, "subject": act.subject}
                connection.execute(insert(audit_entry).values(detail=act.detail, chat_id=act.chat, **values))
        self._forget_file(number)
        return True

    def settle(self, number: int, state: State, by: int, now: datetime) -> bool:
        """Ends it unpublished and deletes its file; False when it was being published, or ended before."""
        ended = self._change(number, UNPUBLISHED, state=state, settled_by=by, changed_at=now)
        if ended:
            self._forget_file(number)
        return ended

    def forget_bytes(self, one: Upload) -> None:
        """Deletes its file, and the photos of its pages, at once."""
        self.path(one).unlink(missing_ok=True)
        for photo in self.folder.glob(f"{_token(one.staged)}-*"):
            photo.unlink(missing_ok=True)

    def tidy(self, now: datetime) -> list[Upload]:
        """Ends what has waited too long, and deletes files that no upload has (a crash can leave some); what it ended."""
        late = [one for one in self.unsettled() if one.state != "publishing" and one.made_at <= now - WAITS]
        ended = [one for one in late if self.settle(one.id, "expired", one.person, now)]
        with self._database.writing() as connection:
            connection.execute(delete(row_draft).where(row_draft.c.made_at <= now - WAITS))
        on_disk = list(self.folder.iterdir()) if self.folder.is_dir() else []
        # Names are read after the folder: a file that arrives in between has its upload already.
        staged = {_token(one.staged) for one in self.unsettled()}
        for path in on_disk:
            if _token(path.name) not in staged:
                path.unlink(missing_ok=True)
        self._tidy_kept()
        return ended

    def bring_library(self, places: Mapping[str, Path]) -> None:
        """Files of directives, by content, brought to where this machine keeps them, if others have loaded them."""
        for content_hash, path in places.items():
            if self._kept is not None and not path.is_file():
                self._kept.bring(content_hash, path)

    def shared(self) -> frozenset[str]:
        """The hashes of files that are kept for all machines; none when there is but one."""
        return self._kept.all() if self._kept is not None else frozenset()

    def _tidy_kept(self) -> None:
        if self._kept is not None:
            self._kept.tidy(UNSETTLED)

    # ---- whom to tell

    def told(self, chat: int, topic: int) -> frozenset[str]:
        """Tasks that a chat has been told of, or is about to be."""
        query = select(upload_notice.c.tasks).where(upload_notice.c.chat_id == chat, upload_notice.c.topic == topic)
        with self._database.reading() as connection:
            return frozenset(task for tasks in connection.execute(query).scalars() for task in tasks)

    def untold(self) -> list[tuple[int, Notice]]:
        """What has not begun to be told, with its upload."""
        query = select(upload_notice).where(upload_notice.c.claimed_at.is_(None)).order_by(upload_notice.c.id)
        with self._database.reading() as connection:
            return [
                (r.upload_id, Notice(r.chat_id, r.topic, tuple(r.units), tuple(r.tasks), r.id))
                for r in connection.execute(query)
            ]

    def claim_notice(self, number: int, now: datetime) -> bool:
        """True for the one caller who shall tell it, now."""
        here = (upload_notice.c.id == number) & upload_notice.c.claimed_at.is_(None)
        with self._database.writing() as connection:
            return bool(connection.execute(update(upload_notice).where(here).values(claimed_at=now)).rowcount)

    def audience_of(self, directive: str) -> frozenset[int]:
        """Ids of the units a directive is for; empty when it is for all."""
        query = select(audience.c.unit_id).where(audience.c.directive_key == directive)
        with self._database.reading() as connection:
            return frozenset(connection.execute(query).scalars())

    def _change(
        self, number: int, states: Sequence[State], provided: ColumnElement[bool] | None = None, /, **values: Any
    ) -> bool:
        here = (upload.c.id == number) & upload.c.state.in_(states)
        if provided is not None:
            here &= provided
        with self._database.writing() as connection:
            return bool(connection.execute(update(upload).where(here).values(**values)).rowcount)

    def _found(self, which: Any) -> list[Upload]:
        with self._database.reading() as connection:
            return [_upload(row) for row in connection.execute(select(upload).where(which).order_by(upload.c.id))]

    def _forget_file(self, number: int) -> None:
        one = self.get(number)
        if one is not None:
            self.forget_bytes(one)
        self._tidy_kept()


class Drafts:
    """Corrections shown to their maker and not yet confirmed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, person: int, row_id: str, changes: dict[str, Any], now: datetime) -> int:
        """The number under which a draft can be confirmed; the person's earlier drafts are forgotten."""
        values = {"person_id": person, "row_id": row_id, "changes": changes, "made_at": now}
        with self._database.writing() as connection:
            connection.execute(delete(row_draft).where(row_draft.c.person_id == person))
            return int(connection.execute(insert(row_draft).values(**values).returning(row_draft.c.id)).scalar_one())

    def take(self, number: int, person: int) -> tuple[str, dict[str, Any]] | None:
        """The row and the changes of one's own draft, which is gone then; None when it was taken or replaced."""
        mine = (row_draft.c.id == number) & (row_draft.c.person_id == person)
        with self._database.writing() as connection:
            taken = delete(row_draft).where(mine).returning(row_draft.c.row_id, row_draft.c.changes)
            row = connection.execute(taken).one_or_none()
        return (row.row_id, dict(row.changes)) if row is not None else None


def _upload(row: Any) -> Upload:
    return Upload(
        id=row.id,
        person=row.person_id,
        chat=row.chat_id,
        message=row.message_id,
        album=row.album,
        name=row.name,
        staged=row.staged,
        content_hash=row.content_hash,
        state=row.state,
        summary=row.summary or {},
        fields=tuple(row.fields or ()),
        audience=None if row.audience is None else tuple(row.audience),
        known_tasks=frozenset(row.known_tasks or ()),
        made_at=row.made_at,
        settled_by=row.settled_by,
        pages=row.pages,
    )


def alone(message: int) -> str:
    """In place of the name that Telegram gives to what was sent together: that of one message."""
    return f"message {message}"


def _sent_as(connection: Connection, chat: int, message: int) -> Any:
    """The row of the file that a message brought."""
    joined = upload.join(upload_album, upload_album.c.upload_id == upload.c.id)
    here = (upload_album.c.chat_id == chat) & (upload_album.c.album == alone(message))
    return connection.execute(select(*upload.c).select_from(joined).where(here)).one_or_none()


def _token(name: str) -> str:
    """By what all files of an upload are known: the file itself, `<token>-<message>.jpg` its pages, `.<...>.part` unfinished."""
    return name.removeprefix(".").partition(".")[0].partition("-")[0]
