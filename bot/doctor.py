"""Looks at every part of the state and says what is wrong and how to mend it. Never shows a secret.

An index that is behind its store (a crash fell between the two) is put right here and then reported as sound.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from bot import reading_programs
from bot.logs import redact
from corpus.errors import ChidaoError, SearchIndexError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.composition import Composition
    from bot.settings import Settings
    from bot.texts import Texts
    from corpus.store import Store
    from index.indexing import Indexer

Status = Literal["ok", "note", "bad"]
_LEAST_FREE = 500 * 1024**2
_PATIENCE_S = 10


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: `note` is worth knowing, `bad` needs mending, and then `mend` says how."""

    name: str
    status: Status
    what: str
    found: str
    mend: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The check for `doctor --json`."""
        return asdict(self)


class _Checks:
    """Makes checks from the sentences `doctor.<name>`, `doctor.<name>.<state>` and `doctor.<name>.<state>.mend`."""

    def __init__(self, texts: Texts, secrets: tuple[str, ...]) -> None:
        self._texts = texts
        self._secrets = secrets

    def __call__(self, name: str, status: Status, state: str, /, **fields: object) -> Check:
        mend = self._texts(f"doctor.{name}.{state}.mend", **fields) if status == "bad" else None
        found = redact(self._texts(f"doctor.{name}.{state}", **fields), self._secrets)
        return Check(name, status, self._texts(f"doctor.{name}"), found, redact(mend, self._secrets) if mend else None)


def examine(app: Composition, indexer: Indexer) -> Iterator[Check]:
    """Every check in turn; a later one is left out when what it looks at cannot be opened."""
    check = _Checks(app.texts, app.settings.secrets())
    yield check("settings", "ok", "read", home=app.settings.home)
    yield from _home(app.settings.home, check)
    yield _seclusion(app.settings, check)
    try:
        store = app.store
    except StoreError as error:
        yield check("store", "bad", "unusable", reason=error)
    else:
        yield from _store(store, check)
        yield from _index(store, app.settings.home, indexer, check)
    yield _model(app.settings, check)
    yield _recognition(check)
    yield _old_word(check)
    yield _admins(app.settings, check)
    yield _telegram(app.settings, check)


def _home(home: Path, check: _Checks) -> Iterator[Check]:
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=home, prefix=".chidao-doctor-"):
            pass
    except OSError as error:
        yield check("home", "bad", "unwritable", home=home, reason=error.strerror or error)
        return
    free = shutil.disk_usage(home).free
    state = "writable" if free >= _LEAST_FREE else "full"
    yield check("home", "ok" if free >= _LEAST_FREE else "bad", state, home=home, free=f"{free / 1e9:.1f}")


def _seclusion(settings: Settings, check: _Checks) -> Check:
    """Whether other users of the machine may read what is secret."""
    from bot.secret_files import open_to_all  # noqa: PLC0415
    from bot.settings import ENV_FILE  # noqa: PLC0415

    files = [*settings.secret_files(), *([ENV_FILE] if settings.secrets() else [])]
    seen = [str(file) for file in files if open_to_all(file)]
    if seen:
        return check("seclusion", "note", "files", files=", ".join(seen))
    if open_to_all(settings.home):
        return check("seclusion", "note", "home", home=settings.home)
    return check("seclusion", "ok", "closed")


def _store(store: Store, check: _Checks) -> Iterator[Check]:
    from corpus.identity import reading_version  # noqa: PLC0415 - reads the reading code
    from corpus.store_engine import integrity_faults  # noqa: PLC0415

    try:
        faults = integrity_faults(store.engine)
        files = store.files()
    except Exception as error:  # noqa: BLE001 - a damaged database fails in many ways, and saying so is the task
        yield check("store", "bad", "unusable", reason=error)
        return
    if faults:
        yield check("store", "bad", "damaged", faults="; ".join(faults[:3]))
    elif not files:
        yield check("store", "note", "empty")
    else:
        directives = sum(len(file.directives) for file in files)
        yield check("store", "ok", "sound", files=len(files), directives=directives, revision=store.revision())
    old = sum(file.reading != reading_version() for file in files)
    if old:
        yield check("reading", "note", "older", count=old)


def _index(store: Store, home: Path, indexer: Indexer, check: _Checks) -> Iterator[Check]:
    from index.generations import current_generation  # noqa: PLC0415 - FAISS
    from index.indexing import index_folder  # noqa: PLC0415

    revision = store.revision()
    try:
        generation = current_generation(index_folder(home))
        damage = generation.fallback_reason if generation else None
    except (SearchIndexError, OSError) as error:
        generation, damage = None, str(error)
    if generation is not None and damage is None and generation.manifest.corpus_revision == revision:
        yield check("index", "ok", "in_step", passages=generation.manifest.passages, model=generation.manifest.model)
        return
    if generation is None and damage is None and not store.files():
        yield check("index", "note", "none_yet")
        return
    try:
        if generation is None:  # no generation verifies: the pointer would only lead to the damaged one again
            (index_folder(home) / "current").unlink(missing_ok=True)
        indexer.publish(store)
    except (ChidaoError, OSError) as error:
        yield check("index", "bad", "broken", reason=damage or error)
        return
    yield check("index", "ok", "healed", reason=damage or "")


def _model(settings: Settings, check: _Checks) -> Check:
    if settings.embedding == "bundled":
        unpacked = any((settings.home / "models").glob("*/chidao-model.json"))
        return check("model", "ok" if unpacked else "note", "unpacked" if unpacked else "not_unpacked")
    if settings.embedding.startswith((".", "/", "~")):
        present = os.path.isdir(os.path.expanduser(settings.embedding))  # noqa: PTH111, PTH112 - as the index reads it
        return check(
            "model", "ok" if present else "bad", "folder" if present else "no_folder", model=settings.embedding
        )
    return check("model", "note", "named", model=settings.embedding)


def _recognition(check: _Checks) -> Check:
    """Whether scans and photos can be read; a note when not, for an office may need neither."""
    program = reading_programs.recogniser()
    if program is None:
        return check("recognition", "note", "absent")
    version = reading_programs.version(program)
    if version is None:
        return check("recognition", "note", "broken", program=program)
    if reading_programs.VIETNAMESE not in reading_programs.languages(program):
        return check("recognition", "note", "no_vietnamese", version=version)
    return check("recognition", "ok", "ready", version=version)


def _old_word(check: _Checks) -> Check:
    """Whether .doc and .rtf can be read; likewise a note when not."""
    program = reading_programs.word_converter()
    if program is None:
        return check("old_word", "note", "absent")
    version = reading_programs.version(program)
    if version is None:
        return check("old_word", "note", "broken", program=program)
    return check("old_word", "ok", "ready", version=version)


def _admins(settings: Settings, check: _Checks) -> Check:
    if settings.admins:
        return check("admins", "ok", "some", count=len(settings.admins))
    return check("admins", "bad" if settings.bot_token else "note", "nobody")


def _telegram(settings: Settings, check: _Checks) -> Check:
    if settings.bot_token is None:
        return check("telegram", "note", "no_token")
    url = f"{settings.telegram_api}/bot{settings.bot_token.get_secret_value()}/getMe"
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE_S) as response:  # noqa: S310 - the settings allow http(s) only
            name = json.load(response)["result"]["username"]
    except urllib.error.HTTPError as error:
        state = "refused" if error.code in {401, 404} else "failing"
        return check("telegram", "bad", state, code=error.code)
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = getattr(error, "reason", None) or type(error).__name__  # never the URL: it carries the token
        return check("telegram", "bad", "unreachable", api=settings.telegram_api, reason=reason)
    return check("telegram", "ok", "reached", name=name)
