"""What tests anywhere may need: the bundled model, unpacked once a run into a folder that goes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stores import (  # noqa: F401 - hooks and fixtures
    _databases_end_with_the_test,
    both_stores,
    postgres_url,
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_terminal_summary,
    pytest_unconfigure,
)

if TYPE_CHECKING:
    from pathlib import Path

    from index.embedding import Embedder


@pytest.fixture(scope="session")
def bundled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CHIDAO_HOME with nothing but the unpacked model; copy it, or link its `models`, before storing anything."""
    from index.bundled import bundled_model

    home = tmp_path_factory.mktemp("bundled")
    bundled_model(home / "models")
    return home


@pytest.fixture(scope="session")
def bundled_embedder(bundled_home: Path) -> Embedder:
    """The bundled model, loaded once a run."""
    from index.embedding import load_embedder

    return load_embedder("bundled", bundled_home)
