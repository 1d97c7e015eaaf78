"""The unpacked model where only an administrator writes: CHIDAO_EMBEDDING names its folder, and it is the bundled one still."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index.bundled import bundled_model, unpacked_name
from index.embedding import BundledEmbedder, load_embedder
from tests.integration.deploy_files import CHECKOUT, DEPLOY, text

if TYPE_CHECKING:
    from pathlib import Path

    from index.embedding import Embedder


def unpack(models: Path) -> Path:
    """As `python deploy/unpack_model.py MODELS` does."""
    names: dict[str, object] = {"__name__": "unpack_model"}
    exec(compile(text("unpack_model.py"), str(DEPLOY / "unpack_model.py"), "exec"), names)
    return names["unpack"](models)  # type: ignore[operator]


def test_a_folder_with_the_unpacked_model_is_used_as_the_bundled_one(
    bundled_home: Path, bundled_embedder: Embedder, tmp_path: Path
) -> None:
    folder, name = bundled_model(bundled_home / "models")
    (tmp_path / "bundled").symlink_to(folder)
    found = load_embedder(str(tmp_path / "bundled"), tmp_path / "home")
    assert isinstance(found, BundledEmbedder)
    assert found.name == bundled_embedder.name, "vectors made with the one serve the other"
    assert unpacked_name(folder) == name
    assert np.allclose(found.embed_queries(["hạn báo cáo"]), bundled_embedder.embed_queries(["hạn báo cáo"]), atol=1e-6)
    assert not (tmp_path / "home").exists(), "nothing is unpacked again"


def test_unpacking_twice_leaves_one_model_and_a_link_to_it(bundled_home: Path, tmp_path: Path) -> None:
    folder, name = bundled_model(bundled_home / "models")
    models = tmp_path / "models"
    models.mkdir()
    shutil.copytree(folder, models / name)  # stands for the model unpacked before: unpacking takes half a minute
    (models / name / "model.safetensors").chmod(0o600)
    for _ in range(2):
        link = unpack(models)
    assert link == models / "bundled"
    assert unpacked_name(link) == name
    assert {path.name for path in models.iterdir()} == {name, "bundled"}
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in models.rglob("*")), "whoever runs the bot must read it"


@pytest.mark.parametrize("broken", ["chidao-model.json", "onnx/model.onnx"])
def test_a_folder_that_lacks_a_part_is_not_taken_for_it(broken: str, bundled_home: Path, tmp_path: Path) -> None:
    folder, _ = bundled_model(bundled_home / "models")
    for part in {"chidao-model.json", "onnx/model.onnx"} - {broken}:
        (tmp_path / part).parent.mkdir(exist_ok=True)
        (tmp_path / part).write_bytes((folder / part).read_bytes()[:100])
    assert unpacked_name(tmp_path) is None


def test_the_library_that_runs_the_model_reports_to_nobody(bundled_home: Path, tmp_path: Path) -> None:
    """ONNX Runtime keeps a device id for what it sends to its maker, or complains that it cannot, unless it is told not to."""
    code = "import sys; from pathlib import Path; from index.embedding import load_embedder; load_embedder('bundled', Path(sys.argv[1]))"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ORT_", "XDG_"))}
    done = subprocess.run(
        [sys.executable, "-c", code, str(bundled_home)],
        env=environment | {"HOME": str(tmp_path), "PYTHONPATH": str(CHECKOUT)}, cwd=CHECKOUT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "telemetry" not in done.stderr
    assert not list(tmp_path.rglob("deviceid*"))
