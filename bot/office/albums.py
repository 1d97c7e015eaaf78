"""Photos on their way to become one document: which have come, and which worker sees to them. Knows no pictures.

Photos sent together arrive as messages of their own, perhaps at different workers, and nothing says which is the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.office.tables import upload, upload_album, upload_page
from bot.office.uploads import UNPUBLISHED
from corpus.errors import StoreError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.office.records import Place
    from bot.office.uploads import Upload, Uploads
    from corpus.database import Database

QUIET = timedelta(seconds=2.5)
"""After so long without another photo the last one is taken to be there; one that comes later still is put in."""
KEPT = timedelta(seconds=10)
"""How long a worker that has not been heard of keeps others from gathering in its place."""
FULL = 10
"""Photos in a group, at most: more are sent as several groups, one right after another."""


@dataclass(frozen=True, slots=True)
class Page:
    """The photo of a page. `reference` is what it can be fetched by, `message` its message's number in the chat."""

    message: int
    reference: str
    width: int
    height: int
    caption: str
    arrived_at: datetime
    failures: int = 0


class Albums:
    """The pages of uploads that are made of photos. Every step is one transaction that only one worker can win."""

    def __init__(self, database: Database, uploads: Uploads) -> None:
        self._database = database
        self._uploads = uploads

    def add(self, place: Place, person: int, album: str, page: Page, name: str) -> tuple[int, bool]:
        """Puts a photo with those of its group, or with the full group that it follows; else it is the first of its own.

        What was read of them or waits is gathered anew; what is published or settled stays as it is.

        Returns:
            The upload's number, and whether the photo came too late for it. The same photo may come again.
        """
        try:
            return self._add(place, person, album, page, name)
        except StoreError as error:
            if not isinstance(error.__cause__, IntegrityError):
                raise
            return self._add(place, person, album, page, name)  # another worker began the upload at the same moment

    def _add(self, place: Place, person: int, album: str, page: Page, name: str) -> tuple[int, bool]:
        with self._database.writing() as connection:
            found = _upload_of(connection, place.chat, album)
            if found is None:
                found = _full_one(connection, place.chat, person, page.arrived_at)
                if found is None:
                    values = self._uploads.values_of(place, person, name, page.arrived_at)
                    values |= {"state": "gathering", "pages": 0}
                    found = connection.execute(insert(upload).values(**values).returning(*upload.c)).one()
                mapped = {"chat_id": place.chat, "album": album, "upload_id": found.id}
                connection.execute(insert(upload_album).values(**mapped))
            here = (upload_page.c.upload_id == found.id) & (upload_page.c.message_id == page.message)
            if connection.execute(select(upload_page.c.message_id).where(here)).one_or_none() is not None:
                return found.id, False
            if found.state not in UNPUBLISHED:
                return found.id, True
            values = {"state": "gathering", "pages": found.pages + 1, "changed_at": page.arrived_at}
            values |= {"content_hash": None}  # what it was read from before is no longer all of it
            connection.execute(update(upload).where(upload.c.id == found.id).values(**values))
            connection.execute(insert(upload_page).values(upload_id=found.id, **_values(page)))
            return found.id, False

    def is_known(self, place: Place, album: str) -> bool:
        """Whether a photo of this group has come before."""
        here = (upload_album.c.chat_id == place.chat) & (upload_album.c.album == album)
        with self._database.reading() as connection:
            return connection.execute(select(upload_album.c.upload_id).where(here)).one_or_none() is not None

    def pages(self, number: int) -> list[Page]:
        """The photos of an upload, first page first."""
        query = select(upload_page).where(upload_page.c.upload_id == number).order_by(upload_page.c.message_id)
        with self._database.reading() as connection:
            return [
                Page(r.message_id, r.reference, r.width, r.height, r.caption or "", r.arrived_at, r.failures)
                for r in connection.execute(query)
            ]

    # ---- who sees to it

    def keep(self, number: int, keeper: str, now: datetime) -> bool:
        """True for the one who gathers the photos of this upload for now; to be asked again while it does."""
        free = or_(upload.c.keeper.is_(None), upload.c.keeper == keeper, upload.c.kept_until <= now)
        return self._change(number, free, keeper=keeper, kept_until=now + KEPT)

    def leave(self, number: int, keeper: str) -> None:
        """Lets others gather."""
        self._change(number, upload.c.keeper == keeper, keeper=None, kept_until=None)

    def complete(self, one: Upload, keeper: str, name: str, now: datetime) -> bool:
        """All its photos are one document now, to be read; False when another came, or another worker took over."""
        as_put_together = (upload.c.keeper == keeper) & (upload.c.pages == one.pages)
        values = {"state": "reading", "name": name, "keeper": None, "kept_until": None, "changed_at": now}
        if not self._change(one.id, as_put_together, **values, **self._uploads.leases.begun()):
            return False
        self._uploads.leases.noted(one.id)
        return True

    # ---- when photos are missing

    def failed(self, number: int, message: int) -> None:
        """Counts that a photo could not be fetched."""
        here = (upload_page.c.upload_id == number) & (upload_page.c.message_id == message)
        with self._database.writing() as connection:
            connection.execute(update(upload_page).where(here).values(failures=upload_page.c.failures + 1))

    def retry(self, number: int) -> None:
        """What could not be fetched is tried afresh."""
        with self._database.writing() as connection:
            connection.execute(update(upload_page).where(upload_page.c.upload_id == number).values(failures=0))

    def reopen(self, number: int) -> bool:
        """Gathers an upload again whose document is not on this machine; False when it is not one to be read."""
        here = (upload.c.id == number) & (upload.c.state == "reading") & upload.c.pages.is_not(None)
        with self._database.writing() as connection:
            values = {"state": "gathering", "content_hash": None}
            return bool(connection.execute(update(upload).where(here).values(**values)).rowcount)

    def _change(self, number: int, provided: Any, **values: Any) -> bool:
        here = (upload.c.id == number) & (upload.c.state == "gathering") & provided
        with self._database.writing() as connection:
            return bool(connection.execute(update(upload).where(here).values(**values)).rowcount)


def _upload_of(connection: Connection, chat: int, album: str) -> Any:
    joined = upload.join(upload_album, upload_album.c.upload_id == upload.c.id)
    here = (upload_album.c.chat_id == chat) & (upload_album.c.album == album)
    query = select(*upload.c).select_from(joined).where(here).with_for_update(of=upload)
    return connection.execute(query).one_or_none()


def _full_one(connection: Connection, chat: int, person: int, now: datetime) -> Any:
    """The upload whose last group of photos is full and has only just come: what follows at once belongs to it."""
    theirs = (upload.c.chat_id == chat) & (upload.c.person_id == person) & (upload.c.state == "gathering")
    full = (upload.c.pages > 0) & (upload.c.pages % FULL == 0) & (upload.c.changed_at >= now - QUIET)
    query = select(*upload.c).where(theirs & full).order_by(upload.c.id.desc()).limit(1).with_for_update()
    return connection.execute(query).one_or_none()


def _values(page: Page) -> dict[str, Any]:
    return {
        "message_id": page.message,
        "reference": page.reference,
        "width": page.width,
        "height": page.height,
        "caption": page.caption or None,
        "failures": page.failures,
        "arrived_at": page.arrived_at,
    }
