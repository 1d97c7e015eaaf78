"""Every question answered end to end under weights that never saw its directive.

    python -m tests.quality.left_out --home HOME [--shared DIR] [--write]

HOME is that of `tests.quality.answers`. Every directive is loaded; questions over one directive are left out together
from the learning of ranker and abstainer, and only the threshold is shared. `--write` replaces left_out.md, which RESULTS.md ends with,
and results/left-out.jsonl.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.abstention import Abstainer
from index.service import SearchService
from index.training import best_threshold, examples, leave_out, near_miss_examples, untrained
from tests.quality.answer_report import LEFT_OUT, Judged, left_out_page
from tests.quality.answers import SHARED, answer, committed, kept_model, library, question_sets, results_file, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.store import Store
    from index.embedding import Embedder
    from tests.quality.answer_scoring import Outcome
    from tests.quality.answers import Row

NAME = "left-out"
SETS = ("gold-among-all", "samples", "held-out")


def outcomes_left_out(
    store: Store, home: Path, embedder: Embedder, questions: Sequence[Row]
) -> tuple[list[Outcome], float, float, float]:
    """Outcomes in the order of the questions; the shared threshold; shares of right clauses first and in the first three."""
    service = untrained(store, home, embedder)
    snapshot = service.refresh()
    asked = examples(service, snapshot, questions)
    items = [*asked, *near_miss_examples(service, snapshot, asked, questions)]
    learned = leave_out(service, snapshot, items)
    threshold = best_threshold(learned.confidence, learned.right)
    groups: dict[str, list[int]] = defaultdict(list)
    for i, item in enumerate(asked):
        groups[item.doc].append(i)
    outcomes: dict[int, Outcome] = {}
    for doc, members in groups.items():
        abstainer = Abstainer(learned.abstainers[doc], threshold)
        judged = SearchService(store, home, lambda: embedder, ranker=learned.rankers[doc], abstainer=abstainer)
        outcomes.update(zip(members, answer(store, judged, [questions[i] for i in members]), strict=True))
    answerable = np.array([e.answerable for e in items])
    return [outcomes[i] for i in range(len(asked))], threshold, learned.first, float(learned.right[answerable].mean())


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with seeds, directives and gold")
    parser.add_argument("--write", action="store_true", help="replace left_out.md and results/left-out.jsonl")
    parser.add_argument("--misses", type=int, default=0, help="show the first N wrong ones")
    arguments = parser.parse_args()
    chosen = [one for one in question_sets(arguments.shared) if one.name in SETS]
    embedder = kept_model(arguments.home)
    with library(arguments.home, chosen[0], embedder) as (store, _):
        keys = {(file.name, part): key for file in store.files() for part, key in enumerate(file.directives)}
        questions = [
            row | {"directive": keys.get((row.get("file"), row.get("part")))} for one in chosen for row in one.questions
        ]
        outcomes, threshold, first, third = outcomes_left_out(
            store, arguments.home / chosen[0].shelf, embedder(), questions
        )
    parts: list[Judged] = []
    for one in chosen:
        inside = outcomes[sum(len(p.questions) for p in parts) :][: len(one.questions)]
        parts.append(Judged(one.name, one.about, one.questions, inside, {}))
    whole = Judged("all", "all of these together", questions, outcomes, committed(NAME))
    for judged in [*parts, whole]:
        show(judged, arguments.misses if judged is whole else 0)
    print(f"threshold {threshold:.3f}, right clause first {first:.3f}, among the first three {third:.3f}")
    if arguments.write:
        lines = (json.dumps(result.as_row(), ensure_ascii=False) for result in outcomes)
        results_file(NAME).write_text("\n".join(lines) + "\n", encoding="utf-8")
        LEFT_OUT.write_text(left_out_page([*parts, whole], first, third), encoding="utf-8")


if __name__ == "__main__":
    main()
