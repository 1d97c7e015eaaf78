"""Photographed pages make one document: fetched as they come, put together when no more seem to come, then read.

Areas (first argument: the upload): `ug` fetch again what could not be fetched, `uz` give the photos up.
"""

from __future__ import annotations

import secrets
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.desk.loading_files import keep, safe_name
from bot.desk.photo_pages import is_faint, one_document
from bot.desk.replies import FetchPhoto, Gather, Pause, Say, Status, Toast, Turn
from bot.message_blocks import shorten
from bot.office.albums import QUIET, Page
from bot.office.allowances import UPLOADS
from bot.office.uploads import alone
from bot.screens import Button, notice
from corpus.errors import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bot.desk.replies import Reply, Step, Working
    from bot.desk.visit import OfferedFile, Pressed, Visit
    from bot.office.albums import Albums
    from bot.office.office import Office
    from bot.office.uploads import Upload, Uploads
    from bot.screens import Screen
    from bot.texts import Texts

    _Read = Callable[[Upload, Texts, int | None], Working]
    _Refuse = Callable[[Upload, str, Texts], Sequence[Reply]]

PAUSES = (0.0, 1.0, 4.0)
"""Seconds before each attempt to fetch a photo; after the last one the clerk is asked."""
_BETWEEN_EDITS = 1.0
_LOOK_AGAIN = 1.0
_NAME = 60
_ALONE, _OF_GROUP = ".jpg", ".tif"


