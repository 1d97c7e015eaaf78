"""Retrieval measures over ranked ids; plain arithmetic.

Relevance is graded: {id: grade}, grade 0 is irrelevant. nDCG as in Järvelin & Kekäläinen 2002, with linear gain.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Relevance = Mapping[str, float]


def ndcg(ranked: Sequence[str], relevant: Relevance, k: int = 10) -> float:
    """Discounted gain of the first `k`, as a share of the best possible; 0 when nothing is relevant."""
    best = _gain(sorted(relevant.values(), reverse=True)[:k])
    return _gain([relevant.get(key, 0.0) for key in _unique(ranked)[:k]]) / best if best > 0 else 0.0


def recall(ranked: Sequence[str], relevant: Relevance, k: int = 10) -> float:
    """Share of the relevant ids found among the first `k`."""
    wanted = {key for key, grade in relevant.items() if grade > 0}
    return len(wanted & set(_unique(ranked)[:k])) / len(wanted) if wanted else 0.0


def precision_at_1(ranked: Sequence[str], relevant: Relevance) -> float:
    """1 when the first is relevant, else 0."""
    return float(bool(ranked) and relevant.get(ranked[0], 0.0) > 0)


def mrr(ranked: Sequence[str], relevant: Relevance, k: int = 10) -> float:
    """1 / rank of the first relevant id among the first `k`, else 0."""
    return next((1 / rank for rank, key in enumerate(_unique(ranked)[:k], 1) if relevant.get(key, 0.0) > 0), 0.0)


def mean_measures(runs: Mapping[str, Sequence[str]], relevance: Mapping[str, Relevance]) -> dict[str, float]:
    """nDCG@10, recall@10, P@1 and MRR@10 averaged over the questions that have a relevant id."""
    answerable = {query: grades for query, grades in relevance.items() if any(grade > 0 for grade in grades.values())}
    judged = [(runs.get(query, ()), grades) for query, grades in answerable.items()]
    count = max(len(judged), 1)
    return {
        "ndcg@10": sum(ndcg(ranked, grades) for ranked, grades in judged) / count,
        "recall@10": sum(recall(ranked, grades) for ranked, grades in judged) / count,
        "p@1": sum(precision_at_1(ranked, grades) for ranked, grades in judged) / count,
        "mrr@10": sum(mrr(ranked, grades) for ranked, grades in judged) / count,
    }


def _gain(grades: Sequence[float]) -> float:
    return sum(grade / math.log2(place + 2) for place, grade in enumerate(grades))


def _unique(ranked: Sequence[str]) -> list[str]:
    """A repeated id counts once, where it came first."""
    return list(dict.fromkeys(ranked))
