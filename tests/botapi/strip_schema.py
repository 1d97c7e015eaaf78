"""Makes schema.json out of the Bot API schema in aiogram's source distribution; run by hand when the Bot API moves on.

python -m tests.botapi.strip_schema aiogram-X.Y.Z/.butcher/schema/schema.json
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).with_name("schema.json")

_VARIANT = re.compile(r"^ - (\w+)$", re.MULTILINE)
_CONSTANT = re.compile(r"(?:, always|, must be) (?:'(\w+)'|\"(\w+)\"|(\w+))\.?$|\balways [\"'“](\w+)[\"'”]")
_RETURNS = (
    (re.compile(r"the edited Message is returned, otherwise True"), "Message or True"),
    (re.compile(r"the Message is returned, otherwise True"), "Message or True"),
    (
        re.compile(r"an Array of (\w+)(?: objects)? (?:of the sent messages |that were sent )?is returned"),
        "Array of {}",
    ),
    (re.compile(r"[Rr]eturns an Array of (\w+) objects"), "Array of {}"),
    (re.compile(r"\bReturns True\b|\bTrue is returned"), "True"),
    (re.compile(r"as String on success"), "String"),
    (re.compile(r"in form of an? (\w+) object"), "{}"),
    (re.compile(r"(?:sent|edited) (\w+) is returned"), "{}"),
    (re.compile(r"the stopped (\w+) is returned"), "{}"),
    (re.compile(r"as (?:an? )?(\w+) object"), "{}"),
    (re.compile(r"an? (\w+) object is returned"), "{}"),
    (re.compile(r"[Rr]eturns an? (\w+) object"), "{}"),
    (re.compile(r"the uploaded (\w+) on success"), "{}"),
    (re.compile(r"Returns the (\w+) of the sent message"), "{}"),
    (re.compile(r"Returns (\w+) on success"), "{}"),
)


def strip(full: dict[str, Any]) -> dict[str, Any]:
    """The names and types of `full`, without a word of description: methods with parameters, types with fields."""
    methods: dict[str, Any] = {}
    types: dict[str, Any] = {}
    for section in full["items"]:
        for item in section["children"]:
            fields = {a["name"]: _field(a) for a in item["annotations"]}
            if item["category"] == "methods":
                methods[item["name"]] = {"returns": _returns(item["description"]), "params": fields}
            elif not fields and (variants := _VARIANT.findall(item["description"])):
                types[item["name"]] = {"variants": variants}
            else:
                types[item["name"]] = {"fields": fields}
    return {"version": full["api"]["version"], "methods": methods, "types": types}


def _field(annotation: dict[str, Any]) -> list[Any]:
    field: list[Any] = [annotation["type"], int(annotation["required"])]
    constant = _CONSTANT.search(annotation["description"])
    if constant and annotation["type"] == "String" and annotation["required"]:
        field.append(next(group for group in constant.groups() if group))
    return field


def _returns(description: str) -> str:
    for pattern, shape in _RETURNS:
        if found := pattern.search(description):
            return shape.format(*found.groups())
    raise ValueError(f"no result type found in {description!r}")


if __name__ == "__main__":
    stripped = strip(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    SCHEMA.write_text(json.dumps(stripped, separators=(",", ":")) + "\n", encoding="utf-8")
