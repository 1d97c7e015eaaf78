"""Reading directives: files in, clauses, metadata, targets, tasks and rules out, kept in the store. Knows neither search nor Telegram."""
