"""Every column that can hold an id, a name or somebody's words stands in the inventory of personal data, and no other does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import JSON, BigInteger, LargeBinary, MetaData, String, Text

from corpus.store_engine import create, migrate

INVENTORY = Path(__file__).resolve().parents[2] / "deploy" / "docs" / "personal-data.md"
# Hold directives and nothing of those who use the bot; a new column there needs no word of its own.
CONTENT = {
    "file", "kept_file", "directive", "cited_directive", "clause", "target", "task", "task_unit", "rule", "audience",
    "index_generation", "index_file", "passage_vector",
}  # fmt: skip
NO_DATA = {"alembic_version", "compatibility", "revision"}
NOBODYS = re.compile(r"hash|digest|token|fingerprint|reference$|^directive_key$")
LONG = 60  # characters: longer than a state, a kind, or the id of a row


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> MetaData:
    """The tables as an installation has them, whoever defines them."""
    engine = create(f"sqlite:///{tmp_path_factory.mktemp('home')}/chidao.db")
    migrate(engine)
    found = MetaData()
    found.reflect(engine)
    engine.dispose()
    return found


def listed() -> set[str]:
    rows = [line for line in INVENTORY.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([a-z_]+\.[a-z_*]+)`", row.split("|")[1])}


def telling(column) -> bool:
    """Whether a column can hold an id of a person or chat, or words."""
    kind = column.type
    if isinstance(kind, BigInteger | Text | JSON | LargeBinary) or any(f.column.table.name == "person" for f in column.foreign_keys):
        return True
    return isinstance(kind, String) and (kind.length or LONG) >= LONG and not NOBODYS.search(column.name)


def test_every_column_that_can_hold_a_persons_data_is_in_the_inventory(tables):
    known = listed()
    columns = [c for t in tables.sorted_tables if t.name not in CONTENT | NO_DATA for c in t.columns]
    missing = {f"{c.table.name}.{c.name}" for c in columns if telling(c)} - known
    assert missing == set(), "say in deploy/docs/personal-data.md what it is for, how long it is kept and how deleted"


def test_the_inventory_names_nothing_that_is_not_there(tables):
    there = {f"{t.name}.{c.name}" for t in tables.sorted_tables for c in t.columns}
    assert listed() - there - {f"{name}.*" for name in CONTENT} == set()


def test_every_row_says_what_why_how_long_and_how_deleted():
    rows = [line for line in INVENTORY.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert len(rows) > 25
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == 5, row
        assert cells[1], row
        assert cells[4], row


def test_a_new_column_would_be_missed():
    from sqlalchemy import Column, Table

    table = Table("asked", MetaData(), Column("e_mail", Text), Column("seen_by", BigInteger), Column("kind", String(16)))
    assert [c.name for c in table.columns if telling(c)] == ["e_mail", "seen_by"]
