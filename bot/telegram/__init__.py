"""Telegram: handlers, keyboards and sending. The only package that imports `telegram`."""

from bot.telegram.application import run_bot

__all__ = ["run_bot"]
