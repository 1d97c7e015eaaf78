"""How a file waiting to be loaded looks: its summary, the choice of fields and of units, what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.callbacks import encode
from bot.desk.choosing import back, chosen_from, page_of, unit_choices
from bot.desk.pages import facts
from bot.message_blocks import Block, Span, paragraph, shorten
from bot.screens import Button, Screen, notice, page_targets, paging, rows_of
from corpus.manifest import FIELDS, says_missing
from corpus.row_words import capitalised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.office.records import Unit
    from bot.office.uploads import Upload
    from bot.texts import Texts

SHOWN_WHOLE = 3
_TITLE = 300
_VALUE = 120
ACTION_LIMIT = 140
_DOUBT = 220
_DOUBTS = 4
_WHOLE = 600
_DOUBTS_IN_PAGE = 5
"""So many of that length are one message."""
_NAMES = 4


def summary_screen(upload: Upload, audience: Sequence[str], texts: Texts, *, said: str = "") -> Screen:
    """What was read of a file, and the buttons that decide; `said` stands above (what went wrong, say)."""
    directives: list[dict[str, Any]] = upload.summary["directives"]
    blocks = [paragraph(said, "bold")] if said else []
    pages = (Span(texts("load.photo_pages", count=upload.pages)),) if upload.pages else ()
    blocks.append(Block((Span("📄 "), Span(upload.name, "bold"), *pages)))
    if upload.summary["unchanged"]:
        blocks.append(paragraph(texts("load.unchanged"), "italic"))
    for number, directive in enumerate(directives[:SHOWN_WHOLE], 1):
        blocks += _directive(directive, number if len(directives) > 1 else None, texts)
    for directive in directives[SHOWN_WHOLE:]:
        blocks.append(paragraph(f"• {name_of(directive)}"))
    doubts = _doubts(upload)
    if doubts:
        lines = [f"⚠️ {shorten(doubt, _DOUBT)}" for doubt in doubts[:_DOUBTS]]
        lines += [texts("load.more_doubts", count=len(doubts) - _DOUBTS)] if len(doubts) > _DOUBTS else []
        blocks.append(paragraph("\n".join(lines)))
    blocks += [paragraph(line) for line in faint_line(upload, upload.summary.get("faint", ()), texts)]
    for_whom = ", ".join(audience) if audience else texts("load.for_all")
    blocks.append(facts((texts("load.audience"), for_whom)))
    blocks.append(paragraph(texts("load.ask"), "italic"))
    cut = len(doubts) > _DOUBTS or any(len(doubt) > _DOUBT for doubt in doubts)
    every = ((Button(texts("load.every_doubt", count=len(doubts)), encode("uw", upload.id, 0)),),) if cut else ()
    return Screen(tuple(blocks), (*_decisions(upload, texts), *every))


def doubts_screen(upload: Upload, page: int, texts: Texts) -> Screen:
    """Everything that is to be looked at in a file, whole, a page at a time."""
    doubts = _doubts(upload)
    page, pages, here = page_of(len(doubts), page, _DOUBTS_IN_PAGE)
    row = paging(texts, page, pages, [encode("uw", upload.id, to) for to in page_targets(page, pages)])
    said = [paragraph(texts("load.doubts", name=upload.name, count=len(doubts)), "bold")]
    said += [
        Block((Span(f"{number}. ", "bold"), Span(shorten(doubt, _WHOLE))))
        for number, doubt in enumerate(doubts[here], here.start + 1)
    ]
    return Screen(tuple(said), (*((row,) if row else ()), back(texts, "ub", upload.id)))


def _doubts(upload: Upload) -> list[str]:
    """What is to be looked at: the reader's warnings, and what loading it would do beside."""
    return [w for d in upload.summary["directives"] for w in _unsaid(d)] + list(upload.summary["remarks"])


def faint_line(upload: Upload, pages: Sequence[int], texts: Texts) -> tuple[str, ...]:
    """Advice when photos of pages are too small to be read well; none when there is no such page."""
    if not pages:
        return ()
    if upload.pages == 1:
        return (texts("load.photo_faint"),)
    return (texts("load.photos_faint", numbers=", ".join(map(str, pages))),)


def _decisions(upload: Upload, texts: Texts) -> tuple[tuple[Button, ...], ...]:
    rows: list[tuple[Button, ...]] = [
        (
            Button(texts("load.confirm"), encode("uc", upload.id)),
            Button(texts("load.edit"), encode("ue", upload.id)),
        ),
        (
            Button(texts("load.aim"), encode("ua", upload.id, 0)),
            Button(texts("load.cancel"), encode("ux", upload.id)),
        ),
    ]
    if upload.album:
        rows.append((Button(texts("load.confirm_album"), encode("ul", upload.id)),))
    return tuple(rows)


