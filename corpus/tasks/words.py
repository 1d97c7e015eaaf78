"""The dictionary of duties (corpus/data/verbs.yaml, tasks.yaml) as phrase tables; the grammar is elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from corpus.phrases import PhraseTable, levelled
from corpus.units import general_words, plural_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from corpus.records import Recurrence

_DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True, slots=True)
class Words:
    """Phrase tables by what the phrases do in a sentence (each entry is explained in the data files)."""

    duty: PhraseTable[str]
    duty_at_start: PhraseTable[str]
    founded: PhraseTable[str]
    offices: PhraseTable[str]
    long_named: PhraseTable[str]
    order: PhraseTable[str]
    founding: PhraseTable[str]
    before_verb: PhraseTable[str]
    openers: PhraseTable[str]
    statement: PhraseTable[str]
    bounds: PhraseTable[str]
    actor_nouns: PhraseTable[str]
    named_by_verb: PhraseTable[str]
    named_nouns: tuple[str, ...]
    compounds: PhraseTable[str]
    loose_ends: PhraseTable[str]
    papers: PhraseTable[str]
    makes: PhraseTable[str]
    receivers: PhraseTable[str]
    sends: PhraseTable[str]
    own_office: re.Pattern[str]
    called_upon: PhraseTable[str]
    meeting: re.Pattern[str]
    labels: PhraseTable[str]
    together: tuple[str, ...]
    scopes: frozenset[str]
    scope_labels: PhraseTable[str]
    sections: Mapping[str, PhraseTable[str]]
    columns: Mapping[str, PhraseTable[str]]
    weak_columns: Mapping[str, PhraseTable[str]]
    plural: re.Pattern[str]
    report: re.Pattern[str]
    report_to_after: re.Pattern[str]
    report_adverbs: PhraseTable[str]
    via: re.Pattern[str]
    cycle: re.Pattern[str]
    eventual: re.Pattern[str]
    stage: re.Pattern[str]
    cycles: Mapping[str, Recurrence]


@cache
def words() -> Words:
    """The tables, loaded once."""
    verbs: dict[str, Any] = yaml.safe_load((_DATA / "verbs.yaml").read_text(encoding="utf-8"))
    tasks: dict[str, Any] = yaml.safe_load((_DATA / "tasks.yaml").read_text(encoding="utf-8"))
    cycles: dict[str, Recurrence] = {length: kind for kind, lengths in tasks["cycles"].items() for length in lengths}
    return Words(
        duty=_table(verbs["duty"]),
        duty_at_start=_table(verbs["duty_at_start"]),
        founded=_table(verbs["founded"]),
        offices=_table(verbs["offices"]),
        long_named=_table(verbs["long_named"]),
        order=_table(verbs["order"]),
        founding=_table(verbs["founding"]),
        before_verb=_table(verbs["before_verb"]),
        openers=_table(verbs["openers"]),
        statement=_table(verbs["statement"]),
        bounds=_table(verbs["bounds"]),
        actor_nouns=_table([*verbs["actor_nouns"], *general_words()]),
        named_by_verb=_table(verbs["named_by_verb"]),
        named_nouns=tuple(verbs["named_nouns"]),
        compounds=_table(verbs["compounds"]),
        loose_ends=_table(verbs["loose_ends"]),
        papers=_table(verbs["papers"]),
        makes=_table(verbs["makes"]),
        receivers=_table(tasks["receivers"]),
        sends=_table(tasks["sends"]),
        own_office=re.compile(rf"(?:{_any(tasks['own_offices'])})(?!\w|\s+[A-ZÀ-ỸĐ])"),
        called_upon=_table(tasks["called_upon"]),
        meeting=re.compile(rf"(?<!\w)(?:{_any(tasks['meeting'])})\s+giữa\s+(?=\w)", re.IGNORECASE),
        labels=PhraseTable({label: role for role, labels in tasks["labels"].items() for label in labels}),
        scopes=frozenset(verbs["scopes"]),
        scope_labels=_table(tasks["scope_labels"]),
        together=tuple(sorted(verbs["together"], key=len, reverse=True)),
        sections={kind: _table(listed) for kind, listed in tasks["sections"].items()},
        columns={role: _table(listed) for role, listed in tasks["columns"].items()},
        weak_columns={role: _table(listed) for role, listed in tasks["weak_columns"].items()},
        plural=re.compile(rf"(?:{_any(plural_words())})\s+", re.IGNORECASE),
        report=re.compile(rf"(?<!\w)(?:{_any(tasks['report_verbs'])})(?!\w)", re.IGNORECASE),
        report_to_after=re.compile(rf"(?<!\w)(?:{_any(tasks['report_to_after'])})\s+$", re.IGNORECASE),
        report_adverbs=_table(tasks["report_adverbs"]),
        cycle=re.compile(
            rf"(?<!\w)(?:(?:{_any(tasks['cycle_openers'])})\s+|(?<=[,(])\s*)(?P<length>{_any(cycles)})(?!\w)",
            re.IGNORECASE,
        ),
        cycles=cycles,
        eventual=re.compile(rf"(?<!\w)(?:{_any(tasks['eventual'])})\s[^;:.]*", re.IGNORECASE),
        stage=re.compile(
            rf"(?<!\w)(?:{_any(tasks['stages'])})\s+(?:\d|[IVX]+\b|một|hai|ba|bốn|đầu|cuối|thứ)[^,;.]{{0,40}}$",
            re.IGNORECASE,
        ),
        via=re.compile(rf"(?<!\w)(?:{_any(tasks['via'])})\s+(?=\w)", re.IGNORECASE),
    )


def _table(phrases: Iterable[str]) -> PhraseTable[str]:
    return PhraseTable({phrase: levelled(phrase) for phrase in phrases})


def _any(phrases: Iterable[str]) -> str:
    return "|".join(re.escape(p).replace(r"\ ", r"\s+") for p in sorted(phrases, key=len, reverse=True))
