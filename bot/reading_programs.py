"""The programs that some files need to be read, if they are installed: which version, which languages. Reads no file."""

from __future__ import annotations

import re
import shutil
import subprocess

VIETNAMESE = "vie"
_SECONDS = 20
_VERSION = re.compile(r"\d+(?:\.\d+)+")


def recogniser() -> str | None:
    """Where Tesseract is, which recognises print in scans and photos."""
    return shutil.which("tesseract")


def word_converter() -> str | None:
    """Where LibreOffice is, which opens Word files of before 2007."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def version(program: str) -> str | None:
    """The version that a program names when asked; None when it does not run."""
    found = _VERSION.search(_said(program, "--version") or "")
    return found[0] if found else None


def languages(recogniser: str) -> frozenset[str]:
    """The languages whose print Tesseract recognises, by its own names."""
    return frozenset((_said(recogniser, "--list-langs") or "").split())


def _said(program: str, option: str) -> str | None:
    try:
        done = subprocess.run([program, option], capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603 - found on PATH
    except (OSError, subprocess.TimeoutExpired):
        return None
    return (done.stdout + b"\n" + done.stderr).decode(errors="replace") if done.returncode == 0 else None