def _directive(directive: dict[str, Any], number: int | None, texts: Texts) -> list[Block]:
    signer = " – ".join(p for p in (directive["signer_role"], directive["signer"]) if p)
    pairs = [
        (texts("load.field.number"), directive["number"]),
        (texts("load.field.kind"), directive["kind"]),
        (texts("load.field.issuer"), directive["issuer"]),
        (texts("load.field.place"), directive["place"]),
        (texts("load.field.issued_on"), directive["issued_on"]),
        (texts("load.field.title"), shorten(capitalised(directive["title"] or ""), _TITLE)),
        (texts("load.field.signer"), signer),
    ]
    blocks = [paragraph(texts("load.part", number=number), "bold")] if number else []
    blocks.append(facts(*((label, shorten(value or "", _TITLE)) for label, value in pairs)))
    if directive["missing"]:
        names = ", ".join(texts(f"load.field.{name}").lower() for name in directive["missing"])
        blocks.append(paragraph(texts("load.missing", fields=names)))
    clauses, targets, tasks = directive["counts"]
    blocks.append(paragraph(texts("load.counts", clauses=clauses, targets=targets, tasks=tasks), "bold"))
    if directive["before"]:
        was = zip(("load.clauses", "load.targets", "load.tasks"), directive["before"], directive["counts"], strict=True)
        lines = ", ".join(texts(key, before=before, after=after) for key, before, after in was)
        blocks.append(paragraph(texts("load.replaces", name=name_of(directive), counts=lines)))
    if directive["first"] and not number:
        first = "\n".join(f"• {task_line(t['action'], t['units'], t['when'])}" for t in directive["first"])
        blocks.append(Block((Span(texts("load.first_tasks") + "\n", "italic"), Span(first))))
    return blocks


def _unsaid(directive: dict[str, Any]) -> list[str]:
    """The reader's warnings but those that only say of a field that it is missing, as is shown anyway."""
    return [w for w in directive["warnings"] if not any(says_missing(w, name) for name in directive["missing"])]


def name_of(directive: dict[str, Any]) -> str:
    """A directive in few words: kind and number, else its title."""
    named = " ".join(part for part in (directive["kind"], directive["number"]) if part)
    return named if directive["number"] else shorten(directive["title"] or named or directive["key"], _VALUE)


def published_line(upload: Upload, counts: Sequence[int], texts: Texts, key: str = "load.published") -> str:
    """What was loaded; `counts` are its clauses, targets and tasks."""
    names = "; ".join(name_of(directive) for directive in upload.summary["directives"])
    clauses, targets, tasks = counts
    return texts(key, names=names, clauses=clauses, targets=targets, tasks=tasks)


def task_line(action: str, units: Sequence[str], when: str) -> str:
    """A task in one line: what, who, by when."""
    who = "; ".join(units[:_NAMES]) + ("…" if len(units) > _NAMES else "")
    return " – ".join(part for part in (shorten(capitalised(action), ACTION_LIMIT), who, when) if part)


def directives_screen(upload: Upload, texts: Texts) -> Screen:
    """Which of the directives in a file to describe."""
    directives = upload.summary["directives"]
    buttons = [Button(shorten(name_of(d), 40), encode("ue", upload.id, n)) for n, d in enumerate(directives)]
    return notice(texts("load.which"), buttons=(*rows_of(buttons, 1), back(texts, "ub", upload.id)))


def fields_screen(upload: Upload, number: int, texts: Texts) -> Screen:
    """What is known of a directive; a button for each field."""
    directive = upload.summary["directives"][number]
    values = facts(*((texts(f"load.field.{f}"), shorten(str(directive[f] or "—"), _VALUE)) for f in FIELDS))
    buttons = [Button(texts(f"load.field.{f}"), encode("uf", upload.id, number, f)) for f in FIELDS]
    return Screen(
        (paragraph(texts("load.choose_field"), "bold"), values),
        (*rows_of(buttons, 2), back(texts, "ub", upload.id)),
    )


def audience_screen(upload: Upload, units: Sequence[Unit], chosen: frozenset[int], page: int, texts: Texts) -> Screen:
    """For whom it is to be: ticks before units, and everybody."""
    choices = unit_choices(units, lambda number: encode("ut", upload.id, number, page), chosen)
    everybody = ("☑ " if not chosen else "☐ ") + texts("load.for_all")
    rows = chosen_from(texts, choices, page, lambda to: encode("ua", upload.id, to))
    return notice(
        texts("load.choose_audience"),
        buttons=((Button(everybody, encode("ut", upload.id, 0, page)),), *rows, back(texts, "ub", upload.id)),
    )
