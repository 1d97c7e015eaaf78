"""Mixes dense and lexical scores into one relevance; pure arithmetic on arrays, knows no index.

Normalised weighted sum, not reciprocal ranks: on Vietnamese legal sets reciprocal ranks fall below dense search alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DEVIATIONS = 8.0  # a cosine so many standard deviations above the mean counts in full


@dataclass(frozen=True, slots=True)
class Weights:
    """Shares of the two searches in the fused score; they add up to 1 so that the score stays within 0 to 1.

    Measured with the bundled model: on statute articles (ALQAC-2022) nDCG@10 is flat from 0.5 to 0.7 (.960 to .961),
    on directives' clauses it is flat up to 0.5 (.714) and falls to .660 at 0.7.
    """

    dense: float = 0.5

    @property
    def lexical(self) -> float:
        """What dense search leaves."""
        return 1.0 - self.dense


def spread(cosines: NDArray[np.float32]) -> tuple[float, float]:
    """Mean and standard deviation of a query's cosines with passages at large, or with a fair sample of them."""
    if not len(cosines):
        return 0.0, 1.0
    return float(cosines.mean()), max(float(cosines.std()), 1e-6)


def standardised(cosines: NDArray[np.float32], mean: float, deviation: float) -> NDArray[np.float32]:
    """Cosines as shares of eight standard deviations above the mean, 0 to 1: one scale for every model and query.

    Stretching the candidates from 0 to 1 instead makes a query near nothing look as sure as one near something.
    """
    return np.asarray(np.clip((cosines - mean) / (deviation * _DEVIATIONS), 0.0, 1.0), dtype=np.float32)


def over_max(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Non-negative scores as shares of the best; zeros stay zero (a passage with no word of the question)."""
    high = float(scores.max()) if len(scores) else 0.0
    return np.asarray(scores / high if high > 0 else np.zeros_like(scores), dtype=np.float32)


def fuse(dense: NDArray[np.float32], lexical: NDArray[np.float32], weights: Weights) -> NDArray[np.float32]:
    """Fused relevance, 0 to 1, of candidates: `dense` standardised cosines and `lexical` shares, in parallel arrays."""
    return np.asarray(weights.dense * dense + weights.lexical * lexical, dtype=np.float32)
