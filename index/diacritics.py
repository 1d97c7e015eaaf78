"""Puts diacritics back into questions typed without them, with a syllable-pair model learned from the documents.

Viterbi over the ways each folded syllable is written in the corpus (and in a small file of everyday question words).
Pairs are smoothed as Witten & Bell 1991, backing off to how many different syllables one follows (Kneser & Ney 1995):
"cán" is frequent, but hardly ever before anything but "bộ". All numbers of a length count as one.
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from corpus.errors import SearchIndexError
from corpus.text import fold, has_diacritics, nfc, place_tones
from index.syllables import could_be_vietnamese, without_tone
from index.tokens import Encoded, encode, pair_key

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_WORD = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")
_STEP = re.compile(r"\S*\d\S*|\S*[A-ZĐ]\S*[-/]\S*|[^\W\d_]+")
_MOSTLY_UNMARKED = 0.35
_ADDED_MARK = 3.5  # how much less likely (natural log) the typed syllables must be before a mark is added,
_CHANGED_MARK = 6.0  # or changed: what a person typed with marks is mostly meant,
_RARELY = 4.0  # all the more when nothing else in the question is misspelt
_EVERYDAY = "data/everyday.txt"
_FEWEST_TONELESS = 4  # syllables: of fewer, all may well be level


@dataclass(frozen=True)
class DiacriticRestorer:
    """Counts of syllables and of neighbouring pairs (sorted keys over `vocabulary` numbers)."""

    vocabulary: list[str]
    counts: NDArray[np.int64]
    pairs: NDArray[np.int64]
    pair_counts: NDArray[np.int64]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.vocabulary)}

    @cached_property
    def _ways(self) -> dict[str, list[int]]:
        """Numbers of the vocabulary's syllables by folded form."""
        ways: dict[str, list[int]] = defaultdict(list)
        for number, word in enumerate(self.vocabulary):
            ways[fold(word)].append(number)
        return dict(ways)

    @cached_property
    def _followers(self) -> NDArray[np.int64]:
        """How many different syllables follow each."""
        return np.bincount(self.pairs >> 32, minlength=len(self.vocabulary))

    @cached_property
    def _preceded(self) -> NDArray[np.float64]:
        """Share of the different pairs that end in each syllable, never quite zero."""
        endings = np.bincount(self.pairs & 0xFFFFFFFF, minlength=len(self.vocabulary)) + 0.1
        share: NDArray[np.float64] = endings / endings.sum()
        return share

    def restore(self, text: str) -> str:
        """`text` with its bare syllables marked when most of it is bare or no tone is typed; else only slips are mended.

        A slip is a syllable that the documents never hold in that spelling, or that they hold but hardly ever in this
        company while another marking of the same letters is at home there. Codes and capitals are kept.
        """
        text = nfc(text)
        mend = not mostly_unmarked(text) and not typed_without_tones(text)
        steps = list(_STEP.finditer(text))
        pieces: list[str] = []
        at = 0
        for step, written in zip(steps, self._best([step.group() for step in steps], mend=mend), strict=True):
            typed = step.group()
            kept = not _WORD.fullmatch(typed) or (mend and place_tones(typed.lower()) == written)
            pieces += [text[at : step.start()], typed if kept else _as_cased(written, typed)]
            at = step.end()
        return "".join([*pieces, text[at:]])

    def _best(self, steps: list[str], *, mend: bool) -> list[str]:
        """The likeliest writing of a run of words and codes; an unknown one stays, and what follows starts afresh."""
        paths: dict[int, tuple[float, list[int]]] = {-1: (0.0, [])}
        unknown: list[str] = []
        many = any(_WORD.fullmatch(step) and not step.isupper() and not could_be_vietnamese(step) for step in steps)
        for step in steps:
            ways = self._slips(step, many=many) if mend else dict.fromkeys(self._candidates(step), 0.0)
            if not ways:
                unknown.append(place_tones(step.lower()))
                ways = {-1 - len(unknown): 0.0}
            paths = {
                way: max(
                    (
                        (score + self._log_share(last, way) - cost, [*path, way])
                        for last, (score, path) in paths.items()
                    ),
                    key=itemgetter(0),
                )
                for way, cost in ways.items()
            }
        _, best = max(paths.values(), key=itemgetter(0))
        return [self.vocabulary[way] if way >= 0 else unknown[-2 - way] for way in best]

    def _slips(self, step: str, *, many: bool) -> dict[int, float]:
        """Ways to read a step of marked text, with the cost of each change; empty when it must stay.

        A spelling that Vietnamese does not have is free to change; `many` of those make other slips likelier too.
        """
        lower = place_tones(step.lower())
        if not _WORD.fullmatch(lower):
            return dict.fromkeys(self._candidates(step), 0.0)
        known = self._numbers.get(lower)
        marked = has_diacritics(lower)
        if (step.isupper() and len(step) > 1) or (step.istitle() and marked):  # an abbreviation, a name
            return {} if known is None else {known: 0.0}
        if known is None and could_be_vietnamese(lower) and (marked or not many):
            return {}
        cost = 0.0 if many else _RARELY
        ways = {
            way: (_ADDED_MARK if without_tone(self.vocabulary[way]) == lower or not marked else _CHANGED_MARK) + cost
            if could_be_vietnamese(lower)
            else 0.0
            for way in self._ways.get(fold(lower), [])
        }
        if known is not None:
            ways[known] = 0.0
        return ways

    def _candidates(self, step: str) -> list[int]:
        lower = place_tones(step.lower())
        if _WORD.fullmatch(lower) and not has_diacritics(lower):
            return self._ways.get(lower, [])
        if _WORD.fullmatch(lower) and without_tone(lower) == lower:  # "quyêt": the vowel is marked, the tone is not
            return [way for way in self._ways.get(fold(lower), []) if without_tone(self.vocabulary[way]) == lower]
        shape = _shape(lower.strip(".,;:?!()%"))
        return [self._numbers[shape]] if shape in self._numbers else []

    def _log_share(self, previous: int, way: int) -> float:
        if way < 0:
            return 0.0
        alone = float(self._preceded[way])
        if previous < 0:
            return math.log(alone)
        followers = int(self._followers[previous])
        together = self._pair_count(previous, way) + followers * alone
        return math.log(together / (int(self.counts[previous]) + followers)) if together > 0 else math.log(alone)

    def _pair_count(self, first: int, second: int) -> int:
        key = (first << 32) | second
        place = int(np.searchsorted(self.pairs, key))
        return int(self.pair_counts[place]) if place < len(self.pairs) and self.pairs[place] == key else 0

    def save(self, folder: Path) -> list[Path]:
        """Write the counts into `folder`; the paths written."""
        paths = [folder / "diacritics.words.json"]
        paths[0].write_text(json.dumps(self.vocabulary, ensure_ascii=False), encoding="utf-8")
        for name, array in (("counts", self.counts), ("pairs", self.pairs), ("pair_counts", self.pair_counts)):
            paths.append(folder / f"diacritics.{name}.npy")
            np.save(paths[-1], array, allow_pickle=False)
        return paths

    @classmethod
    def load(cls, folder: Path) -> DiacriticRestorer:
        """Read what `save` wrote; raises SearchIndexError when the parts do not fit."""
        vocabulary = json.loads((folder / "diacritics.words.json").read_text(encoding="utf-8"))
        counts, pairs, pair_counts = (
            np.load(folder / f"diacritics.{name}.npy", allow_pickle=False)
            for name in ("counts", "pairs", "pair_counts")
        )
        if len(counts) != len(vocabulary) or len(pairs) != len(pair_counts):
            raise SearchIndexError("Bảng khôi phục dấu bị hỏng: các phần không khớp nhau.")
        return cls(vocabulary, counts, pairs, pair_counts)


