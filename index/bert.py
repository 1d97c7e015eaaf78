"""Runs a small BERT without its libraries: in NumPy for questions, in torch for passages; knows no index and no prompts.

Importing sentence-transformers takes seconds, a question by itself a few hundredths of one. The arithmetic is that of
`transformers.BertModel` with mean pooling; texts are laid end to end, without padding.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped,unused-ignore]

from corpus.errors import SettingsError
from index.embedding import unit_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    Matrix = NDArray[np.float32]

_ROWS_AT_ONCE = 16  # of the widest layer: what is worked on again and again stays in the processor's own cache
_ERF = tuple(np.float32(value) for value in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592))


@dataclass(frozen=True)
class Linear:
    """`weight` is (out, in), as torch keeps it."""

    weight: Matrix
    bias: Matrix

    def __call__(self, rows: Matrix) -> Matrix:
        result: Matrix = rows @ self.weight.T
        result += self.bias
        return result


@dataclass(frozen=True)
class Norm:
    """Layer normalisation (Ba et al. 2016)."""

    weight: Matrix
    bias: Matrix
    epsilon: float

    def __call__(self, rows: Matrix) -> Matrix:
        rows = rows - rows.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", rows, rows)[:, None] / np.float32(rows.shape[1])
        rows /= np.sqrt(variance + np.float32(self.epsilon))
        rows *= self.weight
        rows += self.bias
        return rows


@dataclass(frozen=True)
class Layer:
    """One block: attention, then the wide layer and back; each added to what it was given and normalised."""

    attend: Linear  # query, key and value in one
    attended: Linear
    attended_norm: Norm
    widen: Linear
    narrow: Linear
    norm: Norm


class Bert:
    """A BERT model and its tokenizer from a folder of `model.safetensors`, `config.json` and `tokenizer.json`.

    Immutable once loaded, so threads may share it. In 32 bits, by NumPy.
    """

    tokens_at_once = 512

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer  # noqa: PLC0415 - only when a model is wanted

        _one_thread_a_product()
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            tensors = read_safetensors(folder / "model.safetensors")
            self.dimension = int(config["hidden_size"])
            self.window = int(config["max_position_embeddings"])
            self.heads = int(config["num_attention_heads"])
            self.tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self.tokenizer.no_padding()
            self.tokenizer.no_truncation()
            self._words = tensors["embeddings.word_embeddings.weight"]
            types = tensors["embeddings.token_type_embeddings.weight"]
            self._positions = tensors["embeddings.position_embeddings.weight"] + types[0]
            parts = _Parts(tensors, float(config["layer_norm_eps"]))
            self._norm = parts.norm("embeddings.LayerNorm")
            self.layers = [parts.layer(f"encoder.layer.{n}") for n in range(config["num_hidden_layers"])]
        except (OSError, ValueError, KeyError) as error:
            raise SettingsError(f"Không nạp được mô hình trong {folder}: {error}") from error

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Mean-pooled unit-norm rows, shape (texts, dimension); what is beyond the model's window is cut."""
        numbered = [_cut(encoding.ids, self.window) for encoding in self.tokenizer.encode_batch(list(texts))]
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        groups = _grouped([len(ids) for ids in numbered], self.tokens_at_once)
        pooled = self._all_pooled([[numbered[place] for place in group] for group in groups])
        for group, found in zip(groups, pooled, strict=True):
            rows[group] = found
        return unit_rows(rows)

    def _all_pooled(self, groups: Sequence[Sequence[Sequence[int]]]) -> Iterable[Matrix]:
        """Mean rows of each group; several groups at a time, a thread each."""
        if len(groups) < 2:
            return map(self._pooled, groups)
        with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
            return list(threads.map(self._pooled, groups))

    def _pooled(self, numbered: Sequence[Sequence[int]]) -> Matrix:
        lengths = [len(ids) for ids in numbered]
        places = np.concatenate([np.arange(length) for length in lengths])
        rows = self._norm(self._words[np.concatenate(numbered)] + self._positions[places])
        ends = np.cumsum(lengths, dtype=np.int64)
        spans = [slice(end - length, end) for end, length in zip(ends.tolist(), lengths, strict=True)]
        sums: Matrix = np.add.reduceat(self._through_layers(rows, spans), ends - lengths)
        return sums / np.array(lengths, dtype=np.float32)[:, None]

    def _through_layers(self, rows: Matrix, spans: Sequence[slice]) -> Matrix:
        for layer in self.layers:
            attended = layer.attended(self._attention(layer.attend(rows), spans))
            attended += rows
            rows = layer.attended_norm(attended)
            widened = layer.widen(rows)
            for start in range(0, len(widened), _ROWS_AT_ONCE):
                gelu(widened[start : start + _ROWS_AT_ONCE])
            narrowed = layer.narrow(widened)
            narrowed += rows
            rows = layer.norm(narrowed)
        return rows

    def _attention(self, rows: Matrix, spans: Sequence[slice]) -> Matrix:
        """Each text attends to itself alone; `rows` hold query, key and value side by side."""
        width = self.dimension // self.heads
        result = np.empty((len(rows), self.dimension), dtype=np.float32)
        for span in spans:
            query, key, value = rows[span].reshape(-1, 3, self.heads, width).transpose(1, 2, 0, 3)
            shares = query @ key.transpose(0, 2, 1)
            shares *= np.float32(width**-0.5)
            shares -= shares.max(axis=2, keepdims=True)
            np.exp(shares, out=shares)
            shares /= shares.sum(axis=2, keepdims=True)
            result[span] = (shares @ value).transpose(1, 0, 2).reshape(-1, self.dimension)
        return result


