"""Finding and answering: embedding, lexical and dense search, question understanding, ranking, cited answers. Knows no Telegram."""
