"""A front desk whose store holds the sample directives, read once, with people of two of their units."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.desk.replies import Attach, Say, Turn
from bot.desk.seen import directive_token
from corpus.ingest import ingest
from corpus.records import Clause, Directive, Metadata, Source
from corpus.store import Store
from tests.integration.directive_files import FakeIndex
from tests.integration.front_desk import OWNER, FrontDesk
from tests.stores import copied_home, store_url

if TYPE_CHECKING:
    from bot.desk.replies import Reply
    from bot.screens import Screen

SAMPLES = Path(__file__).resolve().parents[2] / "corpus" / "samples"
HEALTH, FINANCE = "Sở Y tế", "Sở Tài chính"
BINH, CHI, CLERK = 20, 21, 22


def read_samples(home: Path) -> Path:
    """A home whose store holds the sample directives."""
    home.mkdir(parents=True, exist_ok=True)
    with Store.open(store_url(home)) as store:
        ingest([SAMPLES], store, FakeIndex())
    return home


class ListDesk(FrontDesk):
    """Bình is of the health department, Chi of the finance department; the clerk has no unit. It is 12 March 2026."""

    def __init__(self, home: Path, samples: Path) -> None:
        super().__init__(copied_home(samples, home))
        self.clock.moment = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)
        self.index = FakeIndex()
        self.app.__dict__["index"] = self.index
        (self.health,) = self.admit(BINH, "officer", HEALTH)
        (self.finance,) = self.admit(CHI, "officer", FINANCE)
        self.admit(CLERK, "clerk")

    def bind(self, chat: int, unit: int, topic: int = 0) -> None:
        """Gives a group to a unit."""
        self.office.groups.bind(self.place(OWNER, chat, topic), "Nhóm", unit, OWNER, self.clock.now())

    def put(self, directive: Directive, name: str = "/hoa-son/x.txt", digest: str = "1" * 64) -> str:
        """Stores a directive made by hand; its key."""
        from corpus.store_writing import IncomingFile

        return self.office.store.put(IncomingFile(name, digest, "test"), [directive]).keys[0]


def first(replies: tuple[Reply, ...]) -> Screen:
    return next(r.screen for r in replies if isinstance(r, Say | Turn))


def attached(replies: tuple[Reply, ...]) -> Attach:
    return next(r for r in replies if isinstance(r, Attach))


def small(number: str = "5/KH-UBND", **parts) -> Directive:
    clause = Clause("I.1", "1", "Việc", "Việc phải làm", None, "item", ("Việc phải làm",))
    meta = Metadata(number=number, kind="Kế hoạch", title="việc nhỏ", **parts.pop("metadata", {}))
    return Directive(Source(number), meta, (clause,), **parts)


def token_of(desk: ListDesk, number: str) -> str:
    return directive_token(next(d.key for d in desk.office.store.directives() if d.number == number))
