"""When not to answer: a calibrated probability that the best evidence answers the question, and what is missing when not.

Weights are readable data (`data/abstention.json`) learned by `index.training` with whole directives left out.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from index.signals import SIGNALS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.query import Query


@dataclass(frozen=True, slots=True)
class Verdict:
    """`confidence` is the probability (0 to 1) that the evidence answers; `missing` says what the documents lack."""

    abstain: bool
    confidence: float
    missing: str


@dataclass(frozen=True)
class Abstainer:
    """A logistic model over `SIGNALS`; abstains below `threshold`."""

    weights: dict[str, float]
    threshold: float

    @classmethod
    @lru_cache(maxsize=1)
    def shipped(cls) -> Abstainer:
        """The weights that come with the package."""
        raw = json.loads((resources.files("index") / "data" / "abstention.json").read_text(encoding="utf-8"))
        return cls(raw["weights"], float(raw["threshold"]))

    def confidence(self, signals: Sequence[float]) -> float:
        """Probability that the evidence answers the question."""
        total = sum(self.weights.get(name, 0.0) * value for name, value in zip(SIGNALS, signals, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))

    def judge(self, query: Query, signals: Sequence[float]) -> Verdict:
        """Answer or abstain, and the words for what is missing."""
        confidence = self.confidence(signals)
        return Verdict(
            confidence < self.threshold, round(confidence, 3), missing(query, dict(zip(SIGNALS, signals, strict=True)))
        )


def missing(query: Query, values: dict[str, float]) -> str:
    """Words for what the documents do not say."""
    if values["document_unknown"] and query.documents:
        named = query.documents[0]
        return (
            f"nội dung của {(named.kind or 'văn bản').capitalize()} số {named.serial}"
            if named.kind
            else f"văn bản số {named.serial}"
        )
    if values["year_missing"] and query.years:
        return f"nội dung này cho năm {', '.join(str(y) for y in sorted(query.years))}"
    if values["place_other"] and query.places:
        return f"nội dung này của {query.places[0]}"
    if values["unit_missing_in_directive"] and query.units:
        return f"nhiệm vụ nào như vậy của {query.units[0]}"
    if values["person_unnamed"]:
        return "họ tên người này"
    asked = {
        "target": "con số này", "deadline": "thời hạn của việc này", "responsibility": "cơ quan chịu trách nhiệm việc này",
        "report": "chế độ báo cáo này", "rule": "quy định xử lý này", "document": "thông tin này của văn bản",
    }  # fmt: skip
    return asked.get(query.kind, "nội dung này")
