"""The small BERT: the arithmetic of the library's own model, in NumPy and in torch."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertModel

import index.bert_torch
from corpus.errors import SettingsError
from index.bert import Bert, gelu, read_safetensors
from index.bert_torch import TorchBert

if TYPE_CHECKING:
    from pathlib import Path

WORDS = ["<s>", "</s>", "<unk>", *(f"t{n}" for n in range(60))]
TEXTS = ["t1 t2 t3", "t4", "", "t5 t6 t7 t8 t9 t10 t1 t1 unknown", " ".join(f"t{n}" for n in range(60))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers with chance weights and a tokenizer of sixty words."""
    home = tmp_path_factory.mktemp("bert")
    torch.manual_seed(5)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=24, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    model = BertModel(config)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    model.save_pretrained(home)
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 1)])
    tokenizer.save(str(home / "tokenizer.json"))
    return home


def expected(folder: Path, texts: list[str]) -> np.ndarray:
    """By the library, one text at a time."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(24)
    model = BertModel.from_pretrained(folder).eval()
    with torch.inference_mode():
        rows = [model(torch.tensor([tokenizer.encode(text).ids])).last_hidden_state[0].mean(dim=0).numpy() for text in texts]
    return np.array([row / np.linalg.norm(row) for row in rows])


def test_numpy_gives_the_librarys_vectors(folder: Path) -> None:
    assert Bert(folder).encode(TEXTS) == pytest.approx(expected(folder, TEXTS), abs=2e-5)


def test_torch_gives_them_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.bert_torch, "multiplies_16_bits", lambda: False)
    assert TorchBert(folder).encode(TEXTS) == pytest.approx(expected(folder, TEXTS), abs=2e-5)


def test_sixteen_bits_come_close(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.bert_torch, "multiplies_16_bits", lambda: True)
    assert (TorchBert(folder).encode(TEXTS) * expected(folder, TEXTS)).sum(axis=1).min() > 0.999


def test_a_text_has_the_same_vector_alone_and_among_others(folder: Path) -> None:
    model = Bert(folder)
    together = model.encode(TEXTS * 60)
    assert together[: len(TEXTS)] == pytest.approx(np.concatenate([model.encode([text]) for text in TEXTS]), abs=1e-5)
    assert together[-len(TEXTS) :] == pytest.approx(together[: len(TEXTS)], abs=1e-5)


def test_no_texts_give_no_rows(folder: Path) -> None:
    assert Bert(folder).encode([]).shape == (0, 32)


def test_gelu_is_that_of_the_error_function() -> None:
    values = np.linspace(-8, 8, 4001, dtype=np.float32)
    wanted = [value / 2 * (1 + math.erf(value / math.sqrt(2))) for value in values.tolist()]
    gelu(values)
    assert values == pytest.approx(wanted, abs=2e-6)


def test_a_damaged_folder_is_a_clear_error(tmp_path: Path, folder: Path) -> None:
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    weights = (folder / "model.safetensors").read_bytes()
    for damaged in (b"", weights[:6], weights[:100], weights[:-40]):
        (tmp_path / "model.safetensors").write_bytes(damaged)
        with pytest.raises(SettingsError, match="mô hình"):
            Bert(tmp_path)


def test_weights_of_another_kind_are_refused(tmp_path: Path) -> None:
    header = json.dumps({"a": {"dtype": "F16", "shape": [1], "data_offsets": [0, 2]}}).encode()
    path = tmp_path / "w.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + b"\0\0")
    with pytest.raises(ValueError, match="32 bits"):
        read_safetensors(path)
