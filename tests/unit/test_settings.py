"""Settings: defaults, forms, refusals in one sentence, and documentation that keeps up with the code."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path

import pytest

from bot.settings import Listen, Settings, load_settings, setting_docs
from bot.texts import LANGUAGES, load_texts
from corpus.errors import SettingsError
from corpus.store_engine import default_url

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("CHIDAO_"):
            monkeypatch.delenv(name)


def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **given: str) -> Settings:
    for name, value in given.items():
        monkeypatch.setenv(f"CHIDAO_{name.upper()}", value)
    return load_settings(tmp_path / ".env")


def test_without_any_setting_the_defaults_of_the_contract_hold(tmp_path, monkeypatch):
    settings = load(tmp_path, monkeypatch)
    assert settings.home == Path(".chidao")
    assert settings.database_url == default_url(settings.home)
    assert (settings.embedding, settings.lang, str(settings.timezone)) == ("bundled", "vi", "Asia/Ho_Chi_Minh")
    assert settings.telegram_api == "https://api.telegram.org"
    assert settings.admins == frozenset()
    assert (settings.bot_token, settings.webhook_url, settings.metrics, settings.now) == (None, None, None, None)


def test_the_database_moves_with_home(tmp_path, monkeypatch):
    assert load(tmp_path, monkeypatch, home="/srv/chidao").database_url == "sqlite:////srv/chidao/chidao.db"


def test_values_are_read_in_their_own_form(tmp_path, monkeypatch):
    settings = load(
        tmp_path,
        monkeypatch,
        admins="12, 34,",
        metrics="[::1]:9100",
        now="2025-03-31T08:00",
        telegram_api="http://127.0.0.1:8081/",
        webhook_secret="a_b-C9",
    )
    assert settings.admins == frozenset({12, 34})
    assert settings.metrics == Listen("::1", 9100)
    assert settings.now == datetime(2025, 3, 31, 8, 0)  # noqa: DTZ001 - a moment without a zone is read in the office's
    assert settings.telegram_api == "http://127.0.0.1:8081"


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("CHIDAO_LANG=en\nCHIDAO_ADMINS=5\nOTHER=1\n", encoding="utf-8")
    settings = load(tmp_path, monkeypatch, admins="6")
    assert (settings.lang, settings.admins) == ("en", frozenset({6}))


def test_an_empty_value_means_unset(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("CHIDAO_BOT_TOKEN=\nCHIDAO_METRICS=\n", encoding="utf-8")
    settings = load(tmp_path, monkeypatch, admins="")
    assert (settings.bot_token, settings.metrics, settings.admins) == (None, None, frozenset())


def test_an_unknown_name_in_the_environment_is_refused_with_a_guess(tmp_path, monkeypatch):
    with pytest.raises(SettingsError, match=r"CHIDAO_ADMIN\b.*CHIDAO_ADMINS"):
        load(tmp_path, monkeypatch, admin="1")


def test_an_unknown_name_in_the_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("CHIDAO_COLOUR=red\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="CHIDAO_COLOUR"):
        load(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("admins", "12;x"),
        ("admins", "-5"),
        ("bot_token", "not a token"),
        ("database_url", "chidao.db"),
        ("lang", "fr"),
        ("metrics", "9100"),
        ("metrics", "localhost:99999"),
        ("now", "3"),
        ("now", "hôm nay"),
        ("telegram_api", "ftp://example.org"),
        ("timezone", "Mars/Phobos"),
        ("webhook_listen", "localhost:"),
        ("webhook_secret", "có dấu"),
        ("webhook_url", "example.org"),
    ],
)
def test_a_malformed_value_is_refused_in_one_sentence_that_does_not_repeat_it(tmp_path, monkeypatch, name, value):
    with pytest.raises(SettingsError) as refusal:
        load(tmp_path, monkeypatch, **{name: value})
    sentence = str(refusal.value)
    assert f"CHIDAO_{name.upper()}" in sentence
    assert "\n" not in sentence
    assert load_texts("vi")(f"setting.{name}.form") in sentence
    if name in {"bot_token", "webhook_secret"}:
        assert value not in sentence


def test_refusals_speak_the_chosen_language(tmp_path, monkeypatch):
    with pytest.raises(SettingsError, match="is wrong: expected"):
        load(tmp_path, monkeypatch, lang="en", metrics="x")


def test_secrets_are_known_and_never_shown(tmp_path, monkeypatch):
    settings = load(tmp_path, monkeypatch, bot_token="123456:AbC-dEf", webhook_secret="hush")
    assert settings.secrets() == ("123456:AbC-dEf", "hush")
    assert "AbC-dEf" not in repr(settings)
    assert "hush" not in str(settings)


URL = "postgresql+psycopg://chidao:s%2Fecret@db/chidao?sslpassword=other+one"


def test_the_password_in_the_databases_address_is_a_secret_as_written_and_as_meant(tmp_path, monkeypatch):
    settings = load(tmp_path, monkeypatch, database_url=URL)
    assert settings.secrets() == ("s%2Fecret", "other+one", "s/ecret", "other one")
    assert "sslpassword" not in repr(settings)
    assert load(tmp_path, monkeypatch, database_url="sqlite:///a@b:c.db").secrets() == ()


SECRETS = {"bot_token": "123456:AbC-dEf", "webhook_secret": "hush", "database_url": URL}


@pytest.mark.parametrize(("name", "value"), SECRETS.items())
def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path, monkeypatch, name, value):
    file = tmp_path / "secret"
    file.write_text(f"\ufeff {value}\n", encoding="utf-8")
    settings = load(tmp_path, monkeypatch, **{f"{name}_file": str(file)})
    found = getattr(settings, name)
    assert (found if isinstance(found, str) else found.get_secret_value()) == value
    assert settings.secrets()
    assert settings.secret_files() == (file,)


@pytest.mark.parametrize(("name", "value"), SECRETS.items())
def test_a_secret_given_twice_is_refused(tmp_path, monkeypatch, name, value):
    file = tmp_path / "secret"
    file.write_text(value, encoding="utf-8")
    (tmp_path / ".env").write_text(f"CHIDAO_{name.upper()}={value}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=f"CHIDAO_{name.upper()} hoặc CHIDAO_{name.upper()}_FILE") as refusal:
        load(tmp_path, monkeypatch, **{f"{name}_file": str(file)})
    assert value not in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "Không đọc được"),
        (b" \n", "không có nội dung"),
        (b"\xff\xfe1", "Không đọc được"),
        (b"1" * 70_000, "quá dài"),
        ("có dấu".encode(), "chưa đúng"),
    ],
)
def test_a_secrets_file_of_no_use_is_refused_in_one_sentence_that_names_the_setting(tmp_path, monkeypatch, content, said):
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError) as refusal:
        load(tmp_path, monkeypatch, webhook_secret_file=str(file))
    sentence = str(refusal.value)
    assert "CHIDAO_WEBHOOK_SECRET_FILE" in sentence
    assert said in sentence
    assert "\n" not in sentence
    assert "có dấu" not in sentence


def test_a_folder_in_place_of_a_secrets_file_is_refused(tmp_path, monkeypatch):
    with pytest.raises(SettingsError, match="CHIDAO_BOT_TOKEN_FILE"):
        load(tmp_path, monkeypatch, bot_token_file=str(tmp_path))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_is_explained(language):
    docs = setting_docs(load_texts(language))
    assert [doc.name for doc in docs] == [f"CHIDAO_{field.upper()}" for field in Settings.model_fields]
    assert all(doc.what and doc.form for doc in docs)


def test_the_example_file_names_every_setting_and_no_other(tmp_path, monkeypatch):
    example = (ROOT / "deploy" / ".env.example").read_text(encoding="utf-8")
    named = re.findall(r"^#?(CHIDAO_[A-Z_]+)=", example, re.MULTILINE)
    assert sorted(named) == sorted(f"CHIDAO_{field.upper()}" for field in Settings.model_fields)


def test_the_example_file_with_every_line_switched_on_loads(tmp_path, monkeypatch):
    example = (ROOT / "deploy" / ".env.example").read_text(encoding="utf-8")
    (tmp_path / ".env").write_text(re.sub(r"(?m)^#(?=CHIDAO_)", "", example), encoding="utf-8")
    assert load(tmp_path, monkeypatch) == Settings(_env_file=None)
