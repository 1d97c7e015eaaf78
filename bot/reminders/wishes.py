"""How a recipient wants to be reminded: offsets, hour, quiet hours, digest. Plain values with defaults."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal, get_args

from sqlalchemy import delete, insert, select

from bot.reminders.tables import reminder_setting
from corpus.database import take_turn

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Select

    from bot.office.records import Place
    from corpus.database import Database

Digest = Literal["weekly", "daily", "off"]
DIGESTS: tuple[Digest, ...] = get_args(Digest)
OFFSETS = (30, 14, 7, 3, 1, 0, -1, -7)
"""Days before a deadline on which to remind; negative: days after it has passed."""
HOURS = ("06:30", "07:30", "08:30", "13:30", "16:30")


@dataclass(frozen=True, slots=True)
class Wishes:
    """A recipient's choices. Quiet hours may run over midnight; equal ends mean none."""

    offsets: tuple[int, ...] = OFFSETS
    hour: str = "07:30"
    quiet_from: str = "21:00"
    quiet_to: str = "06:00"
    digest: Digest = "weekly"
    reminders: bool = True

    @property
    def at(self) -> time:
        """The time of day at which messages go out."""
        return time.fromisoformat(self.hour)

    def is_quiet(self, now: time) -> bool:
        """True while nothing may be sent."""
        begin, end = time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_to)
        if begin == end:
            return False
        return begin <= now < end if begin < end else now >= begin or now < end


DEFAULT = Wishes()


def quiet_end(local: datetime, wishes: Wishes) -> datetime:
    """When the quiet hours end that hold at `local`, in its own time zone."""
    end = datetime.combine(local.date(), time.fromisoformat(wishes.quiet_to), local.tzinfo)
    return end if end > local else end + timedelta(days=1)


class WishBook:
    """The wishes of all recipients."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[tuple[int, int], Wishes]:
        """The wishes of those who have chosen anything, by chat and topic."""
        return self._read(select(reminder_setting))

    def in_chats(self, chats: Collection[int]) -> dict[tuple[int, int], Wishes]:
        """As `all`, of these chats only."""
        return self._read(select(reminder_setting).where(reminder_setting.c.chat_id.in_(chats)))

    def _read(self, query: Select[Any]) -> dict[tuple[int, int], Wishes]:
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return {(row.chat_id, row.topic): _wishes(row.wishes) for row in rows}

    def of(self, place: Place) -> Wishes:
        """A recipient's wishes."""
        here = (reminder_setting.c.chat_id == place.chat) & (reminder_setting.c.topic == place.topic)
        with self._database.reading() as connection:
            row = connection.execute(select(reminder_setting.c.wishes).where(here)).one_or_none()
        return _wishes(row.wishes) if row else DEFAULT

    def change(self, place: Place, **changes: Any) -> Wishes:
        """Other wishes than before; what is not named stays."""
        changed = replace(self.of(place), **changes)
        here = (reminder_setting.c.chat_id == place.chat) & (reminder_setting.c.topic == place.topic)
        with self._database.writing() as connection:
            take_turn(connection, "wishes", place.chat, place.topic)
            connection.execute(delete(reminder_setting).where(here))
            row = {"chat_id": place.chat, "topic": place.topic, "wishes": asdict(changed)}
            connection.execute(insert(reminder_setting).values(**row))
        return changed


def _wishes(row: dict[str, Any]) -> Wishes:
    known = {key: value for key, value in row.items() if key in Wishes.__dataclass_fields__}
    return Wishes(**(known | {"offsets": tuple(known.get("offsets", OFFSETS))}))
