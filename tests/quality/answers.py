"""Answers every question whose answer is known and says how many are right, where, and what was lost since last time.

    python -m tests.quality.answers --home HOME [--shared DIR] [--set NAME ...] [--write] [--misses N]

HOME keeps the model, the vectors and a library for each selection of directives, so that a second run is
quick; when it already holds `models` and `vectors.sqlite`, they are used.
Without the directives beside the checkout only the questions about the samples are asked. `--write` replaces `results/*.jsonl` and RESULTS.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.ingest import ingest
from corpus.store import Store
from index.answers import Question
from index.embedding import Embedder, load_embedder
from index.indexing import Indexer, vectors_file
from index.service import SearchService
from tests.quality.answer_report import FIGURES, Judged, figures, page
from tests.quality.answer_scoring import Outcome, by_evidence, by_place, outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
SAMPLES = CHECKOUT / "corpus" / "samples"
SHARED = CHECKOUT.parent / "shared"
RESULTS = HERE / "results"
TODAY = date(2026, 11, 22)  # questions say "năm nay"; a run of another day must give the same answers

Row = dict[str, Any]


@dataclass(frozen=True)
class QuestionSet:
    """Questions asked together over the same directives."""

    name: str
    about: str
    shelf: str
    sources: tuple[Path, ...]
    questions: tuple[Row, ...]


def rows_of(path: Path) -> list[Row]:
    """The lines of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def question_sets(shared: Path) -> list[QuestionSet]:
    """Every set whose directives are at hand. `shared` holds `seeds`, `directives` and `gold`, or does not exist."""
    seeds, others = shared / "seeds", shared / "directives"
    everything = tuple(folder for folder in (seeds, SAMPLES, others) if folder.is_dir())
    whole = "everything" if len(everything) > 1 else "samples"
    gold = tuple(row for path in sorted((shared / "gold").glob("*/questions.jsonl")) for row in rows_of(path))
    samples = tuple(row for path in sorted((HERE / "samples").glob("*/questions.jsonl")) for row in rows_of(path))
    files = {file.name for folder in everything for file in folder.iterdir()}
    held_out = tuple(_held_out(HERE / "questions", files))
    blind = tuple(_held_out(HERE / "questions" / "blind", files))
    sets = [
        QuestionSet("gold", "four annotated directives; the six seeds loaded", "seeds", (seeds,), gold),
        QuestionSet("gold-among-all", "the same questions; every directive loaded", whole, everything, gold),
        QuestionSet("samples", "questions about the samples; every directive loaded", whole, everything, samples),
        QuestionSet("held-out", "`questions/`; every directive loaded", whole, everything, held_out),
        QuestionSet("blind", "`questions/blind/`, never learned from; every directive loaded", whole, everything, blind),
    ]
    return [chosen for chosen in sets if chosen.questions]


def _held_out(folder: Path, files: set[str]) -> Iterator[Row]:
    for path in sorted(folder.glob("*.jsonl")):
        for row in rows_of(path):
            if row["file"] is None or row["file"] in files:
                yield row | {"doc": path.stem}


@contextmanager
def library(home: Path, chosen: QuestionSet, embedder: Callable[[], Embedder]) -> Iterator[tuple[Store, SearchService]]:
    """The store and the service over a set's directives, read and indexed when they are not yet or have changed."""
    folder = home / chosen.shelf
    folder.mkdir(parents=True, exist_ok=True)
    vectors = vectors_file(folder)
    if not vectors.exists():
        vectors.symlink_to(Path("..") / vectors_file(home).name)  # one cache for all libraries
    with Store.open(f"sqlite:///{folder / 'chidao.db'}") as store:
        reports = ingest(chosen.sources, store, Indexer(folder, embedder))
        refused = [report for report in reports if report.status == "refused"]
        if refused:
            raise SystemExit(f"{refused[0].file}: {refused[0].reason}")
        yield store, SearchService.open(store, folder, embedder)


