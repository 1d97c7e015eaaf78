"""Directives without end, for measuring at scale: the samples' own sentences in new outlines, the same in every run."""

from __future__ import annotations

import random
import re
from pathlib import Path

from corpus.reading import read_file
from corpus.text import collapse

SAMPLES = Path(__file__).resolve().parents[2] / "corpus" / "samples"
CLAUSES_EACH = 160
_SEED = 20_301
_NUMBER = re.compile(r"\d+")
_LABEL = re.compile(r"^(?:[-+*•–]|\d{1,2}(?:\.\d{1,2})*[.)]|[a-zđ]\)|[IVX]+\.)\s*")
_SECTIONS = ("MỤC TIÊU", "NHIỆM VỤ VÀ GIẢI PHÁP", "TỔ CHỨC THỰC HIỆN")

_HEAD = """ỦY BAN NHÂN DÂN TỈNH HÒA SƠN
Số: {number}/KH-UBND
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Hòa Sơn, ngày {day:02} tháng {month:02} năm 2025

KẾ HOẠCH
về {title}
"""
_END = """
TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH

Vi Thị Hoa
"""


def write_directives(folder: Path, clauses: int, each: int = CLAUSES_EACH) -> list[Path]:
    """Text files that hold about so many clauses in all, about `each` a file."""
    sentences = _sentences()
    chance = random.Random(_SEED)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(1, max(clauses // each, 1) + 1):
        paths.append(folder / f"ke-hoach-{number:04}.txt")
        paths[-1].write_text(directive(number, sentences, chance, each), encoding="utf-8")
    return paths


def directive(number: int, sentences: list[str], chance: random.Random, each: int = CLAUSES_EACH) -> str:
    """One directive with about `each` clauses."""
    words = chance.choice(sentences).split()[:12]
    title = " ".join([*words, f"năm {2020 + number % 10} (đợt {number})"])
    lines = [_HEAD.format(number=1000 + number, day=1 + number % 28, month=1 + number % 12, title=title)]
    items = each // 4 // len(_SECTIONS)
    for roman, section in zip(("I", "II", "III"), _SECTIONS, strict=True):
        lines.append(f"{roman}. {section}")
        for item in range(1, items + 1):
            lines.append(f"{item}. {_sentence(sentences, chance)}")
            lines += [f"- {_sentence(sentences, chance)}" for _ in range(3)]
    return "\n".join([*lines, _END])


def _sentence(sentences: list[str], chance: random.Random) -> str:
    """Half of one sentence and half of another, with other figures: no two are alike, all read like the real ones."""
    one, other = chance.choice(sentences).split(), chance.choice(sentences).split()
    text = " ".join([*one[: max(len(one) // 2, 3)], *other[len(other) // 2 :]])
    return _NUMBER.sub(lambda found: str(chance.randint(2, 99)) if len(found[0]) < 4 else found[0], text).rstrip(" ;,")


def _sentences() -> list[str]:
    found: dict[str, None] = {}
    for path in sorted(SAMPLES.iterdir()):
        for read in read_file(path):
            for clause in read.clauses:
                text = _LABEL.sub("", collapse(clause.text))
                if clause.kind in {"item", "bullet", "paragraph"} and 8 <= len(text.split()) <= 60:
                    found[text] = None
    return list(found)
