"""A desk where clerks load files: words instead of a model, directives of an invented province, and ways to send them."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.composition import Composition
from bot.desk.loading_files import keep
from bot.desk.replies import Fetch, FetchPhoto, Gather, Pause, Reply, Say, Status, Tell, Toast, Turn, Working
from bot.desk.visit import OfferedFile
from bot.office.people import Newcomer
from bot.settings import Settings
from tests.e2e.fake_service import FakeService
from tests.integration.front_desk import AN, OWNER, FrontDesk, HandClock
from tests.stores import store_url

if TYPE_CHECKING:
    from pathlib import Path

    from bot.screens import Screen

CLERK, SECOND_CLERK = 20, 21

PLAN = """ỦY BAN NHÂN DÂN
TỈNH HÒA SƠN
-------
Số: {number}
{stamp}
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
---------------
Hòa Sơn, ngày 05 tháng 3 năm 2025

KẾ HOẠCH
Số hóa hồ sơ lưu trữ tỉnh Hòa Sơn năm 2025

Ủy ban nhân dân tỉnh Hòa Sơn ban hành kế hoạch số hóa hồ sơ lưu trữ năm 2025 với những nội dung chủ yếu dưới đây:

I. MỤC TIÊU
1. Đến hết năm 2025, tỷ lệ hồ sơ được số hóa đạt tối thiểu 65%.

II. NHIỆM VỤ
1. Sở Nội vụ chủ trì, phối hợp với Sở Tài chính rà soát hồ sơ lưu trữ lịch sử, hoàn thành trước ngày 30/6/2025.
2. Sở Y tế xây dựng phương án số hóa bệnh án, trình Ủy ban nhân dân tỉnh trước ngày 15/9/2025.
{more}
Nơi nhận:
- Như trên;
- Lưu: VT.

TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH


Lò Văn Bình
"""


def plan(number: str = "12/KH-UBND", stamp: str = "", more: str = "") -> bytes:
    """The bytes of a plan with a target and two tasks; `more` are further items."""
    return PLAN.format(number=number, stamp=stamp, more=more).encode()


class ClerkDesk(FrontDesk):
    """The front desk with an admitted clerk; opened again on the same home it is the bot after a restart."""

    def __init__(self, home: Path, *, first: bool = True, url: str | None = None) -> None:
        self.home = home
        self.clock = HandClock()
        self.service = FakeService()
        url = url or store_url(home)
        settings = Settings(_env_file=None, home=home, database_url=url, admins=frozenset({OWNER}), embedding="hash")
        self.app = Composition(settings, clock=self.clock, service=self.service)
        self.desk = self.app.desk()
        self.office = self.app.office
        self.store = self.app.store
        self.texts = self.desk.texts
        self.told: list[Tell] = []
        self.photos: dict[str, bytes] = {}
        self.fetched: list[str] = []
        self._numbers = itertools.count(10, 10)
        if first:
            self.admit(AN, "officer")
            self.admit(CLERK, "clerk")

    def offer(
        self, content: bytes, name: str = "ke-hoach.txt", person: int = CLERK, *, size: int | None = None, **how
    ) -> tuple[Reply, ...]:
        """A file is sent; fetched when the desk wants it, and carried through."""
        offered = OfferedFile(
            Newcomer(person, f"Người {person}"), self.place(person), name, len(content) if size is None else size, **how
        )
        return self.through(self.desk.offered(offered), content)

    def photo(self, content: bytes | None, album: str | None = None, person: int = CLERK, **how) -> tuple[Reply, ...]:
        """A photo is sent (None: one that Telegram will not give), and what the desk wants done about it."""
        message = how.pop("message", None) or next(self._numbers)
        if content is not None:
            self.photos[f"photo {message}"] = content
        how = {"width": 960, "height": 1280} | how
        offered = OfferedFile(
            Newcomer(person, f"Người {person}"), self.place(person), "", photo=True, album=album, message=message,
            reference=f"photo {message}", **how,
        )  # fmt: skip
        return self.desk.offered(offered)

    def gathered(self, gather: Gather) -> tuple[Reply, ...]:
        """What is left when the photos have been gathered; pauses move the clock."""
        done: list[Reply] = []
        while (step := gather.step()) is not None:
            match step:
                case Status(screen, shown):
                    shown(500)
                    done.append(Turn(screen))
                case FetchPhoto(reference, path, came):
                    self.fetched.append(reference)
                    if reference in self.photos:
                        keep(self.photos[reference], path)
                    came(reference in self.photos)
                case Pause(seconds):
                    self.clock.moment += timedelta(seconds=seconds)
                case Working():
                    done += self.through([step])
        return tuple(done)

    def through(self, replies, content: bytes | None = None) -> tuple[Reply, ...]:
        """What is left when everything slow has been done; what other chats are told goes to `told`."""
        done: list[Reply] = []
        for reply in replies:
            match reply:
                case Fetch(path, working, lost):
                    if content is None:
                        done += self.through(lost())
                    else:
                        path.write_bytes(content)
                        done += self.through([working])
                case Working():
                    if reply.shown:
                        reply.shown(500)
                    done += self.through(reply.work())
                case Gather():
                    done += self.gathered(reply)
                case Tell():
                    if reply.once is None or reply.once():
                        self.told.append(reply)
                case _:
                    done.append(reply)
        return tuple(done)

    def pressed(self, screen: Screen, label: str, person: int = CLERK) -> tuple[Reply, ...]:
        """A pressed button, carried through."""
        return self.through(self.press_label(screen, label, person))

    def typed(self, text: str, person: int = CLERK) -> tuple[Reply, ...]:
        """A message, carried through."""
        return self.through(self.say(text, person))

    def restarted(self) -> ClerkDesk:
        """The same home after the process was killed."""
        self.store.engine.dispose()
        again = ClerkDesk(self.home, first=False)
        again.clock.moment = self.clock.moment
        again.photos = self.photos
        return again

    def resumed(self) -> tuple[Reply, ...]:
        """What a start takes up again, carried through."""
        return tuple(r for _, replies in self.desk.resume() for r in self.through(replies))

    def staged(self) -> list[str]:
        """Files in the folder of uploads."""
        folder = self.home / "uploads"
        return sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []

    def acts(self) -> list[str]:
        """The record of acts, oldest first."""
        return [entry.action for entry in self.office.audit.entries(100)][::-1]


def screen_of(replies) -> Screen:
    """The last screen among replies."""
    return next(r.screen for r in reversed(replies) if isinstance(r, Say | Turn))


def toast_of(replies) -> str:
    """What the toast says."""
    return next(r.text for r in replies if isinstance(r, Toast))
