"""What must be said to whom on which day, worked out from the rules alone: own calendar, own counting, no engine.

The rules, as people are told them:
- A one-off or yearly date is spoken of 30, 14, 7, 3, 1, 0 days before and 1, 7 after; twice a year and quarterly from 14
  days on; monthly 3, 1, 0 before and 1 after; the end of a period nobody dated 7 before, and 20 when it is longer than a
  month; the end of each year of a goal 30 before, its own day 30, 7 and 0 before. People may choose fewer offsets for
  stated dates.
- Before the date one counts from the last working day on or before it, and speaks on a working day on or before the
  day found; after it one speaks on the next working day.
- What recurs is done for an occurrence when it was done after the one before it and some days' grace: 7 when that was a
  month ago, 15 a quarter, else 30.
- It concerns members and groups of the units named (for goals: in its words, else the leads of its clause's tasks; of none
  when a task says the same for the same day) that are not done with it, and whoever asked; never anybody who may not see
  the directive, is paused, or muted it.
- A digest goes out on the first working day of the week, or on each, when it has anything to list: what is due in seven
  days from that day on, and stated dates passed in the last seven.
- What was put off comes again on its day, for the occurrence nearest then (from a week past on).
- After a stop, what was missed is said on the first day if it is still of use: reminders until the due date (or the day
  meant for them), those after it for 7 more days, a weekly digest for 4 more, a daily one not at all.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import holidays

from corpus.units import Match, find_units, unit_matches

DAY = timedelta(days=1)
LONG = (30, 14, 7, 3, 1, 0, -1, -7)
OFFSETS = {"one": LONG, "year": LONG, "half": LONG[1:], "quarter": LONG[1:], "month": (3, 1, 0, -1), "end": (20, 7), "month's end": (7,),
           "goal-year": (30,), "goal": (30, 7, 0)}  # fmt: skip
SAID = {"yearly": "year", "yearly+ad-hoc": "year", "half-yearly": "half", "quarterly": "quarter", "monthly": "month"}
ENDS = {"year": (12,), "half": (6, 12), "quarter": (3, 6, 9, 12), "month": range(1, 13)}
UNSTATED = ("end", "month's end", "goal-year")


@cache
def _vietnam(year: int):
    return holidays.country_holidays("VN", years=[year - 1, year, year + 1])


@cache
def worked(day: date) -> bool:
    return _vietnam(day.year).is_working_day(day)


@cache
def before(day: date) -> date:
    return day if worked(day) else before(day - DAY)


@cache
def after(day: date) -> date:
    return day if worked(day) else after(day + DAY)


@dataclass(frozen=True)
class Occasion:
    """One occurrence of a task or target: `kind` as in OFFSETS."""

    source: str
    directive: str
    names: tuple[str, ...]
    due: date
    kind: str
    rule: tuple[str | None, str] | None

    @property
    def stated(self) -> bool:
        return self.kind not in UNSTATED

    def spoken(self) -> dict[int, date]:
        base = before(self.due)
        return {n: before(base - n * DAY) if n >= 0 else after(self.due - n * DAY) for n in OFFSETS[self.kind]}

    def settled(self, done: date) -> bool:
        """Done after the occurrence before, and some days' grace; for good when there is but one."""
        if self.rule is None:
            return True
        earlier = self.due - DAY
        while not _falls(*self.rule, earlier):
            earlier -= DAY
        apart = (self.due - earlier).days
        return done > earlier + (7 if apart <= 31 else 15 if apart <= 92 else 30) * DAY


@dataclass
class World:
    """The office as the test has set it up; recipients are (chat, topic)."""

    units: list[str]
    members: dict[tuple[int, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    keepers: set[tuple[int, int]] = field(default_factory=set)
    reachable: set[tuple[int, int]] = field(default_factory=set)
    offsets: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)
    digest: dict[tuple[int, int], str] = field(default_factory=dict)
    paused: set[tuple[int, int]] = field(default_factory=set)
    audience: dict[str, set[str]] = field(default_factory=dict)
    watches: set[tuple[tuple[int, int], str]] = field(default_factory=set)
    muted: dict[tuple[tuple[int, int], str], date | None] = field(default_factory=dict)
    done: dict[tuple[str, str], date] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)