class PhotoLoading:
    """Photos from arrival until they are one file to be read. `read` makes the work that then follows, `refuse` ends it."""

    def __init__(self, office: Office, uploads: Uploads, albums: Albums, read: _Read, refuse: _Refuse) -> None:
        self._office = office
        self._uploads = uploads
        self._albums = albums
        self._read = read
        self._refuse = refuse

    def offered(self, visit: Visit, offered: OfferedFile) -> Sequence[Reply]:
        """Takes a photo in: on its own a document of one page, in a group one of its pages."""
        now = self._office.clock.now()
        message = offered.message or 0
        name = visit.texts("load.photo_name", when=now.strftime("%d-%m-%Y %H.%M"))
        suffix = _OF_GROUP if offered.album else _ALONE
        page = Page(message, offered.reference, offered.width, offered.height, offered.caption, now)
        album = offered.album or alone(message)
        # Photos sent together count as one file: some of them alone would be a document with pages missing.
        if not self._albums.is_known(visit.place, album) and not self._allowed(visit, now):
            return (Say(notice(visit.texts("load.too_many", limit=UPLOADS.times)), quoting=True),)
        number, late = self._albums.add(visit.place, visit.person.id, album, page, name + suffix)
        if late:
            return (Say(notice(visit.texts("load.photo_late")), quoting=True),)
        return self.gathering(number, visit.texts)

    def _allowed(self, visit: Visit, now: datetime) -> bool:
        return self._office.allowances.take(UPLOADS, visit.person.id, now)

    def gathering(self, number: int, texts: Texts) -> Sequence[Reply]:
        """The work of gathering an upload's photos; none when that is done."""
        upload = self._uploads.get(number)
        if upload is None or upload.state != "gathering":
            return ()
        return (Gather(_Gathering(self, number, texts).step),)

    def again(self, visit: Visit, pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        """Tries afresh to fetch what could not be fetched."""
        upload = self._gathered(arguments)
        if upload is None:
            return (Toast(visit.texts("button.outdated"), alert=True),)
        self._albums.retry(upload.id)
        if pressed.message is not None:
            self._uploads.shown(upload.id, pressed.message)
        return self.gathering(upload.id, visit.texts)

    def give_up(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        """Cancels it."""
        upload = self._gathered(arguments)
        if upload is None or not self._uploads.settle(upload.id, "cancelled", visit.person.id, self._office.clock.now()):
            return (Toast(visit.texts("button.outdated"), alert=True),)
        return (Turn(notice(visit.texts("load.photos_cancelled"))),)

    def _gathered(self, arguments: tuple[str, ...]) -> Upload | None:
        upload = self._uploads.get(int(arguments[0]))
        return upload if upload is not None and upload.state == "gathering" else None

    def resume(self, upload: Upload, texts: Texts) -> Sequence[Reply]:
        """Goes on after a restart, with what could not be fetched, too."""
        self._albums.retry(upload.id)
        return self.gathering(upload.id, texts)

    def regather(self, upload: Upload, texts: Texts) -> Sequence[Reply]:
        """Fetches the pages of an upload again whose document is not here; none for one that came as a file."""
        return self.gathering(upload.id, texts) if self._albums.reopen(upload.id) else ()

    def faint(self, upload: Upload) -> list[int]:
        """Numbers of the pages whose photos are too small to be read well."""
        pages = self._albums.pages(upload.id) if upload.pages else []
        return [number for number, page in enumerate(pages, 1) if is_faint(page.width, page.height)]

    # ---- for the steps

    def keep(self, number: int, keeper: str) -> tuple[Upload | None, bool]:
        """The upload while its photos come, and whether this is who gathers them."""
        upload = self._uploads.get(number)
        if upload is None or upload.state != "gathering":
            return None, False
        return upload, self._albums.keep(number, keeper, self.now())

    def now(self) -> datetime:
        """The present moment."""
        return self._office.clock.now()

    def pages(self, number: int) -> list[Page]:
        """The photos known."""
        return self._albums.pages(number)

    def is_here(self, upload: Upload, page: Page) -> bool:
        """Whether a photo has been fetched, to this machine."""
        return self._uploads.page_path(upload, page.message).is_file()

    def fetching(self, upload: Upload, page: Page) -> FetchPhoto:
        """The photo of a page is wanted."""
        path = self._uploads.page_path(upload, page.message)
        return FetchPhoto(page.reference, path, partial(self._came, upload.id, page.message))

    def _came(self, number: int, message: int, fetched: bool) -> None:  # noqa: FBT001 - the surface says yes or no
        if not fetched:
            self._albums.failed(number, message)

    def status(self, upload: Upload, screen: Screen) -> Status:
        """The message that tells how it goes."""
        return Status(screen, partial(self._uploads.shown, upload.id), upload.message)

    def leave(self, number: int, keeper: str) -> None:
        """Lets others gather."""
        self._albums.leave(number, keeper)

    def put_together(self, upload: Upload, pages: Sequence[Page], keeper: str, texts: Texts) -> Step | None:
        """The reading of the document that the photos make; another look when one more has come meanwhile."""
        try:
            content = one_document([self._uploads.page_path(upload, page.message).read_bytes() for page in pages])
        except UnreadableFileError as error:
            (said,) = self._refuse(upload, str(error), texts)
            return self.status(upload, said.screen) if isinstance(said, Turn) else None
        keep(content, self._uploads.path(upload))
        if not self._albums.complete(upload, keeper, _named(upload, pages), self.now()):
            return Pause(_LOOK_AGAIN)
        complete = self._uploads.get(upload.id)
        return self._read(complete, texts, complete.message) if complete is not None else None


class _Gathering:
    """The steps of gathering one upload, as one worker takes them; what must not be lost stands in the store."""

    def __init__(self, photos: PhotoLoading, number: int, texts: Texts) -> None:
        self._photos = photos
        self._number = number
        self._texts = texts
        self._keeper = secrets.token_hex(8)
        self._said: tuple[object, datetime] | None = None
        self._wait = 0.0
        self._ended = False

    def step(self) -> Step | None:
        """What to do next. While another worker gathers, only to look again: it may be gone."""
        upload, mine = self._photos.keep(self._number, self._keeper)
        if upload is None or self._ended:
            return None
        if not mine:
            return Pause(_LOOK_AGAIN)
        pages = self._photos.pages(self._number)
        here = [page for page in pages if self._photos.is_here(upload, page)]
        wanted = [page for page in pages if page not in here and page.failures < len(PAUSES)]
        quiet = self._until_quiet(upload, pages)
        if not wanted and quiet <= 0:
            return self._end(upload, pages, here)
        return (
            self._progress(upload, len(here), len(pages))
            or self._next_fetch(upload, wanted)
            or Pause(min(quiet, _BETWEEN_EDITS))
        )

    def _progress(self, upload: Upload, here: int, known: int) -> Status | None:
        now = self._photos.now()
        if self._said is not None:
            said, at = self._said
            if said == (here, known) or (now - at).total_seconds() < _BETWEEN_EDITS:
                return None
        self._said = ((here, known), now)
        key = "load.photo_coming" if known == 1 else "load.photos_coming"
        return self._photos.status(upload, notice(self._texts(key, here=here, known=known)))

    def _next_fetch(self, upload: Upload, wanted: Sequence[Page]) -> FetchPhoto | Pause | None:
        page = min(wanted, key=lambda page: (page.failures, page.message), default=None)
        if page is None:
            return None
        if page.failures and not self._wait:
            self._wait = PAUSES[page.failures]
            return Pause(self._wait)
        self._wait = 0.0
        return self._photos.fetching(upload, page)

    def _until_quiet(self, upload: Upload, pages: Sequence[Page]) -> float:
        """Seconds for which another photo of the group is waited for; a photo sent by itself is alone."""
        if not upload.staged.endswith(_OF_GROUP):
            return 0.0
        last = max(page.arrived_at for page in pages)
        return (last + QUIET - self._photos.now()).total_seconds()

    def _end(self, upload: Upload, pages: Sequence[Page], here: Sequence[Page]) -> Step | None:
        missing = [number for number, page in enumerate(pages, 1) if page not in here]
        if not missing:
            return self._photos.put_together(upload, pages, self._keeper, self._texts)
        self._ended = True
        self._photos.leave(self._number, self._keeper)
        return self._photos.status(upload, _lost_screen(upload, missing, len(pages), self._texts))


def _lost_screen(upload: Upload, missing: Sequence[int], known: int, texts: Texts) -> Screen:
    numbers = ", ".join(map(str, missing))
    key = "load.photo_lost" if known == 1 else "load.photos_lost"
    row = (
        Button(texts("load.photos_again"), encode("ug", upload.id)),
        Button(texts("load.cancel"), encode("uz", upload.id)),
    )
    return notice(texts(key, numbers=numbers, known=known), buttons=(row,))


def _named(upload: Upload, pages: Sequence[Page]) -> str:
    """The upload's own name, or what the sender wrote below the photos."""
    written = next((page.caption.strip() for page in pages if page.caption.strip()), "")
    if not written:
        return upload.name
    line = shorten(written.splitlines()[0], _NAME).replace("/", "-").replace("\\", "-")
    return safe_name(line + PurePath(upload.staged).suffix)