def learn_restorer(encoded: Encoded) -> DiacriticRestorer:
    """Count the syllables and pairs of encoded texts, with everyday question words added."""
    keys, times = np.unique(encoded.pairs()[0], return_counts=True)
    return restorer_of(encoded.vocabulary, np.bincount(encoded.ids, minlength=len(encoded.vocabulary)), keys, times)


def restorer_of(
    vocabulary: list[str], counts: NDArray[np.int64], pairs: NDArray[np.int64], times: NDArray[np.int64]
) -> DiacriticRestorer:
    """From how often each word stands and each pair (`pair_key`), with everyday question words added."""
    everyday = encode(everyday_phrases())
    own, said = everyday.pairs()[0], np.bincount(everyday.ids, minlength=len(everyday.vocabulary))
    numbers: dict[str, int] = {}
    words, keys = [], []
    for written, couples in ((vocabulary, pairs), (everyday.vocabulary, own)):
        words.append(np.array([numbers.setdefault(_shape(word), len(numbers)) for word in written], dtype=np.int64))
        keys.append(pair_key(words[-1][couples >> 32], words[-1][couples & 0xFFFFFFFF]))
    total = np.bincount(np.concatenate(words), weights=np.concatenate([counts, said]), minlength=len(numbers))
    together, places = np.unique(np.concatenate(keys), return_inverse=True)
    pair_counts = np.bincount(places, weights=np.concatenate([times, np.ones(len(own))]), minlength=len(together))
    return DiacriticRestorer(list(numbers), total.astype(np.int64), together, pair_counts.astype(np.int64))


def everyday_phrases() -> list[str]:
    """Question words and phrases that directives themselves seldom hold, from the data file."""
    text = resources.files("index").joinpath(_EVERYDAY).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def mostly_unmarked(text: str) -> bool:
    """True when few of the words carry marks: in ordinary Vietnamese about seven of ten do."""
    words = [step for step in _STEP.findall(text) if _WORD.fullmatch(step)]
    marked = sum(has_diacritics(word) for word in words)
    return bool(words) and marked < _MOSTLY_UNMARKED * len(words)


def typed_without_tones(text: str) -> bool:
    """True when vowels are marked and no tone is ("nghi quyêt vê đât"): every syllable may lack one."""
    words = [step for step in _STEP.findall(text) if _WORD.fullmatch(step) and not step.isupper()]
    return len(words) >= _FEWEST_TONELESS and all(without_tone(nfc(word)) == nfc(word) for word in words)


def _shape(word: str) -> str:
    """Numbers by their length alone: what stands before 2027 stands before 2030."""
    return _DIGIT.sub("0", word)


def _as_cased(written: str, typed: str) -> str:
    """`written` with the capitals of `typed`; syllables without marks are as long as with them."""
    if typed.isupper() and len(typed) > 1:
        return written.upper()
    return written[:1].upper() + written[1:] if typed[:1].isupper() else written
