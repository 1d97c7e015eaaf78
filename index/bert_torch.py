"""Runs the blocks of a small BERT in torch: many passages, in 16 bits where the processor multiplies such numbers itself.

Measured against 32 bits: about half the processor time, cosines of the vectors with each other above 0.9999.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from index.bert import Bert

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from index.bert import Layer, Linear, Matrix, Norm

_STEP = 256


class TorchBert(Bert):
    """The same model with its blocks in torch, which has threads of its own."""

    tokens_at_once = 2048

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._type = torch.bfloat16 if multiplies_16_bits() else torch.float32
        self._blocks = [_Block(layer, self.heads, self._type) for layer in self.layers]
        self.layers = []

    def _all_pooled(self, groups: Sequence[Sequence[Sequence[int]]]) -> Iterable[Matrix]:
        return map(self._pooled, groups)

    def _through_layers(self, rows: Matrix, spans: Sequence[slice]) -> Matrix:
        with torch.inference_mode():
            # For each new number of rows the library makes, and keeps, a program of its own: let there be few of them.
            moved = functional.pad(torch.from_numpy(rows).to(self._type), (0, 0, 0, -len(rows) % _STEP))
            for block in self._blocks:
                moved = block(moved, spans)
            result: Matrix = moved[: len(rows)].float().numpy()
        return result


class _Block:
    def __init__(self, layer: Layer, heads: int, kind: torch.dtype) -> None:
        self._heads = heads
        self._attend, self._attended, self._widen, self._narrow = (
            _moved(part, kind) for part in (layer.attend, layer.attended, layer.widen, layer.narrow)
        )
        self._attended_norm, self._norm = (_moved(part, kind) for part in (layer.attended_norm, layer.norm))
        self._epsilon = layer.norm.epsilon

    def __call__(self, rows: torch.Tensor, spans: Sequence[slice]) -> torch.Tensor:
        attended = functional.linear(self._attention(functional.linear(rows, *self._attend), spans), *self._attended)
        rows = functional.layer_norm(attended.add_(rows), rows.shape[1:], *self._attended_norm, self._epsilon)
        widened = functional.gelu(functional.linear(rows, *self._widen))
        narrowed = functional.linear(widened, *self._narrow)
        return functional.layer_norm(narrowed.add_(rows), rows.shape[1:], *self._norm, self._epsilon)

    def _attention(self, rows: torch.Tensor, spans: Sequence[slice]) -> torch.Tensor:
        width = rows.shape[1] // 3
        result = rows.new_zeros((len(rows), width))
        for span in spans:
            query, key, value = rows[span].view(1, -1, 3, self._heads, width // self._heads).permute(2, 0, 3, 1, 4)
            attended = functional.scaled_dot_product_attention(query, key, value)
            result[span] = attended[0].transpose(0, 1).reshape(-1, width)
        return result


def _moved(part: Linear | Norm, kind: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
    """Weight and bias as tensors; a copy, as what is mapped from a file may not be written to."""
    return torch.tensor(part.weight, dtype=kind), torch.tensor(part.bias, dtype=kind)


def multiplies_16_bits() -> bool:
    """True when the processor has instructions for bfloat16; elsewhere they are imitated, and slow."""
    tell = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(tell and tell())
