"""The settings, read once from the environment and `.env`; an unknown or malformed one is refused in one sentence.

A secret may stand in a file of its own instead, named by the setting with `_FILE` behind its name (`bot.secret_files`).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.secret_files import passwords_in, read_secret
from bot.texts import LANGUAGES, Language, Texts, load_texts
from corpus.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "CHIDAO_"
ENV_FILE = Path(".env")

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_IN_FILES = ("database_url", "bot_token", "webhook_secret")
_FILE = "_file"


class Listen(NamedTuple):
    """A place to listen on."""

    host: str
    port: int


def _ids(value: object) -> object:
    """`12, 34` as a set of positive numbers."""
    if not isinstance(value, str):
        return value
    ids = frozenset(int(part) for part in value.split(",") if part.strip())
    if any(i <= 0 for i in ids):
        raise ValueError("ids are positive")
    return ids


def _listen(value: object) -> object:
    """`host:port`, with IPv6 hosts in brackets."""
    if not isinstance(value, str):
        return value
    host, colon, port = value.strip().rpartition(":")
    if not colon or not host or not 0 < int(port) < 65536:
        raise ValueError("host:port")
    return Listen(host.strip("[]"), int(port))


def _http(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\S*", value):
        raise ValueError("http or https")
    return value.rstrip("/")


def _zone(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError("time zone") from error


def _moment(value: object) -> object:
    """An ISO date-time; pydantic alone would also take `3` for a moment in 1970."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _token(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", value.get_secret_value()):
        raise ValueError("token")
    return value


def _secret(value: SecretStr) -> SecretStr:
    if not _SECRET.fullmatch(value.get_secret_value()):
        raise ValueError("secret")
    return value


_Address = Annotated[Listen, NoDecode, BeforeValidator(_listen)]
_Url = Annotated[str, AfterValidator(_http)]


class Settings(BaseSettings):
    """Everything a run can be told from outside; `setting.<field>.what` in the texts explains each field to people."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        arbitrary_types_allowed=True,
    )

    home: Path = Path(".chidao")
    # Not in `repr`: it may hold a password.
    database_url: str = Field(
        default_factory=lambda data: f"sqlite:///{data['home'] / 'chidao.db'}",
        pattern=r"^[a-z][a-z0-9+]*://",
        repr=False,
    )
    database_url_file: Path | None = None
    index_url: str | None = Field(default=None, pattern=r"^(https?://[^\s/]+\S*|\S+\.db)$")
    embedding: str = "bundled"
    bot_token: Annotated[SecretStr, AfterValidator(_token)] | None = None
    bot_token_file: Path | None = None
    telegram_api: _Url = "https://api.telegram.org"
    admins: Annotated[frozenset[int], NoDecode, BeforeValidator(_ids)] = frozenset()
    webhook_url: _Url | None = None
    webhook_listen: _Address = Listen("127.0.0.1", 8443)
    webhook_secret: Annotated[SecretStr, AfterValidator(_secret)] | None = None
    webhook_secret_file: Path | None = None
    metrics: _Address | None = None
    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] = ZoneInfo("Asia/Ho_Chi_Minh")
    now: Annotated[datetime | None, BeforeValidator(_moment)] = None
    lang: Language = "vi"

    def secrets(self) -> tuple[str, ...]:
        """The values that must never be shown or logged."""
        kept = tuple(s.get_secret_value() for s in (self.bot_token, self.webhook_secret) if s is not None)
        return (*kept, *passwords_in(self.database_url))

    def secret_files(self) -> tuple[Path, ...]:
        """The files from which secrets were read."""
        files = (getattr(self, name + _FILE) for name in _IN_FILES)
        return tuple(file for file in files if file is not None)


@dataclass(frozen=True, slots=True)
class SettingDoc:
    """One setting as documentation and `doctor` show it."""

    name: str
    what: str
    form: str


def setting_docs(texts: Texts) -> tuple[SettingDoc, ...]:
    """Every setting with its explanation, in the order of the class."""
    return tuple(
        SettingDoc(f"{PREFIX}{field.upper()}", texts(f"setting.{field}.what"), texts(f"setting.{field}.form"))
        for field in Settings.model_fields
    )


def load_settings(env_file: Path = ENV_FILE) -> Settings:
    """The settings of this run; the environment wins over `env_file`.

    Raises:
        SettingsError: a `CHIDAO_*` name is unknown, a value is malformed, or a secret's file is of no use; the sentence
            says what to write.
    """
    texts = load_texts(_language(env_file))
    for name in _given(env_file):
        _refuse_unknown(name, texts)
    from_files = _secrets_in_files(env_file, texts)
    try:
        return Settings(_env_file=env_file, **from_files)  # type: ignore[arg-type, call-arg]  # pydantic's
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        key, name = ("settings.malformed_file", field + _FILE) if field in from_files else ("settings.malformed", field)
        message = texts(key, name=f"{PREFIX}{name.upper()}", form=texts(f"setting.{field}.form"))
        raise SettingsError(message) from None


def _secrets_in_files(env_file: Path, texts: Texts) -> dict[str, str]:
    """The settings that stand in files of their own.

    Raises:
        SettingsError: one is given twice, or its file cannot be read or is empty.
    """
    given = _file_values(env_file) | dict(os.environ)
    values = {name.upper(): value for name, value in given.items() if value}
    found = {}
    for field in _IN_FILES:
        name = f"{PREFIX}{field.upper()}"
        named = f"{name}{_FILE.upper()}"
        if named not in values:
            continue
        if name in values:
            raise SettingsError(texts("settings.secret_twice", name=name, file_name=named))
        found[field] = read_secret(Path(values[named]), named, texts)
    return found


def _given(env_file: Path) -> Iterator[str]:
    """The CHIDAO_* names that the environment and the file set."""
    for name in (*os.environ, *_file_values(env_file)):
        if name.upper().startswith(PREFIX):
            yield name


def _file_values(env_file: Path) -> dict[str, str | None]:
    try:
        return dotenv_values(env_file, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(load_texts("vi")("settings.unreadable_file", file=env_file, reason=error)) from error


def _language(env_file: Path) -> Language:
    """The language in which to complain, before the settings are known to be good."""
    name = f"{PREFIX}LANG"
    wanted = os.environ.get(name) or _file_values(env_file).get(name)
    return next((language for language in LANGUAGES if language == wanted), "vi")


def _refuse_unknown(name: str, texts: Texts) -> None:
    known = [f"{PREFIX}{field.upper()}" for field in Settings.model_fields]
    if name.upper() in known:
        return
    close = get_close_matches(name.upper(), known, n=1)
    hint = texts("settings.unknown.hint", guess=close[0]) if close else ""
    raise SettingsError(texts("settings.unknown", name=name, hint=hint))
