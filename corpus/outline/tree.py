"""Levels and paths: blocks in reading order become the nodes of a tree, whatever numbering the directive uses."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corpus.lines import finished, markers
from corpus.outline.labels import BULLETS, DIVISIONS, Family, Label

if TYPE_CHECKING:
    from corpus.outline.blocks import Block

_BEFORE_HEADINGS = frozenset({Family.ANNEX, Family.LETTER_CAPITAL, Family.ROMAN}) | DIVISIONS


@dataclass(slots=True)
class Node:
    """A block with its place: `path`, `parent` path (None at the root) and whether anything stands under it."""

    block: Block
    path: str
    parent: str | None
    family: Family | None
    children: int = 0


@dataclass(slots=True)
class _Open:
    """An item whose children may still come."""

    node: Node
    family: Family
    order: int | None
    indent: int
    ends: str


@dataclass(slots=True)
class Tree:
    """Takes blocks in reading order and gives each its place."""

    root: str | None = None
    nodes: list[Node] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)
    _counts: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    _paths: set[str] = field(default_factory=set)
    _outer: dict[tuple[Family, Family], bool] = field(default_factory=dict)

    def add_item(self, block: Block, label: Label, *, indent: int, ends: str) -> Node:
        """Places a labelled block; `ends` is its last printed line."""
        self._close_for(label, indent)
        node = self._place(block, self._step(label), label.family)
        if self._open:
            self._outer[(self._open[-1].family, label.family)] = True
        self._open.append(_Open(node, label.family, label.order, indent, ends))
        return node

    def add_paragraph(self, block: Block, *, after_bullet: bool) -> Node:
        """Places an unlabelled block under the item it follows; under a bullet only when that announces it."""
        words = block.words.lower()
        announced = self._open and not finished(self._open[-1].ends)
        if words.startswith(markers("closing")) or (
            words.startswith(markers("closing_after_sentence")) and not announced
        ):
            while self._open and self._open[-1].family not in _BEFORE_HEADINGS:
                self._open.pop()
        else:
            while (
                self._open
                and self._open[-1].family in BULLETS
                and not (after_bullet and self._open[-1].ends.rstrip().endswith(":"))
            ):
                self._open.pop()
        return self._place(block, f"p{self._count('p')}", None)

    def add_title(self, block: Block) -> Node:
        """Places a heading without a number: what follows stands under it until a heading of its own rank or above."""
        while self._open and self._open[-1].family not in _BEFORE_HEADINGS:
            self._open.pop()
        node = self._place(block, f"p{self._count('p')}", Family.TITLE)
        self._open.append(_Open(node, Family.TITLE, None, 0, block.words))
        return node

    def add_annex(self, block: Block, number: int) -> Node:
        """Opens an annex at the root."""
        self._open.clear()
        self.root = None
        node = self._place(block, f"PL{number}", Family.ANNEX)
        self._open.append(_Open(node, Family.ANNEX, None, 0, ""))
        return node

    def unused(self, path: str) -> str:
        """The path, or the path with a number when it is taken: for an annex that has no title of its own."""
        return path if path not in self._paths else self._unique(path)

    def add_attached(self, block: Block, code: str, *, shares_root: bool) -> Node:
        """Opens a document issued with the directive; under a decision of articles its own numbering suffices."""
        self._open.clear()
        self.root = None
        node = self._place(block, code, Family.ANNEX)
        if not shares_root:
            self._open.append(_Open(node, Family.ANNEX, None, 0, ""))
        return node

    @property
    def has_articles(self) -> bool:
        """True when the body is made of articles ("Điều 1")."""
        return any(node.family is Family.ARTICLE for node in self.nodes)

    def add_note(self, block: Block, label: str) -> Node:
        """Places a footnote or a page number beside the tree."""
        node = Node(block, self._unique(label), None, None)
        self.nodes.append(node)
        return node

    def add_row(self, block: Block, label: Label | None) -> Node:
        """Places a table row: by its number when it has one, else by its place."""
        if label is not None:
            self._close_for(label, 0)
            node = self._place(block, self._step(label), label.family)
            self._open.append(_Open(node, label.family, label.order, 0, block.words))
            return node
        while self._open and self._open[-1].family in BULLETS:
            self._open.pop()
        return self._place(block, f"r{self._count('r')}", None)

    def end_table(self, mark: int) -> None:
        """Closes the rows of a table, down to the depth it began at."""
        del self._open[mark:]

    @property
    def depth(self) -> int:
        """How many items are open."""
        return len(self._open)

    def _step(self, label: Label) -> str:
        """The label's part of a path; bullets are counted within their parent."""
        if label.family not in BULLETS:
            return label.text
        glyph = "+" if label.family is Family.PLUS else "-"
        return f"{glyph}{self._count(glyph)}"

    def _place(self, block: Block, label: str, family: Family | None) -> Node:
        parent = self._open[-1].node if self._open else None
        prefix = parent.path if parent else self.root
        above = prefix if prefix in self._paths else None
        node = Node(block, self._unique(f"{prefix}.{label}" if prefix else label), above, family)
        if parent:
            parent.children += 1
        self.nodes.append(node)
        return node

    def _count(self, kind: str) -> int:
        under = self._open[-1].node.path if self._open else (self.root or "")
        self._counts[under, kind] += 1
        return self._counts[under, kind]

    def _unique(self, path: str) -> str:
        """The path itself, or with the number of its repetition where a directive restarts its numbering."""
        self._counts[path, "="] += 1
        unique, again = path, self._counts[path, "="]
        while unique in self._paths:
            unique = f"{path}({max(again, 2)})"
            again += 1
        self._paths.add(unique)
        return unique

    def _close_for(self, label: Label, indent: int) -> None:
        """Closes the open items that cannot hold the label, so that its parent is the innermost one left open."""
        same = self._same_family(label, indent)
        if same is not None:
            del self._open[same:]
            return
        while self._open and not self._holds(self._open[-1], label):
            self._open.pop()

    def _same_family(self, label: Label, indent: int) -> int | None:
        """Index of the open item that the label follows as a sibling; None when it opens a new level."""
        found = [i for i, item in enumerate(self._open) if item.family is label.family]
        if not found:
            return None
        last = self._open[-1]
        if (
            label.order == 1
            and last.family is label.family
            and (last.order or 0) >= 1
            and last.ends.rstrip("* ").endswith(":")
            and last.node.children == 0
        ):
            return None
        if (
            label.family in BULLETS
            and last.family is label.family
            and indent >= last.indent + 2
            and label.family is not Family.PLUS
        ):
            return None if last.indent >= 0 and _nested(last, indent) else found[-1]
        if label.family in BULLETS:
            return next((i for i in reversed(found) if self._open[i].indent <= indent), found[0])
        if label.order is not None:
            for i in reversed(found):
                if self._open[i].order == label.order - 1:
                    return i
        return found[-1]

    def _holds(self, item: _Open, label: Label) -> bool:
        """Whether `label`, of a family not open now, may stand under `item`."""
        if item.family in BULLETS:
            return self._bullet_holds(item, label)
        if item.family is Family.TITLE:
            return label.family > Family.ROMAN
        if label.family in BULLETS or item.family is Family.ANNEX:
            return True
        if (label.family, item.family) in self._outer:
            return False
        announced = item.ends.rstrip("* ").endswith(":") or (not finished(item.ends) and item.node.children == 0)
        seen_inside = (item.family, label.family) in self._outer
        return seen_inside or (label.order == 1 and announced) or item.family < label.family

    def _bullet_holds(self, item: _Open, label: Label) -> bool:
        """A bullet holds bullets of another mark, and a short list that it announces with a colon."""
        if label.family in BULLETS:
            outer = (label.family, item.family) in self._outer
            return not outer and not (item.family is Family.PLUS and label.family is Family.DASH)
        listed = label.family in (Family.BRACKET, Family.LETTER, Family.ROMAN_SMALL)
        return listed and label.order == 1 and item.ends.rstrip().endswith(":")


def _nested(item: _Open, indent: int) -> bool:
    return indent - item.indent <= 8
