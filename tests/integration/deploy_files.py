"""What the tests of `deploy/` share: where its files are, its YAML, and the programs that check it where a machine has them."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
DEPLOY = CHECKOUT / "deploy"


def text(path: str) -> str:
    """A file of `deploy/`."""
    return (DEPLOY / path).read_text(encoding="utf-8")


def documents(path: Path) -> list[dict[str, Any]]:
    """The YAML documents of one file."""
    return [one for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one is not None]


def program(name: str) -> str:
    """The path of a checking program beside this Python or on the PATH; the test is skipped where there is none."""
    found = shutil.which(name, path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))))
    if found is None:
        pytest.skip(f"this machine has no {name}")
    return found


def filled(content: str, **values: str) -> str:
    """`${NAME:-default}` and `${NAME}` filled in as compose fills them."""
    return re.sub(r"\$\{(\w+)(?::-([^}]*))?\}", lambda found: values.get(found[1]) or found[2] or "", content)