def occasions(store, first: date, last: date) -> list[Occasion]:
    """Every occurrence between two days of what the store holds."""
    issued = {d.key: d.issued_on for d in store.directives()}
    leads = defaultdict(list)
    found = []
    for task in store.tasks():
        leads[task.directive, task.path] += task.lead
        kind, names = SAID.get(task.recurrence or ""), (*task.lead, *task.coop)
        start, stop = issued[task.directive] or first, task.due or last
        days = set()
        day = first
        while kind and day <= last:
            if start <= day <= stop and _falls(task.recurs_before, kind, day):
                days.add(day)
            day += DAY
        if task.due:
            days.discard(task.due) if not task.recurs_before else None
        known = kind if task.recurs_before else "month's end" if kind == "month" else "end"
        found += [Occasion(task.id, task.directive, names, d, known, (task.recurs_before, kind)) for d in days]
        if task.due and first <= task.due <= last and task.due not in days:
            found.append(Occasion(task.id, task.directive, names, task.due, "one", None))
    for target in store.targets():
        named = [m.name for m in find_units(f"{target.quote}\n{target.scope or ''}")]
        twice = any(
            (t.directive, t.path, t.quote, t.due) == (target.directive, target.path, target.quote, target.due)
            for t in store.tasks()
        )
        names = () if twice else tuple(named or leads[target.directive, target.path])
        every_year = target.due is None and target.cadence is not None and _is_cadence(target.cadence)
        start = issued[target.directive] or first
        if target.due and first <= target.due <= last:
            found.append(Occasion(target.id, target.directive, names, target.due, "goal", None))
        for year in range(first.year, last.year + 1):
            end = date(year, 12, 31)
            if start <= end <= last and end >= first and (every_year or (target.due and year < target.due.year)):
                found.append(Occasion(target.id, target.directive, names, end, "goal-year", None))
    return found


def _falls(recurs_before: str | None, kind: str, day: date) -> bool:
    length = calendar.monthrange(day.year, day.month)[1]
    if recurs_before is None:
        return day.month in ENDS[kind] and day.day == length
    month, _, of_month = recurs_before.rpartition("-")
    return (not month or int(month) == day.month) and day.day == min(int(of_month), length)


def _is_cadence(words: str) -> bool:
    from corpus.deadlines import cadence_recurrence

    return cadence_recurrence(words) not in {None, "ongoing"}


class Oracle:
    """Says for each day what every recipient must be told."""

    def __init__(self, world: World, found: list[Occasion]) -> None:
        self.world = world
        self._of_source = defaultdict(list)
        self._spoken = defaultdict(list)
        self._listed = defaultdict(list)
        for one in found:
            self._of_source[one.source].append(one)
            for offset, day in one.spoken().items():
                self._spoken[day].append((one, offset))
            for n in range(-7 if one.stated and one.kind != "goal" else 0, 7):  # days from the digest to the due date
                self._listed[one.due - n * DAY].append(one)

    def told(self, day: date, *, now: date | None = None) -> dict[tuple[int, int], set[tuple[str, date, int | str]]]:
        """(source, due, offset) by recipient: what belongs to `day`, of use still on `now`."""
        now = now or day
        said = defaultdict(set)
        for one, offset in self._spoken[day]:
            end = max(one.due, day) if offset >= 0 else day + 7 * DAY
            for here in self._concerned(one) if end >= now else ():
                chosen = not one.stated or offset in self.world.offsets.get(here, LONG)
                if chosen and not self._silent(here, one, day):
                    said[here].add((one.source, one.due, offset))
        for (here, subject), until in self.world.muted.items():
            if until == day and subject in self._of_source and until + 7 * DAY >= now:
                one = self._nearest(subject, day)
                if one and here in self._concerned(one) and not self._silent(here, one, day):
                    said[here].add((subject, one.due, "put off"))
        for here in {here for one in self._listed[day] for here in self._concerned(one)}:
            choice = self.world.digest.get(here, "weekly")
            weekly = choice == "weekly" and after(day - day.weekday() * DAY) == day
            last = day + 4 * DAY if weekly else day
            if (weekly or choice == "daily") and worked(day) and last >= now and self.listed(here, day):
                said[here].add(("digest", day, 0))
        return said

    def listed(self, here: tuple[int, int], day: date) -> set[tuple[str, date]]:
        """What a digest of that day lists."""
        return {
            (one.source, one.due)
            for one in self._listed[day]
            if here in self._concerned(one) and not self._silent(here, one, day)
        }

    def _concerned(self, one: Occasion) -> set[tuple[int, int]]:
        world = self.world
        if one.directive in world.withdrawn:
            return set()
        named = {u for u in world.units if any(_means(u, name) for name in one.names)}
        open_units = {
            u for u in named if (one.source, u) not in world.done or not one.settled(world.done[one.source, u])
        }
        found = {here for here in world.members if world.members[here] & open_units}
        for here, source in world.watches:
            own = world.members.get(here, set()) & named
            if source == one.source and (not own or own & open_units):
                found.add(here)
        return {
            here
            for here in found
            if here in world.reachable
            and here not in world.paused
            and (
                here in world.keepers
                or one.directive not in world.audience
                or world.members.get(here, set()) & world.audience[one.directive]
            )
        }

    def _silent(self, here, one: Occasion, day: date) -> bool:
        for subject in (one.source, one.directive):
            if (here, subject) in self.world.muted:
                until = self.world.muted[here, subject]
                if until is None or day < until:
                    return True
        return False

    def _nearest(self, source: str, day: date) -> Occasion | None:
        from_then = [one for one in self._of_source[source] if one.due >= day - 7 * DAY]
        choice = from_then or [one for one in self._of_source[source] if one.due >= day - 60 * DAY]
        return min(choice, key=lambda one: (abs((one.due - day).days), one.due), default=None)


@cache
def _means(unit: str, name: str) -> bool:
    return unit_matches(unit, name) is not Match.NONE
