"""Keeps of a bill of materials what this project answers for: names, versions, licences, who needs whom.

`python trim_sbom.py SBOM LOCK` prints it, and fails when the environment it was made from is not what the lock says.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_NOT_OURS = {"pip"}  # it installs, and is not run
# These name their licence in words only, which the tool leaves out; read in the packages' own metadata.
_IN_WORDS = {"protobuf": "BSD-3-Clause", "pypdfium2": "BSD-3-Clause AND Apache-2.0", "transformers": "Apache-2.0"}
_KEPT = ("bom-ref", "licenses", "name", "purl", "type", "version")


def canonical(name: str) -> str:
    """A package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def release(version: str) -> str:
    """A version with its leading zeros gone, as indexes compare it: a package calls itself 1.002 and is listed as 1.2."""
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", version)


def trim(sbom: dict[str, Any]) -> dict[str, Any]:
    """The bill without descriptions, addresses and files."""
    parts = [
        {key: part[key] for key in _KEPT if key in part}
        for part in sbom["components"]
        if canonical(part["name"]) not in _NOT_OURS
    ]
    for part in parts:
        if "licenses" not in part and canonical(part["name"]) in _IN_WORDS:
            part["licenses"] = [{"expression": _IN_WORDS[canonical(part["name"])]}]
    kept = {part["bom-ref"] for part in parts} | {sbom["metadata"]["component"]["bom-ref"]}
    own = {key: sbom["metadata"]["component"][key] for key in _KEPT if key in sbom["metadata"]["component"]}
    return {
        **{key: sbom[key] for key in ("$schema", "bomFormat", "specVersion", "version")},
        "metadata": {"component": own},
        "components": sorted(parts, key=lambda part: canonical(part["name"])),
        "dependencies": [
            {**needs, "dependsOn": [one for one in needs.get("dependsOn", []) if one in kept]}
            for needs in sbom["dependencies"]
            if needs["ref"] in kept
        ],
    }


def main(sbom: Path, lock: Path) -> None:
    """Prints the trimmed bill, or says what differs from the lock."""
    bill = trim(json.loads(sbom.read_text(encoding="utf-8")))
    found = {canonical(part["name"]): release(part["version"]) for part in bill["components"]}
    locked = {canonical(name): release(version) for name, version in _PINNED.findall(lock.read_text(encoding="utf-8"))}
    if found != locked:
        sys.exit(f"the environment is not what the lock says: {sorted(found.items() ^ locked.items())}")
    sys.stdout.write(json.dumps(bill, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
