"""Checks requests and objects against the machine-readable Bot API schema; knows no state and decides no answer."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_SEPARATORS = re.compile(r",? or |, | and ")
_INTEGER = re.compile(r"-?\d+")


class Spec:
    """The methods and types of one Bot API version."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.version: str = schema["version"]
        self._methods: Mapping[str, Any] = schema["methods"]
        self._types: Mapping[str, Any] = schema["types"]
        self._names = {name.lower(): name for name in self._methods}

    def method(self, name: str) -> str | None:
        """The method's name as documented, whatever the case it was asked in; None for an unknown one."""
        return self._names.get(name.lower())

    def fields(self, kind: str) -> frozenset[str]:
        """The names of an object's fields."""
        return frozenset(self._types[kind]["fields"])

    def check_request(self, method: str, params: Mapping[str, str], files: Mapping[str, Any]) -> list[str]:
        """What is wrong with the parameters as received (text values, plus the names of uploaded files)."""
        declared = self._methods[method]["params"]
        attached = {name for name in files if any(f"attach://{name}" in value for value in params.values())}
        problems = [
            f"{method}: unknown parameter {name!r}"
            for name in [*params, *(files.keys() - attached)]
            if name not in declared
        ]
        for name, (kind, required, *_) in declared.items():
            if name in files:
                if "InputFile" not in kind:
                    problems.append(f"{method}.{name}: a file where {kind} is expected")
            elif name in params:
                problems += self._check_text(kind, params[name], f"{method}.{name}")
            elif required:
                problems.append(f"{method}: required parameter {name!r} is missing")
        return problems

    def check_result(self, method: str, value: Any) -> list[str]:
        """What is wrong with `value` as the result of `method`."""
        return self.check_object(self._methods[method]["returns"], value, f"{method} result")

    def check_object(self, kind: str, value: Any, where: str = "") -> list[str]:
        """What is wrong with the JSON `value` as an object of the type `kind`, field by field."""
        where = where or kind
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                return [f"{where}: {kind} expected, not {value!r}"]
            inner = kind.removeprefix("Array of ")
            return [p for i, item in enumerate(value) for p in self.check_object(inner, item, f"{where}[{i}]")]
        alternatives = _SEPARATORS.split(kind)
        if len(alternatives) > 1:
            return self._check_alternatives(alternatives, value, where)
        if kind in _SCALARS:
            return [] if _SCALARS[kind](value) else [f"{where}: {kind} expected, not {value!r}"]
        declared = self._types[kind]
        if "variants" in declared:
            return self._check_variant(kind, value, where)
        return self._check_fields(declared["fields"], value, where)

    def _check_text(self, kind: str, text: str, where: str) -> list[str]:
        alternatives = set(_SEPARATORS.split(kind))
        if "String" in alternatives:
            return []
        if kind == "Integer":
            return [] if _INTEGER.fullmatch(text) else [f"{where}: Integer expected, not {text!r}"]
        if kind in {"Boolean", "True"}:
            return [] if text.lower() in {"true", "false", "0", "1"} else [f"{where}: Boolean expected, not {text!r}"]
        if kind == "InputFile":
            return [f"{where}: a file expected, not {text!r}"]
        try:
            value = json.loads(text)
        except ValueError:
            return [f"{where}: {kind} as JSON expected, not {text!r}"]
        return self.check_object(kind, value, where)

    def _check_alternatives(self, alternatives: list[str], value: Any, where: str) -> list[str]:
        attempts = [self.check_object(alternative, value, where) for alternative in alternatives]
        return min(attempts, key=len)

    def _check_variant(self, kind: str, value: Any, where: str) -> list[str]:
        variants = self._types[kind]["variants"]
        if not isinstance(value, dict):
            return [f"{where}: {kind} expected, not {value!r}"]
        fitting = [name for name in variants if self._constants_fit(name, value)]
        if not fitting:
            return [f"{where}: no variant of {kind} fits {value!r}"]
        return self._check_alternatives(fitting, value, where)

    def _constants_fit(self, kind: str, value: Mapping[str, Any]) -> bool:
        fields = self._types[kind].get("fields", {})
        return all(value.get(name) == field[2] for name, field in fields.items() if len(field) > 2)

    def _check_fields(self, fields: Mapping[str, Any], value: Any, where: str) -> list[str]:
        if not isinstance(value, dict):
            return [f"{where}: an object expected, not {value!r}"]
        problems = [f"{where}: unknown field {name!r}" for name in value if name not in fields]
        for name, (kind, required, *constant) in fields.items():
            if name not in value:
                if required:
                    problems.append(f"{where}: required field {name!r} is missing")
                continue
            problems += self.check_object(kind, value[name], f"{where}.{name}")
            if constant and value[name] != constant[0]:
                problems.append(f"{where}.{name}: {constant[0]!r} expected, not {value[name]!r}")
        return problems


_SCALARS = {
    "Integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Float": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "String": lambda value: isinstance(value, str),
    "Boolean": lambda value: isinstance(value, bool),
    "True": lambda value: value is True,
    "InputFile": lambda value: isinstance(value, str),
}


@cache
def load_spec() -> Spec:
    """The schema beside this module (its origin and licence: SCHEMA-LICENSE.md)."""
    return Spec(json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8")))
