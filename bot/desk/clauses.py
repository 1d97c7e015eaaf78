"""Clauses opened from a button: the whole text in pages, with the neighbours and the clause above.

Areas: `c:<token>` opens a clause in a message of its own, `ct:<token>:<page>` turns that message to a clause's page;
the token is `corpus.identity.clause_token`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.citation_words import for_reading, row_for_reading
from bot.desk.replies import Reply, Say, Toast, Turn
from bot.desk.routing import Press, Routes
from bot.rendering import clause_screen
from bot.screens import Button, Screen, page_targets, paging
from index.answers import Citation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk.visit import Pressed, Visit
    from bot.office.office import Office
    from corpus.store_records import StoredClause

PAGE_LIMIT = 3000  # with its source well within one message


class ClausesFeature:
    """The words of the directives themselves."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def routes(self) -> Routes:
        """Buttons only."""
        return Routes(presses=(Press("c", self._open), Press("ct", self._turn)))

    def _open(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        screen = self._screen(visit, arguments[0], 0)
        if screen is None:
            return (Toast(visit.texts("clause.gone"), alert=True),)
        return (Say(screen, quoting=True),)

    def _turn(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        screen = self._screen(visit, arguments[0], int(arguments[1]))
        if screen is None:
            return (Toast(visit.texts("clause.gone"), alert=True),)
        return (Turn(screen),)

    def _screen(self, visit: Visit, token: str, page: int) -> Screen | None:
        """A page of a clause and what stands under it; None when it is gone or not to be seen."""
        store = self._office.store
        clause = store.clause_by_token(token)
        visible = self._office.visible(visit)
        if clause is None or (visible is not None and clause.directive not in visible):
            return None
        directive = store.directive(clause.directive)
        clauses = store.clauses(clause.directive)
        below = [c for c in clauses if c.path.startswith(f"{clause.path}.")]
        parts = _pages((clause, *below))
        page = min(max(page, 0), len(parts) - 1)
        citation = Citation(
            directive=clause.directive,
            number=directive.number if directive else None,
            title=directive.title if directive else None,
            path=clause.path,
            quote=parts[page],
            page=clause.page,
        )
        turning = paging(
            visit.texts, page, len(parts), [encode("ct", token, to) for to in page_targets(page, len(parts))]
        )
        around = _around(clause, clauses)
        row = tuple(Button(visit.texts(f"clause.{key}"), encode("ct", near.token, 0)) for key, near in around)
        shown = clause_screen(citation, visit.texts)
        return Screen(shown.blocks, tuple(r for r in (turning, row) if r))


def _around(clause: StoredClause, clauses: Sequence[StoredClause]) -> list[tuple[str, StoredClause]]:
    """The clause before, the one above, and the one after, under their text keys."""
    siblings = [c for c in clauses if c.parent == clause.parent]
    at = next(n for n, c in enumerate(siblings) if c.token == clause.token)
    above = next((c for c in clauses if c.path == clause.parent), None)
    found = [("before", siblings[at - 1])] if at else []
    found += [("above", above)] if above else []
    return found + ([("after", siblings[at + 1])] if at + 1 < len(siblings) else [])


def _pages(clauses: Sequence[StoredClause]) -> list[str]:
    """The clauses one below the other, in pages; one that is long by itself runs over several."""
    pages: list[list[str]] = [[]]
    for clause in clauses:
        for part in _cut(row_for_reading(clause.cells) if clause.cells else for_reading(clause.text)):
            if pages[-1] and sum(map(len, pages[-1])) + len(part) > PAGE_LIMIT:
                pages.append([])
            pages[-1].append(part)
    return ["\n".join(page) for page in pages]


def _cut(text: str) -> list[str]:
    """The text in stretches of at most PAGE_LIMIT characters, ended at a space."""
    parts = []
    while len(text) > PAGE_LIMIT:
        end = text.rfind(" ", PAGE_LIMIT // 2, PAGE_LIMIT)
        end = end if end > 0 else PAGE_LIMIT
        parts.append(text[:end])
        text = text[end:].lstrip()
    return [*parts, text]
