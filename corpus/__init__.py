"""Reading directives: clauses, metadata, targets, tasks and rules, kept in the store. Knows no search, no Telegram."""
