"""`python -m bot`: the same as the `chidao` command."""

from __future__ import annotations

from bot.cli import main

main()
