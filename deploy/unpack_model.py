"""Unpacks the bundled embedding model while an image or an installation is made: `python unpack_model.py FOLDER`.

CHIDAO_EMBEDDING then names FOLDER/bundled, which the running program only reads. Run again, it unpacks only another version.
"""

from __future__ import annotations

import sys
from pathlib import Path

from index.bundled import bundled_model

LINK = "bundled"


def unpack(models: Path) -> Path:
    """The path for CHIDAO_EMBEDDING: a link to the model of the installed version; older ones stay for who still runs."""
    folder, _ = bundled_model(models)
    for path in (models, folder, *folder.rglob("*")):  # the weights are written for their owner alone, and they are no secret
        path.chmod(0o755 if path.is_dir() else 0o644)
    fresh = models / f".{LINK}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(folder.name)
    return fresh.replace(models / LINK)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} FOLDER")
    sys.stdout.write(f"{unpack(Path(sys.argv[1]))}\n")
