"""/vanban: the directives that may be seen, and the page of one with its chain and what is in it.

Areas (`<token>` as in `bot.desk.seen`): `vb:<page>` a page of the list; `vp:<token>:<page>` one directive, from that
page of the list. What only clerks may do there is in `bot.desk.directive_keeping`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.callbacks import encode
from bot.desk.deadline_views import DeadlineView, dues_shown
from bot.desk.pages import Entry, Listing, facts, here, list_screen
from bot.desk.replies import Say, Toast, Turn
from bot.desk.routing import Command, Press, Routes
from bot.desk.row_texts import source_name
from bot.desk.seen import Seen, directive_token, is_keeper_here
from bot.desk.target_views import TargetView
from bot.desk.task_views import TaskView
from bot.directive_links import links
from bot.message_blocks import Span, paragraph, shorten
from bot.screens import Button, Screen, rows_of
from corpus.row_words import capitalised, day
from corpus.text import collapse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk.replies import Reply
    from bot.desk.visit import Incoming, Pressed, Visit
    from bot.message_blocks import Block
    from bot.office.office import Office
    from bot.texts import Texts
    from corpus.store_records import StoredDirective

CHAIN_SHOWN = 5
_TITLE_LIMIT, _NAME_LIMIT, _LABEL_LIMIT = 600, 160, 30


class DirectivesFeature:
    """The list of directives and the page of one."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def routes(self) -> Routes:
        """The command and the buttons."""
        return Routes(
            commands=(Command("vanban", self._all),),
            presses=(Press("vb", self._list), Press("vp", self._one)),
        )

    def _all(self, visit: Visit, _incoming: Incoming, _words: str) -> Sequence[Reply]:
        return (Say(self._page(visit, 0)),)

    def _list(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        return (Turn(self._page(visit, int(arguments[0]))),)

    def _page(self, visit: Visit, page: int) -> Screen:
        texts = visit.texts
        seen = Seen(self._office, visit)
        count = len(seen.keys)
        shown = here(count, page)
        number = shown.start // (shown.stop - shown.start)
        entries = [Entry(_spans(d), encode("vp", directive_token(d.key), number)) for d in seen.some_directives(shown)]
        listing = Listing(
            title=texts("directives.title", count=count),
            turn=lambda to: encode("vb", to),
            empty=texts("directives.none"),
        )
        return list_screen(listing, entries, page, count, texts)

    def _one(self, visit: Visit, _pressed: Pressed, arguments: tuple[str, ...]) -> Sequence[Reply]:
        token, page = arguments
        seen = Seen(self._office, visit)
        directive = seen.directive(token)
        if directive is None:
            return (Toast(visit.texts("list.gone"), alert=True),)
        return (Turn(directive_page(directive, int(page), visit, self._office, seen)),)


def directive_page(directive: StoredDirective, page: int, visit: Visit, office: Office, seen: Seen) -> Screen:
    """One directive: what it says of itself, its chain, and the way to its targets, tasks and deadlines."""
    texts = visit.texts
    keeper = is_keeper_here(visit)
    head = " ".join(part for part in (directive.kind, directive.number) if part) or source_name(
        directive, directive.key
    )
    audience = ", ".join(office.visibility.audience(directive.key)) or texts("directives.for_all")
    issued = (
        day(directive.issued_on)
        if directive.issued_on
        else "/".join(reversed((directive.issued_month or "").split("-")))
    )
    blocks: list[Block] = [
        paragraph(head, "bold"),
        paragraph(shorten(capitalised(collapse(directive.title or "")), _TITLE_LIMIT)),
        facts(
            (texts("directives.issued"), ", ".join(part for part in (directive.issuer, issued) if part)),
            (texts("directives.place"), directive.place or ""),
            (texts("directives.signer"), ", ".join(p for p in (directive.signer, directive.signer_role) if p)),
            (texts("directives.audience"), audience if keeper else ""),
        ),
    ]
    chain, linked = _chain(directive, seen, texts)
    if chain:
        blocks.append(facts(*chain))
    counts = _counts(directive, visit, office, seen)
    blocks.append(paragraph(texts("directives.counts", **counts), "italic"))
    return Screen(tuple(blocks), _buttons(directive, page, counts, linked, texts, keeper=keeper))


def _counts(directive: StoredDirective, visit: Visit, office: Office, seen: Seen) -> dict[str, int]:
    ahead = DeadlineView("u", "a", directive_token(directive.key))
    return {
        "targets": len(seen.targets_in(directive.key)),
        "tasks": len(seen.tasks_in(directive.key)),
        "deadlines": len(dues_shown(ahead, visit, office, seen)),
    }


def _chain(
    directive: StoredDirective, seen: Seen, texts: Texts
) -> tuple[list[tuple[str, str]], dict[str, StoredDirective]]:
    """Lines on what it implements and replaces and by what it is, and the stored directives among those, by key.

    Only directives that may be seen count as stored: one that is kept from the visitor is no more than a name.
    """
    everything = list(seen.directives.values())
    named: dict[str, list[str]] = {}
    linked: dict[str, StoredDirective] = {}
    for link in links(directive, everything):
        if link.relation == "cites" and link.key is None:
            continue  # what it merely mentions, and nobody could open
        cited = link.cited
        name = cited.number or cited.title or cited.kind
        if name:
            named.setdefault(link.relation, []).append(shorten(collapse(name), _NAME_LIMIT))
        if link.key:
            linked[link.key] = seen.directives[link.key]
    for other in everything:
        relations = {n.relation for n in links(other, everything) if n.key == directive.key}
        for relation, back in (("implements", "implemented_by"), ("replaces", "replaced_by")):
            if relation in relations:
                named.setdefault(back, []).append(source_name(other, other.key))
                linked[other.key] = other
    order = ("implements", "replaces", "implemented_by", "replaced_by", "cites")
    lines = [(texts(f"directives.chain.{r}"), _some(named[r], texts)) for r in order if r in named]
    return lines, linked


def _some(names: Sequence[str], texts: Texts) -> str:
    unique = list(dict.fromkeys(names))
    rest = len(unique) - CHAIN_SHOWN
    line = "; ".join(unique[:CHAIN_SHOWN])
    return f"{line} {texts('directives.chain.more', count=rest)}" if rest > 0 else line


def _buttons(
    directive: StoredDirective,
    page: int,
    counts: dict[str, int],
    linked: dict[str, StoredDirective],
    texts: Texts,
    *,
    keeper: bool,
) -> tuple[tuple[Button, ...], ...]:
    token = directive_token(directive.key)
    into = {
        "targets": encode("kl", TargetView(directive=token), 0),
        "tasks": encode("tl", TaskView(f"d{token}"), 0),
        "deadlines": encode("hn", DeadlineView("u", "a", token), 0),
    }
    parts = [
        Button(texts(f"directives.{kind}", count=counts[kind]), data) for kind, data in into.items() if counts[kind]
    ]
    chain = [
        Button(f"📄 {shorten(source_name(d, d.key), _LABEL_LIMIT)}", encode("vp", directive_token(d.key), page))
        for d in list(linked.values())[: CHAIN_SHOWN + 1]
    ]
    keeping = (
        Button(texts("directives.set_audience"), encode("va", token, page, 0)),
        Button(texts("directives.withdraw"), encode("vw", token, page)),
    )
    back = (Button(texts("directives.to_list"), encode("vb", page)),)
    return (*rows_of(parts, 2), *rows_of(chain, 2), *((keeping,) if keeper else ()), back)


def _spans(directive: StoredDirective) -> tuple[Span, ...]:
    name = " ".join(part for part in (directive.kind, directive.number) if part)
    title = shorten(capitalised(collapse(directive.title or "")), _NAME_LIMIT)
    issued = day(directive.issued_on) if directive.issued_on else ""
    below = " · ".join(part for part in (shorten(directive.issuer or "", 80), issued) if part)
    spans = (Span(f"{name}\n", "bold"), Span(f"{title}\n"), Span(below, "italic"))
    return tuple(span for span in spans if span.text.strip())
