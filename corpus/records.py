"""The facts read out of a directive, as plain immutable records; nothing here knows files, SQL or search."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

ClauseKind = Literal["front", "heading", "item", "bullet", "paragraph", "row", "note", "end"]
Operator = Literal[">=", "<=", "~", "range", "top", "="]
Change = Literal["giảm", "tăng"]
Relation = Literal["implements", "replaces", "cites"]
Recurrence = Literal["yearly", "half-yearly", "quarterly", "monthly", "weekly", "ad-hoc", "yearly+ad-hoc", "ongoing"]


@dataclass(frozen=True, slots=True)
class Source:
    """Text of one file, or of one directive inside it, in NFC with its line breaks as published.

    `page_starts` holds the character offset at which each page begins, first page first; empty without pages.
    `warnings` are sentences for a person on how it was read. `scanned` says that the words were recognised from a picture;
    `doubtful` are then the (start, end) of those with digits of which the recognition was not sure.
    """

    text: str
    page_starts: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    scanned: bool = False
    doubtful: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """One node of a directive's outline.

    `path` joins the labels from the root with dots (e.g. `II.3.3.2.-1`, `I.p1`, `PL2.I.7`, `0.p1`, `end`).
    `text` is the clause's own words without its children's, runs of white space as single spaces, otherwise as
    published, label included. `segments` are the pieces of `text` that stand contiguously in the source: one, unless a
    page number, page header or footnote interrupts the clause; only a substring of a segment may be quoted.
    `heading` is the title of a heading, or the first words of anything else, without label and mark-up.
    `cells` holds (column title, cell text) pairs for a table row.
    """

    path: str
    label: str
    heading: str
    text: str
    parent: str | None
    kind: ClauseKind
    segments: tuple[str, ...]
    page: int | None = None
    cells: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CitedDirective:
    """Another document that a directive names; what the text does not say is None."""

    number: str | None
    kind: str | None
    issued_on: date | None
    issuer: str | None
    title: str | None
    relation: Relation = "cites"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a directive says of itself; what it does not say is None.

    `issued_month` is `YYYY-MM`, kept when the day is missing from the date line.
    """

    number: str | None = None
    kind: str | None = None
    issuer: str | None = None
    place: str | None = None
    issued_on: date | None = None
    issued_month: str | None = None
    title: str | None = None
    signer: str | None = None
    signer_role: str | None = None
    cites: tuple[CitedDirective, ...] = ()
    recipients: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """A goal the directive sets: one (indicator, value, deadline). Its `value` is None when the goal is completion.

    Fields as `chidao list targets` prints them.
    """

    path: str
    indicator: str
    quote: str
    op: Operator = "="
    value: float | None = None
    value_max: float | None = None
    unit: str | None = None
    change: Change | None = None
    due: date | None = None
    period: tuple[str, str] | None = None
    cadence: str | None = None
    baseline: str | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A duty with an actor or a time. `recurs_before` is `MM-DD` (yearly) or `DD` (monthly).

    Fields as `chidao list tasks` prints them.
    """

    path: str
    action: str
    quote: str
    lead: tuple[str, ...] = ()
    coop: tuple[str, ...] = ()
    due: date | None = None
    due_text: str | None = None
    recurrence: Recurrence | None = None
    recurs_before: str | None = None
    report_to: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    product: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A threshold with its consequence (not a goal)."""

    path: str
    condition: str
    consequence: str
    quote: str


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive as read: its metadata, outline in reading order, and structured rows."""

    source: Source
    metadata: Metadata
    clauses: tuple[Clause, ...]
    targets: tuple[Target, ...] = field(default=())
    tasks: tuple[Task, ...] = field(default=())
    rules: tuple[Rule, ...] = field(default=())
