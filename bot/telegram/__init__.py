"""Telegram: handlers, keyboards and rendering. The only package that imports `telegram`."""
