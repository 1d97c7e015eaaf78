"""What a clause inherits from the headings above it: the kind of its section, the bodies it addresses, a common date."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from corpus.phrases import levelled
from corpus.tasks.timing import When
from corpus.tasks.words import words

SectionKind = Literal["front", "implementation", "results", "goals", "duties", "other"]


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

    def under(self, heading: str, kind: SectionKind | None) -> Context:
        """The context below a heading."""
        return replace(self, section=kind or section_of(heading) or self.section)


_NEAR = 48


def section_of(heading: str) -> SectionKind | None:
    """The kind of section that a heading opens; None when its words do not say.

    "Mục tiêu, nhiệm vụ và giải pháp" holds both: then the duties count, and its own subheadings tell more.
    """
    low = levelled(heading)
    kinds = words().sections
    first: dict[str, int] = {}
    for kind, table in kinds.items():
        first[kind] = min((f.start for f in table.find_levelled(low[:_NEAR])), default=-1)
    if first["implementation"] >= 0:
        return "implementation"
    if first["results"] >= 0 and (first["duties"] < 0 or first["results"] < first["duties"]):
        return "results"
    if first["goals"] >= 0 and first["duties"] < 0:
        return "goals"
    return "duties" if first["duties"] >= 0 else None


def is_short_heading(text: str) -> bool:
    """A heading long enough to be a sentence says nothing of its section's kind."""
    return len(text.split()) <= 30
