"""Figures over judged answers, and the page that shows them: overall, in slices, by confidence, and what was lost."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.quality.answer_scoring import Outcome

COMMAND = "python -m tests.quality.answers --home HOME --shared ../shared --write"
LEAVING_OUT = "python -m tests.quality.left_out --home HOME --shared ../shared --write"
TRAINING = """python -m index.training --home HOME --questions ../shared/gold/*/questions.jsonl \\
    tests/quality/samples/*/questions.jsonl tests/quality/questions/*.jsonl --write"""
BINS = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01))
FIGURES = ("right", "cited@1", "cited@3", "must", "false_abstain", "abstain_recall", "confidently_wrong")


LEFT_OUT = Path(__file__).with_name("left_out.md")
ELSEWHERE = Path(__file__).with_name("elsewhere.md")


@dataclass(frozen=True)
class Judged:
    """One set of questions with their outcomes, in the same order. `before` are the rows last committed, by id."""

    name: str
    about: str
    questions: Sequence[Mapping[str, Any]]
    outcomes: Sequence[Outcome]
    before: Mapping[str, Mapping[str, Any]]

    @property
    def lost(self) -> list[str]:
        """Questions once right and not any more."""
        return [o.id for o in self.outcomes if not o.right and self.before.get(o.id, {}).get("right")]

    @property
    def won(self) -> list[str]:
        """Questions right now and not before."""
        return [o.id for o in self.outcomes if o.right and o.id in self.before and not self.before[o.id]["right"]]


def share(flags: Iterable[bool]) -> float | None:
    """The part that is true; None of nothing."""
    seen = list(flags)
    return sum(seen) / len(seen) if seen else None


def figures(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    """The measures of the contract: right, cited and must over answerable questions, refusals over the others."""
    answerable = [o for o in outcomes if o.answerable]
    return {
        "right": share(o.right for o in answerable),
        "cited@1": share(o.cited_first for o in answerable),
        "cited@3": share(any(o.cited) for o in answerable),
        "must": share(o.must for o in answerable),
        "false_abstain": share(o.abstained for o in answerable),
        "abstain_recall": share(o.abstained for o in outcomes if not o.answerable),
        "confidently_wrong": share(not o.abstained and not o.right for o in outcomes),
    }


def slices(judged: Judged, field: str) -> dict[str, tuple[float, int]]:
    """Share right and number of questions by a field of the question."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for question, result in zip(judged.questions, judged.outcomes, strict=True):
        groups[str(question[field])].append(result.right)
    return {name: (sum(flags) / len(flags), len(flags)) for name, flags in sorted(groups.items())}


def reliability(outcomes: Sequence[Outcome]) -> list[tuple[str, int, float, float]]:
    """By stretch of confidence, over what was answered: number, mean confidence, share right."""
    rows = []
    for low, high in BINS:
        inside = [o for o in outcomes if not o.abstained and low <= o.confidence < high]
        if inside:
            mean = sum(o.confidence for o in inside) / len(inside)
            right = sum(o.right for o in inside) / len(inside)
            rows.append((f"{low:.1f} – {min(high, 1.0):.1f}", len(inside), mean, right))
    return rows


def page(sets: Sequence[Judged], model: str) -> str:
    """RESULTS.md, whole."""
    parts = [
        "# How well questions are answered",
        "",
        "Written by the command below, not by hand. A question is right when it was answered, the answer holds what it",
        "must, the headline nothing it must not, and one of the first three citations is of what answers it; one",
        "that the directives do not answer is right when it was refused. `results/` keeps every question's outcome.",
        "",
        "```sh",
        COMMAND,
        "```",
        "",
        f"Embedding: `{model}`. `right`, `cited`, `must` and `false_abstain` are shares of the answerable questions,",
        "`abstain_recall` of the unanswerable ones, `confidently_wrong` of all.",
        "",
        "## Overall",
        "",
        _table(("set", "questions", *FIGURES), [_overall(judged) for judged in sets]),
        "",
        *[f"- `{judged.name}`: {judged.about}" for judged in sets],
        "",
        "## Confidence",
        "",
        "What was answered, by the confidence given. Calibrated confidence would equal the share right.",
        "",
        _reliability_table(sets),
        "",
        "## Slices: share right (questions)",
    ]
    for field, title in (("kind", "By kind"), ("style", "By style"), ("doc", "By directive")):
        parts += ["", f"### {title}", "", _slice_table(sets, field)]
    parts += ["", "## Once right, now not", "", *_losses(sets)]
    return "\n".join([*parts, "", LEFT_OUT.read_text(encoding="utf-8"), ELSEWHERE.read_text(encoding="utf-8")])


def left_out_page(sets: Sequence[Judged], first: float, third: float) -> str:
    """left_out.md, whole. `first` and `third`: shares of answerable questions with a right clause first, or in three."""
    lines = [
        "## What the weights are learned from, and figures without it",
        "",
        "`index/data/ranker.json` and `abstention.json` are learned from all of these questions, so the tables above flatter them.",
        "(HOME holds the seeds, `../shared/directives` and `corpus/samples`.)",
        "",
        "```sh",
        TRAINING,
        "```",
        "",
        "Unanswerable near misses are made from the answerable questions and learned from too (`index/near_misses.py`): another year,",
        "another place, another kind of figure. They are never counted in a figure here.",
        "",
        "Below, every question is answered end to end under weights that never saw its directive: questions over one directive are left",
        "out together, every directive is loaded, and only the threshold is shared. Written by:",
        "",
        "```sh",
        LEAVING_OUT,
        "```",
        "",
        _table(("set", "questions", *FIGURES), [_overall(judged) for judged in sets]),
        "",
        f"The right clause comes first in {first:.3f} of the answerable questions, among the first three in {third:.3f}.",
        "",
        _reliability_table(sets[-1:]),
        "",
        _slice_table(sets[-1:], "style"),
        "",
        _slice_table(sets[-1:], "kind"),
        "",
        "Once right when left out, now not:",
        "",
        *_losses(sets[-1:]),
        "",
    ]
    return "\n".join(lines)


def _overall(judged: Judged) -> tuple[str, ...]:
    return (f"`{judged.name}`", str(len(judged.outcomes)), *(_three(v) for v in figures(judged.outcomes).values()))


def _reliability_table(sets: Sequence[Judged]) -> str:
    rows = []
    for judged in sets:
        for stretch, count, mean, right in reliability(judged.outcomes):
            rows.append((f"`{judged.name}`", stretch, str(count), f"{mean:.2f}", f"{right:.2f}"))
    return _table(("set", "confidence", "answered", "mean confidence", "right"), rows)


def _slice_table(sets: Sequence[Judged], field: str) -> str:
    found = {judged.name: slices(judged, field) for judged in sets}
    names = sorted({name for table in found.values() for name in table})
    rows = [
        (name, *(f"{table[name][0]:.2f} ({table[name][1]})" if name in table else "" for table in found.values()))
        for name in names
    ]
    return _table((field, *(f"`{name}`" for name in found)), rows)


def _losses(sets: Sequence[Judged]) -> list[str]:
    lines = []
    for judged in sets:
        if not judged.before:
            lines.append(f"- `{judged.name}`: no earlier results committed.")
        else:
            lost = ", ".join(judged.lost) or "none"
            lines.append(f"- `{judged.name}`: {lost}. (Newly right: {len(judged.won)}.)")
    return lines


def _three(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
