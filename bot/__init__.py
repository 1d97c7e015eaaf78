"""The product's surfaces: command line, terminal chat and Telegram bot."""