def answer(store: Store, service: SearchService, questions: Sequence[Row]) -> list[Outcome]:
    """Ask and judge, in order."""
    asked = [Question(q["q"], id=q["id"], previous=q["prev"] or None, today=TODAY) for q in questions]
    parts = {file.name: file.directives for file in store.files()}
    return [
        outcome(
            question,
            given.as_dict(),
            by_evidence(question) if "evidence" in question else by_place(question, parts.get(question["file"], ())),
        )
        for question, given in zip(questions, service.ask_many(asked), strict=True)
    ]


def results_file(name: str) -> Path:
    """Where a set's outcomes are kept."""
    return RESULTS / f"{name}.jsonl"


def committed(name: str) -> dict[str, Row]:
    """The outcomes last committed, by id; those on disk where there is no repository; none when there are none."""
    path = results_file(name).relative_to(CHECKOUT).as_posix()
    command = ["git", "-C", str(CHECKOUT), "show", f"HEAD:./{path}"]
    try:
        shown = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        alone = not (CHECKOUT / ".git").exists() and results_file(name).exists()
        shown = results_file(name).read_text(encoding="utf-8") if alone else ""
    return {row["id"]: row for row in map(json.loads, shown.splitlines())}


def judge(home: Path, sets: Sequence[QuestionSet], embedder: Callable[[], Embedder]) -> list[Judged]:
    """Every set answered."""
    judged = []
    for chosen in sets:
        with library(home, chosen, embedder) as (store, service):
            outcomes = answer(store, service, chosen.questions)
        judged.append(Judged(chosen.name, chosen.about, chosen.questions, outcomes, committed(chosen.name)))
    return judged


def kept_model(home: Path) -> Callable[[], Embedder]:
    """The bundled model, loaded once."""
    loaded: list[Embedder] = []

    def embedder() -> Embedder:
        if not loaded:
            loaded.append(load_embedder("bundled", home, lambda line: print(line, file=sys.stderr)))
        return loaded[0]

    return embedder


def show(judged: Judged, misses: int) -> None:
    """One set's figures on standard output."""
    values = figures(judged.outcomes)
    said = "  ".join(f"{name} {values[name]:.3f}" for name in FIGURES if values[name] is not None)
    print(f"{judged.name} ({len(judged.outcomes)}): {said}")
    if judged.lost:
        print(f"  once right, now not: {', '.join(judged.lost)}")
    wrong = [(q, o) for q, o in zip(judged.questions, judged.outcomes, strict=True) if not o.right]
    for question, result in wrong[:misses]:
        flags = f"abstained={result.abstained} must={result.must} clean={result.clean} cited={any(result.cited)}"
        print(f"  {question['id']} [{question['kind']}/{question['style']}] {question['q']}\n    {flags}")


def write(sets: Sequence[Judged], model: str) -> None:
    """Replace the kept outcomes and the page."""
    RESULTS.mkdir(exist_ok=True)
    for judged in sets:
        lines = (json.dumps(result.as_row(), ensure_ascii=False) for result in judged.outcomes)
        results_file(judged.name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (HERE / "RESULTS.md").write_text(page(sets, model), encoding="utf-8")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with seeds, directives and gold")
    parser.add_argument("--set", dest="names", nargs="+", help="only these sets (nothing is written then)")
    parser.add_argument("--write", action="store_true", help="replace results/ and RESULTS.md")
    parser.add_argument("--misses", type=int, default=0, help="show the first N wrong ones of each set")
    arguments = parser.parse_args()
    sets = [s for s in question_sets(arguments.shared) if not arguments.names or s.name in arguments.names]
    embedder = kept_model(arguments.home)
    judged = judge(arguments.home, sets, embedder)
    for one in judged:
        show(one, arguments.misses)
    if arguments.write and not arguments.names:
        write(judged, embedder().name)


if __name__ == "__main__":
    main()
