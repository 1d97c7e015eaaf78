"""What tests anywhere may need: the bundled model, unpacked once a run into a folder that goes with it."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

import pytest

from tests.engines import dense  # noqa: F401 - a fixture
from tests.ready_made import _some_migrate_their_own, _stores_are_ready_made  # noqa: F401 - fixtures
from tests.stores import (  # noqa: F401 - hooks and fixtures
    _databases_end_with_the_test,
    both_stores,
    postgres_url,
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
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
    whole_run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # the processes of a run share the folder that theirs stand in
        whole_run = whole_run.parent
    with (whole_run / "unpacking").open("w") as turn:  # half a minute of work: whoever comes second waits for it
        fcntl.flock(turn, fcntl.LOCK_EX)
        bundled_model(whole_run / "models")
    (home / "models").symlink_to(whole_run / "models")
    return home


@pytest.fixture(scope="session")
def bundled_embedder(bundled_home: Path) -> Embedder:
    """The bundled model, loaded once a run."""
    from index.embedding import load_embedder

    return load_embedder("bundled", bundled_home)
