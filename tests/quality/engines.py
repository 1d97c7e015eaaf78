"""Whether FAISS and Milvus find the same and answer the same: every question with a known answer asked of both.

    python -m tests.quality.engines --home HOME [--shared DIR] [--set NAME ...] [--milvus URL]

HOME is that of `tests.quality.answers`. Each set's directives are indexed twice, with the same vectors: by FAISS, and in Milvus (a
milvus-lite file unless a URL is given). Then each question is asked of both three times: by who may see everything, by who may
see one directive (another for each question), by who may see every second one. Ends with 1 when an answer differs or the ten
nearest overlap less than 0.99.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.answers import Answer, Question
from index.indexing import Indexer, vectors_file
from index.milvus import Milvus
from index.service import SearchService
from index.sharing import within_home
from tests.quality.answers import SHARED, TODAY, kept_model, library, question_sets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from corpus.store import Store
    from index.embedding import Embedder
    from index.visible import Visible
    from tests.quality.answers import QuestionSet

TOP = 10
BAR = 0.99
Rights = frozenset[str] | None


@dataclass(frozen=True)
class Pair:
    """The same directives by both engines."""

    faiss: SearchService
    milvus: SearchService


class Remembering:
    """The model, each question embedded once: both engines and every asker get the very same vectors."""

    def __init__(self, model: Embedder) -> None:
        self._model = model
        self._kept: dict[str, NDArray[np.float32]] = {}
        self.name, self.dimension = model.name, model.dimension

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder`."""
        return self._model.embed_passages(texts)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder`."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._kept]
        if missing:
            self._kept.update(zip(missing, self._model.embed_queries(missing), strict=True))
        return np.stack([self._kept[text] for text in texts])


def overlap(own: Sequence[Any], other: Sequence[Any]) -> float:
    """The share of what the first found that the second found too; 1 when the first found nothing, and the second neither."""
    return len(set(own) & set(other)) / len(own) if len(own) else float(not len(other))


def nearest(pair: Pair, vectors: NDArray[np.float32], within: Rights) -> list[tuple[list[str], list[str]]]:
    """Keys of the ten nearest passages of each vector, by both."""
    found = []
    for service in (pair.faiss, pair.milvus):
        generation = service.refresh().generation
        visible: Visible | None = generation.visible(within) if within is not None else None
        found.append([[generation.keys[row] for row in rows] for rows in generation.nearest(vectors, TOP, visible)])
    return list(zip(*found, strict=True))


def differing(one: Answer, other: Answer) -> dict[str, tuple[object, object]]:
    """The fields in which two answers differ."""
    pairs = {field.name: (getattr(one, field.name), getattr(other, field.name)) for field in fields(Answer)}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def rights(store: Store, number: int) -> dict[str, list[Rights]]:
    """For each of so many questions what its asker may see, in three ways."""
    keys = [directive.key for directive in store.directives()]
    return {
        "everything": [None] * number,
        "one directive": [frozenset([keys[n % len(keys)]]) for n in range(number)],
        "every second": [frozenset(keys[n % 2 :: 2]) for n in range(number)],
    }


def compare(chosen: QuestionSet, store: Store, pair: Pair, embedder: Embedder) -> bool:
    """Ask everything of both, print what is the same and each answer that is not; True when all is."""
    asked = [(row["id"], row["q"], row["prev"] or None) for row in chosen.questions]
    vectors = embedder.embed_queries([text for _, text, _ in asked])
    good = True
    for name, allowed in rights(store, len(asked)).items():
        near = [nearest(pair, vectors[n : n + 1], within)[0] for n, within in enumerate(allowed)]
        beyond = sum(
            within is not None and key.partition("#")[0] not in within
            for within, (_, found) in zip(allowed, near, strict=True)
            for key in found
        )
        questions = [
            Question(text, id=number, previous=previous, today=TODAY, within=within)
            for (number, text, previous), within in zip(asked, allowed, strict=True)
        ]
        answers = list(zip(pair.faiss.ask_many(questions), pair.milvus.ask_many(questions), strict=True))
        figures: dict[str, Any] = {
            "set": chosen.name,
            "seen": name,
            "questions": len(asked),
            "passages": len(pair.faiss.refresh().generation),
            "nearest_ten": round(float(np.mean([overlap(own, other) for own, other in near])), 4),
            "nearest_in_order": sum(own == other for own, other in near),
            "nearest_beyond_rights": beyond,
            "same_answers": sum(one == other for one, other in answers),
            "abstained": sum(one.abstained for one, _ in answers),
        }
        if name == "everything":
            found = [[[(h.directive, h.path) for h in s.search(text)] for s in (pair.faiss, pair.milvus)] for _, text, _ in asked]
            figures["search_ten"] = round(float(np.mean([overlap(own, other) for own, other in found])), 4)
            figures["search_in_order"] = sum(own == other for own, other in found)
        print(json.dumps(figures, ensure_ascii=False), flush=True)
        for one, other in answers:
            if one != other:
                print(json.dumps({"question": one.id, "differs": differing(one, other)}, ensure_ascii=False, default=str))
        least = min(figures["nearest_ten"], figures.get("search_ten", 1.0))
        good &= least >= BAR and figures["same_answers"] == len(asked) and not beyond
    return good


def compared(home: Path, chosen: QuestionSet, load: Callable[[], Embedder], url: str | None) -> bool:
    """One set, in the library of HOME and in a collection made for it."""
    with tempfile.TemporaryDirectory() as scratch, library(home, chosen, load) as (store, faiss):
        folder = Path(scratch)
        vectors_file(folder).symlink_to(vectors_file(home).resolve())
        place = Milvus(url or str(folder / "vectors.db"))
        milvus = SearchService.open(store, folder, load, Indexer(folder, load, within_home(folder, place)))
        return compare(chosen, store, Pair(faiss, milvus), load())


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with seeds, directives and gold")
    parser.add_argument("--set", dest="names", nargs="+", default=["gold"], help="sets of tests.quality.answers")
    parser.add_argument("--milvus", help="a server, http://host:19530; without it a file that goes afterwards")
    given = parser.parse_args()
    sets = [chosen for chosen in question_sets(given.shared) if chosen.name in given.names]
    if not sets:
        parser.error("none of these sets is at hand")
    model = Remembering(kept_model(given.home)())
    good = [compared(given.home, chosen, lambda: model, given.milvus) for chosen in sets]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
