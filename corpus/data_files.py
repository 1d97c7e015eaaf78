"""Reading YAML: the tables that lie beside the code, and what people write. Knows nothing of what stands in them."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml

# libyaml parses about eight times as fast; a PyYAML built without it still reads everything.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(package: str, name: str) -> Any:
    """The content of a YAML file inside `package`, such as `load_yaml("corpus", "data/units.yaml")`.

    Raises:
        FileNotFoundError: the package has no such file.
    """
    return parse_yaml(files(package).joinpath(name).read_text(encoding="utf-8"))


def parse_yaml(text: str) -> Any:
    """The content of one YAML document; None when it is empty.

    Raises:
        yaml.YAMLError: not YAML, or it asks for more than plain values.
    """
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - one of the two safe loaders
