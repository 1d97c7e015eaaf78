"""Watching: what is measured while the bot runs, whether it is alive and ready, and where that can be read. No Telegram."""
