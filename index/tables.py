"""The index's tables in a database that several machines share; knows columns and keys, not how they are used."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    func,
)

from corpus.models import Base

_metadata = Base.metadata

index_generation = Table(
    "index_generation",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("revision", String(64), nullable=False),
    Column("model", Text, nullable=False),
    Column("tokenizer", Text, nullable=False),
    Column("index_schema", Integer, nullable=False),
    Column("dense", String(32), nullable=False),
    Column("manifest", JSON, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.current_timestamp()),
    Index(None, "revision", "model"),
)
"""A whole generation of the index, for workers to fetch: of which store revision, by what, and how many bytes."""

index_file = Table(
    "index_file",
    _metadata,
    Column("generation_id", ForeignKey("index_generation.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("bytes", LargeBinary, nullable=False),
)
"""A generation's files, cut into parts that are numbered from 0."""

passage_vector = Table(
    "passage_vector",
    _metadata,
    Column("model", Text, primary_key=True),
    Column("digest", LargeBinary(32), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)
"""Vectors by the SHA-256 of the text they were made of, as little-endian 16-bit floats."""
