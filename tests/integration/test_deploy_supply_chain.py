"""What is installed: the lock satisfies pyproject.toml and hashes everything, the bill of materials agrees, licences fit."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.integration.deploy_files import CHECKOUT, DEPLOY, text

if TYPE_CHECKING:
    from types import ModuleType

PROJECT: dict[str, Any] = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = text("requirements.lock")
ENTRIES = re.findall(r"(?m)^([A-Za-z0-9._-]+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", LOCK)
LOCKED = {canonicalize_name(name): Version(version) for name, version, _ in ENTRIES}
SBOM: dict[str, Any] = json.loads(text("sbom.json"))
RUNTIME = [
    *PROJECT["project"]["dependencies"],
    *PROJECT["project"]["optional-dependencies"]["postgresql"],
    *PROJECT["build-system"]["requires"],
]
# May be used by a program under the MIT licence and passed on unchanged beside it. LGPL: as libraries of their own, replaceable.
FIT = {
    "0BSD", "Apache Software License", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0",
    "CC0-1.0", "CNRI-Python", "ISC", "LGPL-3.0-only", "MIT", "MIT-CMU", "MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)", "OFL-1.1",
    "PSF-2.0", "Zlib",
}  # fmt: skip


def test_every_line_of_the_lock_is_a_pinned_package_or_its_hash() -> None:
    comments = [line for line in LOCK.splitlines() if line.startswith("#")]
    lines = sum(1 + hashes.count("\n") for _, _, hashes in ENTRIES)
    assert lines + len(comments) == len(LOCK.splitlines())
    assert len(LOCKED) == len(ENTRIES) > 50, "no package twice"


@pytest.mark.parametrize("wanted", RUNTIME)
def test_every_dependency_is_locked_within_its_range(wanted: str) -> None:
    requirement = Requirement(wanted)
    assert requirement.specifier.contains(LOCKED[canonicalize_name(requirement.name)], prereleases=True)


def test_the_lock_holds_what_the_constraints_say_and_the_build_without_graphics() -> None:
    wanted = dict(re.findall(r"(?m)^([a-z-]+)==(\S+)$", text("constraints.txt")))
    for name, version in wanted.items():
        assert LOCKED[canonicalize_name(name)].public == version
    assert LOCKED[canonicalize_name("torch")].local == "cpu"
    assert not [name for name in LOCKED if name.startswith(("nvidia", "triton", "cuda"))]


def test_the_lock_names_no_place() -> None:
    assert "://" not in LOCK
    assert not re.search(r"(?m)^-", LOCK), "no option that leads elsewhere"


def test_the_bill_of_materials_agrees_with_the_lock() -> None:
    trimming = trim_sbom()
    listed = {canonicalize_name(part["name"]): trimming.release(part["version"]) for part in SBOM["components"]}
    assert listed == {canonicalize_name(name): trimming.release(version) for name, version, _ in ENTRIES}
    assert SBOM["metadata"]["component"]["name"] == PROJECT["project"]["name"]
    assert SBOM["metadata"]["component"]["version"] == PROJECT["project"]["version"]


def test_the_bill_of_materials_says_who_needs_whom() -> None:
    references = {part["bom-ref"] for part in SBOM["components"]} | {SBOM["metadata"]["component"]["bom-ref"]}
    needs = {one["ref"]: one.get("dependsOn", []) for one in SBOM["dependencies"]}
    assert needs.keys() == references
    assert {needed for many in needs.values() for needed in many} <= references
    own = {canonicalize_name(ref.split("==")[0]) for ref in needs[SBOM["metadata"]["component"]["bom-ref"]]}
    assert {canonicalize_name(Requirement(one).name) for one in PROJECT["project"]["dependencies"]} <= own


def test_the_bill_of_materials_is_valid() -> None:
    validation = pytest.importorskip("cyclonedx.validation.json", reason="cyclonedx-python-lib is not installed (pip install chidao[test])")
    schema = pytest.importorskip("cyclonedx.schema")
    error = validation.JsonStrictValidator(schema.SchemaVersion.V1_6).validate_str(text("sbom.json"))
    assert error is None


@pytest.mark.parametrize("part", SBOM["components"], ids=lambda part: part["name"])
def test_every_licence_fits(part: dict[str, Any]) -> None:
    said = [one.get("expression") or one["license"].get("id") or one["license"]["name"] for one in part["licenses"]]
    named = {name for one in said for name in re.split(r" AND | OR ", one.removeprefix("License :: OSI Approved :: "))}
    assert named
    assert named <= FIT


def test_an_environment_that_is_not_the_lock_makes_no_bill(tmp_path: Any) -> None:
    short = tmp_path / "requirements.lock"
    short.write_text(LOCK.replace("alembic==", "alembik=="), encoding="utf-8")
    bill = tmp_path / "sbom.json"
    bill.write_text(json.dumps(SBOM), encoding="utf-8")
    with pytest.raises(SystemExit, match="alembi"):
        trim_sbom().main(bill, short)


@pytest.mark.parametrize("script", ["lock.sh", "sbom.sh"])
def test_the_scripts_say_how_they_are_used(script: str) -> None:
    done = subprocess.run(
        ["sh", str(DEPLOY / script)], env={"PATH": "/usr/bin:/bin", "CHIDAO_LANG": "en"}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.split(":")[0]) == (2, "Usage")


def trim_sbom() -> ModuleType:
    spec = importlib.util.spec_from_file_location("trim_sbom", DEPLOY / "trim_sbom.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