@dataclass(frozen=True)
class _Parts:
    """Picks a model's parts out of its tensors, by the names BertModel gives them."""

    tensors: Mapping[str, Matrix]
    epsilon: float

    def linear(self, *names: str) -> Linear:
        weights, biases = ([self.tensors[f"{name}.{part}"] for name in names] for part in ("weight", "bias"))
        return Linear(*(parts[0] if len(parts) == 1 else np.concatenate(parts) for parts in (weights, biases)))

    def norm(self, name: str) -> Norm:
        return Norm(self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"], self.epsilon)

    def layer(self, name: str) -> Layer:
        return Layer(
            attend=self.linear(*(f"{name}.attention.self.{part}" for part in ("query", "key", "value"))),
            attended=self.linear(f"{name}.attention.output.dense"),
            attended_norm=self.norm(f"{name}.attention.output.LayerNorm"),
            widen=self.linear(f"{name}.intermediate.dense"),
            narrow=self.linear(f"{name}.output.dense"),
            norm=self.norm(f"{name}.output.LayerNorm"),
        )


def gelu(values: Matrix) -> None:
    """x/2 (1 + erf(x/√2)) in place; erf by Abramowitz & Stegun 7.1.26, off by less than 2e-7."""
    scaled = np.abs(values)
    scaled *= np.float32(0.5**0.5)
    share = np.float32(1.0) / (np.float32(1.0) + np.float32(0.3275911) * scaled)
    series = share * _ERF[0]
    for coefficient in _ERF[1:]:
        series += coefficient
        series *= share
    np.square(scaled, out=scaled)
    np.negative(scaled, out=scaled)
    np.exp(scaled, out=scaled)
    series *= scaled
    np.subtract(np.float32(1.0), series, out=series)
    np.copysign(series, values, out=series)
    series += np.float32(1.0)
    series *= np.float32(0.5)
    values *= series


def read_safetensors(path: Path) -> dict[str, Matrix]:
    """32-bit tensors of a safetensors file, mapped, not read: the length of a JSON header, the header, the bytes.

    Raises ValueError or KeyError when it is not such a file.
    """
    data = np.memmap(path, dtype=np.uint8, mode="r")
    start = 8 + int(data[:8].view("<u8")[0])
    header: dict[str, Any] = json.loads(data[8:start].tobytes())
    header.pop("__metadata__", None)
    if any(entry["dtype"] != "F32" for entry in header.values()):
        raise ValueError("weights are not of 32 bits")
    return {name: _tensor(data[start:], entry) for name, entry in header.items()}


def _tensor(data: NDArray[np.uint8], entry: Mapping[str, Any]) -> Matrix:
    first, last = entry["data_offsets"]
    # A plain array over the mapped bytes: NumPy's memmap class makes every slice cost more.
    tensor: Matrix = np.asarray(data[first:last]).view("<f4").reshape(entry["shape"])
    return tensor.view(np.ndarray)


def _cut(ids: list[int], window: int) -> list[int]:
    """The first tokens and the closing one."""
    return ids if len(ids) <= window else [*ids[: window - 1], ids[-1]]


def _one_thread_a_product() -> None:
    """Keeps NumPy's library from splitting each product among threads that wait for one another by spinning.

    A question takes some two hundred small products. Where something else wants the processors too, each would wait for a
    thread that does not run: seconds instead of hundredths. Groups of texts go to threads of our own instead.
    """
    ThreadpoolController().select(internal_api="openblas").limit(limits=1)


def _grouped(lengths: Sequence[int], most: int) -> list[list[int]]:
    """Places of texts, in groups of about `most` tokens together."""
    groups: list[list[int]] = []
    room = 0
    for place, length in enumerate(lengths):
        if not groups or length > room:
            groups.append([])
            room = most
        groups[-1].append(place)
        room -= length
    return groups
