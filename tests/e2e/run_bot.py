"""The bot as its own process, with the fake search service: what the lifecycle tests start and signal."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.composition import compose
from bot.logs import configure_logging
from bot.settings import load_settings
from bot.telegram import run_bot
from corpus.errors import SettingsError
from tests.e2e.fake_service import FakeService

if __name__ == "__main__":
    settings = load_settings()
    configure_logging(secrets=settings.secrets(), level=logging.INFO)
    try:
        run_bot(compose(settings, service=FakeService()))
    except SettingsError as error:
        sys.exit(str(error))
