"""How much worse the gold questions are answered when much else is loaded beside their directives.

    python -m tests.quality.noise --home HOME [--shared DIR] [--articles 200]

The noise is every other directive at hand, every sample, and articles of laws from the retrieval set, made into files
under HOME only. HOME is that of `tests.quality.answers`; the first run embeds what is new.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tests.quality.answer_report import FIGURES, Judged, figures
from tests.quality.answers import SHARED, QuestionSet, judge, kept_model, question_sets, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.quality.answers import Row

ALLOWED_FALL = 0.03


def spaced(rows: Sequence[Row], count: int) -> list[Row]:
    """`count` rows at even distances, the same every time."""
    step = max(len(rows) / max(count, 1), 1.0)
    return [rows[int(i * step)] for i in range(min(count, len(rows)))]


def as_laws(articles: Sequence[Row]) -> dict[str, str]:
    """Texts that read as laws, by file name: the articles of each law under its number, in order."""
    by_law: dict[str, list[str]] = defaultdict(list)
    for row in articles:
        number, _, article = row["_id"].partition("#")
        by_law[number].append(f"Điều {article}. {row['text'].strip()}")
    return {
        f"{re.sub(r'[^0-9A-Za-z]+', '-', number)}.txt": "\n\n".join(
            ["QUỐC HỘI", f"Luật số: {number}", "LUẬT", *texts]
        )
        for number, texts in by_law.items()
    }


def write_noise(folder: Path, retrieval: Path, count: int) -> int:
    """Write `count` articles as law files into `folder`; how many there were."""
    articles = spaced(rows_of(retrieval / "corpus.jsonl"), count)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in as_laws(articles).items():
        (folder / name).write_text(text + "\n", encoding="utf-8")
    return len(articles)


def noisy_sets(home: Path, shared: Path, count: int) -> list[QuestionSet]:
    """The gold questions over their directives alone, and over these and all the noise."""
    sets = {chosen.name: chosen for chosen in question_sets(shared)}
    folder = home / f"noise-{count}"
    write_noise(folder, shared / "retrieval" / "alqac2022", count)
    among = sets["gold-among-all"]
    noisy = replace(
        among,
        name="gold-among-noise",
        about=f"the same questions; every directive and {count} articles of laws loaded",
        shelf=f"everything-and-{count}-articles",
        sources=(*among.sources, folder),
    )
    return [sets["gold"], among, noisy]


def fall(alone: Judged, noisy: Judged) -> float:
    """By how much `right` falls."""
    return (figures(alone.outcomes)["right"] or 0.0) - (figures(noisy.outcomes)["right"] or 0.0)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with seeds, directives, gold and retrieval")
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    judged = judge(
        arguments.home, noisy_sets(arguments.home, arguments.shared, arguments.articles), kept_model(arguments.home)
    )
    for one in judged:
        values = figures(one.outcomes)
        shown = {name: round(values[name] or 0.0, 3) for name in FIGURES}
        print(json.dumps({"set": one.name, **shown}) if arguments.json else f"{one.name}: {shown}")
    lost = [o.id for o, n in zip(judged[0].outcomes, judged[-1].outcomes, strict=True) if o.right and not n.right]
    print(f"right falls by {fall(judged[0], judged[-1]):.3f} (at most {ALLOWED_FALL}); lost: {', '.join(lost) or 'none'}")


if __name__ == "__main__":
    main()
