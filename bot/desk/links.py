"""Links to the bot itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class BotName:
    """The bot's name on Telegram, once it is known there; links to the bot need it."""

    username: str | None = None

    def start_link(self, secret: str) -> str:
        """A link that opens the bot with `/start secret`; without Telegram, the command itself."""
        return f"https://t.me/{self.username}?start={secret}" if self.username else f"/start {secret}"
