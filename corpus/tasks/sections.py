"""What a clause inherits from the headings above it: its section's kind, the bodies it addresses, a common date."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from corpus.phrases import levelled
from corpus.tasks.timing import When
from corpus.tasks.words import words

SectionKind = Literal["front", "implementation", "results", "goals", "duties", "other"]

_NEAR = 48
_LONGEST_HEADING = 30


@dataclass(frozen=True, slots=True)
class Context:
    """Inherited from above: `lead` and `coop` of a heading that names them, `when` of one that only gives a time.

    `addressed` when the lead are those to whom the whole directive goes, not named by a heading.
    """

    section: SectionKind = "other"
    lead: tuple[str, ...] = ()
    addressed: bool = False
    coop: tuple[str, ...] = ()
    when: When = field(default_factory=When)


def section_of(heading: str) -> SectionKind | None:
    """The kind of section that a heading's first words open; None when they do not say.

    "Mục tiêu, nhiệm vụ và giải pháp" holds both: then the duties count, and its own subheadings tell more. A heading
    as long as a sentence says nothing.
    """
    if len(heading.split()) > _LONGEST_HEADING:
        return None
    low = levelled(heading)[:_NEAR]
    first = {k: min((f.start for f in t.find_levelled(low)), default=-1) for k, t in words().sections.items()}
    if first["implementation"] >= 0:
        return "implementation"
    if first["results"] >= 0 and (first["duties"] < 0 or first["results"] < first["duties"]):
        return "results"
    if first["goals"] >= 0 and first["duties"] < 0:
        return "goals"
    return "duties" if first["duties"] >= 0 else None
