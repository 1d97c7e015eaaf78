"""How directives hang together: which stored one implements, replaces or cites which. Knows records, no SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.identity import number_key
from corpus.places import same_place

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.texts import Texts
    from corpus.records import CitedDirective, Relation
    from corpus.store_records import StoredDirective


@dataclass(frozen=True, slots=True)
class Link:
    """One directive naming another; `key` is the other's when it is stored, else None."""

    relation: Relation
    cited: CitedDirective
    key: str | None


def links(directive: StoredDirective, directives: Sequence[StoredDirective]) -> list[Link]:
    """What a directive names, `implements` first, each resolved to a stored directive where there is just one."""
    order = {"implements": 0, "replaces": 1, "cites": 2}
    found = [Link(cited.relation, cited, _resolve(cited, directive, directives)) for cited in directive.cites]
    return sorted(found, key=lambda link: order[link.relation])


def chain_lines(directives: Sequence[StoredDirective], shown: Collection[str], texts: Texts) -> list[str]:
    """A line for each directive shown, and under it what it implements and replaces, and the stored ones it cites."""
    lines: list[str] = []
    for directive in directives:
        kept = [n for n in links(directive, directives) if n.relation != "cites" or n.key]
        if directive.key not in shown or not kept:
            continue
        lines.append(directive.number or directive.key)
        for link in kept:
            name = link.cited.number or link.cited.title or link.cited.kind or "?"
            stored = link.key or texts("chain.not_stored")
            lines.append(f"  {texts(f'chain.{link.relation}')} {name}  [{stored}]")
    return lines


def _resolve(cited: CitedDirective, by: StoredDirective, directives: Sequence[StoredDirective]) -> str | None:
    """The stored directive meant: same number, same date where both are known, then the citing one's own place."""
    wanted = number_key(cited.number)
    if wanted is None:
        return None
    found = [d for d in directives if d.key != by.key and number_key(d.number) == wanted]
    if cited.issued_on:
        found = [d for d in found if d.issued_on in {None, cited.issued_on}]
    if len(found) > 1 and by.place:
        found = [d for d in found if d.place and same_place(by.place, d.place)] or found
    return found[0].key if len(found) == 1 else None
