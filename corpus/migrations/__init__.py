"""Alembic migrations of the store, inside the package so that an installed program can migrate its database."""

from __future__ import annotations

KNOWN = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012")
"""Every migration, oldest first: lets the program compare versions without loading Alembic. A test keeps it true."""

HEAD = KNOWN[-1]
