"""Text to unit vectors: the interface the index needs and the models behind it; knows no index and no store.

sentence-transformers and torch are imported only when passages or another model than the bundled one are wanted: they
take seconds, a question by itself some hundredths of one.
"""

from __future__ import annotations

import hashlib
import os
import threading
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from corpus.errors import SettingsError
from index.tokens import tokenize

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

# Read when the libraries are loaded, by whatever loads them: otherwise ONNX Runtime marks the machine with an id and reports
# its sessions to its maker.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

Progress = Callable[[str], None]
BATCH = 8  # larger ones are slower on a processor: what is worked on leaves its cache
_QUESTIONS_AT_ONCE = 16
_WINDOWS_VERSION = 1  # part of the embedder's name: raise it whenever long texts are cut otherwise
_WINDOW_MARGIN = 32  # room for the prompt and the special tokens
_E5_PROMPTS = {"query": "query: ", "passage": "passage: "}
_E5_WINDOW = 512
_PAD = "<pad>"
GRAPH = "onnx/model.onnx"
"""Where a sentence-transformers folder keeps a model's graph for ONNX Runtime."""


class Embedder(Protocol):
    """Turns texts into vectors. `name` identifies the model and its version: equal names give equal vectors."""

    name: str
    dimension: int

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit-norm rows, shape (texts, dimension), for texts that are searched."""
        ...

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit-norm rows, shape (texts, dimension), for questions."""
        ...


class HashEmbedder:
    """Deterministic embedder without a model, for tests and demos: texts that share words are near."""

    def __init__(self, dimension: int = 256) -> None:
        self.dimension = dimension
        self.name = f"hash-{dimension}"

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Signed counts of hashed tokens, normalised; a text without tokens points along the first axis."""
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for token in tokenize(text).sequence:
                code = zlib.crc32(token.encode())
                row[code % self.dimension] += 1.0 if code & 0x80000000 else -1.0
            if not row.any():
                row[0] = 1.0
        return unit_rows(rows)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The same as passages: words are words."""
        return self.embed_passages(texts)


class SentenceTransformerEmbedder:
    """A sentence-transformers model. Calls take turns: a model shared by threads has been seen to crash."""

    def __init__(self, model: SentenceTransformer, name: str) -> None:
        self._model = model
        self._turn = threading.Lock()
        self.name = f"{name}/w{_WINDOWS_VERSION}"
        dimension = model.get_embedding_dimension()
        if dimension is None:
            raise SettingsError(f"Mô hình {name} không cho biết số chiều của véc-tơ.")
        self.dimension = int(dimension)

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit-norm rows; a text beyond the model's window is the mean of overlapping windows, not cut."""
        roles = ("document", "passage", "corpus")
        windows = [self._windows(text) for text in texts]
        rows = self._encode([window for parts in windows for window in parts], roles)
        return _mean_rows(rows, [len(parts) for parts in windows])

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit-norm rows, with the model's own instruction for questions."""
        return self._encode(texts, ("query",))

    def _windows(self, text: str) -> list[str]:
        """The text itself when it fits the model, else pieces of it that overlap by half."""
        room = int(self._model.max_seq_length or 0) - _WINDOW_MARGIN
        if room <= 0 or len(text) <= room or not self._model.tokenizer.is_fast:  # a token is a character at least
            return [text]
        with self._turn:  # asking for tokens sets the tokenizer's truncation, which encoding sets back
            tokens = self._model.tokenizer(
                text, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
            )
        return _overlapping(text, tokens["offset_mapping"], room)

    def _encode(self, texts: Sequence[str], roles: tuple[str, ...]) -> NDArray[np.float32]:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        prompts = self._model.prompts
        prompt = next((prompts[role] for role in roles if prompts.get(role)), "")
        with self._turn:
            rows = self._model.encode(
                list(texts),
                prompt=prompt,
                batch_size=BATCH,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.asarray(rows, dtype=np.float32)


class BundledEmbedder:
    """The bundled model: questions by ONNX Runtime, which starts at once; passages by sentence-transformers, when needed."""

    def __init__(self, folder: Path, name: str) -> None:
        import onnxruntime  # noqa: PLC0415 (other models do without)
        from tokenizers import Tokenizer  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.enable_cpu_mem_arena = False  # it would keep for good what the largest batch once took
        # Threads that wait must sleep: spinning, they take the processor from whoever they wait for.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            graph = onnxruntime.InferenceSession(str(folder / GRAPH), options, providers=["CPUExecutionProvider"])
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # both libraries raise plain Exceptions
            raise SettingsError(f"Không nạp được mô hình trong {folder}: {error}") from error
        tokenizer.enable_truncation(_E5_WINDOW)
        tokenizer.enable_padding(pad_id=tokenizer.token_to_id(_PAD), pad_token=_PAD)
        self._graph, self._tokenizer, self._folder, self._model_name = graph, tokenizer, folder, name
        self._passages: SentenceTransformerEmbedder | None = None
        self._turn = threading.Lock()
        self.name = f"{name}/w{_WINDOWS_VERSION}"
        self.dimension = int(graph.get_outputs()[0].shape[-1])

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit-norm rows; a text beyond the model's window is the mean of overlapping windows, not cut."""
        with self._turn:
            if self._passages is None:
                model = in_16_bits(_load_local(self._folder))
                self._passages = SentenceTransformerEmbedder(model, self._model_name)
        return self._passages.embed_passages(texts)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit-norm rows; one question alone and among others has the same vector, but for the last digit."""
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda place: len(texts[place]))  # little padding
        for start in range(0, len(texts), _QUESTIONS_AT_ONCE):
            places = by_length[start : start + _QUESTIONS_AT_ONCE]
            encoded = self._tokenizer.encode_batch([_E5_PROMPTS["query"] + texts[place] for place in places])
            mask = np.array([each.attention_mask for each in encoded], dtype=np.int64)
            given = {"input_ids": np.array([each.ids for each in encoded], dtype=np.int64), "attention_mask": mask}
            (tokens,) = self._graph.run(["last_hidden_state"], given)
            rows[places] = np.einsum("bth,bt->bh", tokens, mask.astype(np.float32))
        return unit_rows(rows)


def in_16_bits(model: SentenceTransformer) -> SentenceTransformer:
    """Its layers in bfloat16 where the processor multiplies such numbers itself; elsewhere they would be imitated, slowly.

    What goes in and out stays in 32 bits: with the tokens' vectors and their mean in 16 too, cosines fell to 0.998.
    """
    import torch  # noqa: PLC0415 (takes seconds)

    if not torch.cpu.get_capabilities().get("avx512_bf16"):
        return model

    def widened(_layers: Any, _given: Any, result: Any) -> Any:
        result.last_hidden_state = result.last_hidden_state.float()
        return result

    transformer: Any = model[0]  # untyped in the library
    layers = transformer.auto_model.encoder
    layers.to(torch.bfloat16)
    layers.register_forward_pre_hook(lambda _, given: (given[0].bfloat16(), *given[1:]))
    layers.register_forward_hook(widened)
    return model


def _overlapping(text: str, spans: Sequence[tuple[int, int]], room: int) -> list[str]:
    """The text itself when its tokens, whose `spans` are given, fit, else pieces of `room` tokens that overlap by half."""
    if len(spans) <= room:
        return [text]
    starts = range(0, len(spans) - room // 2, room // 2)
    return [text[spans[at][0] : spans[min(at + room, len(spans)) - 1][1]] for at in starts]


def _mean_rows(rows: NDArray[np.float32], counts: Sequence[int]) -> NDArray[np.float32]:
    """Unit-norm means of so many rows at a time."""
    ends = np.cumsum(counts, dtype=np.int64)
    means = [rows[end - count : end].mean(axis=0) for count, end in zip(counts, ends, strict=True)]
    return unit_rows(np.array(means, dtype=np.float32).reshape(len(counts), rows.shape[1]))


def unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows scaled to length one; a zero row stays zero."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(norms > 0, norms, 1.0)).astype(np.float32)


def load_embedder(setting: str, home: Path, progress: Progress | None = None) -> Embedder:
    """The embedder a `CHIDAO_EMBEDDING` setting names.

    `bundled` (the model that comes with the installation, unpacked into `home` on first use), `hash` (no model, for
    tests), a folder holding a sentence-transformers model or the unpacked bundled one, or a hub name. Raises
    SettingsError when there is none.
    """
    if setting == "hash":
        return HashEmbedder()
    from index.bundled import bundled_model, unpacked_name  # noqa: PLC0415 (it imports this module)

    if setting == "bundled":
        folder, name = bundled_model(home / "models", progress)
        return BundledEmbedder(folder, name)
    folder = Path(setting).expanduser()
    if folder.is_dir():
        if unpacked := unpacked_name(folder):  # an installation may keep it where only its administrator writes
            return BundledEmbedder(folder, unpacked)
        return SentenceTransformerEmbedder(_load_local(folder), f"{folder.name}@{_fingerprint(folder)}")
    if setting.startswith((".", "/", "~")) or setting.count("/") != 1:
        raise SettingsError(f"CHIDAO_EMBEDDING: không có thư mục mô hình {setting!r}.")
    return SentenceTransformerEmbedder(_load_hub(setting, home / "models" / "hub", progress), setting)


def _before_torch() -> None:
    """Threads that wait must sleep: libgomp reads this once, when torch is loaded.

    Waiting threads spin otherwise, and where something else wants a processor too, one question took 430 ms instead
    of 39 (two threads on two processors, a second busy process). oneDNN keeps a program for each shape it meets, a
    thousand of them unless told otherwise: thousands of passages of many lengths took a gigabyte.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "64")


def quiet_libraries() -> None:
    """No progress bars and reports from transformers on our standard error: progress is ours to tell."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from transformers.utils import logging as transformers_logging  # noqa: PLC0415 (takes seconds)

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call,unused-ignore]
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call,unused-ignore]


def _load_local(folder: Path) -> SentenceTransformer:
    # The hub client reads these once, at import: a model on disk must never wait for a network that is not there.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    _before_torch()
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 (takes seconds)

    quiet_libraries()
    try:
        model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise SettingsError(f"CHIDAO_EMBEDDING: không nạp được mô hình trong {folder}: {error}") from error
    return _with_prompts(model, str(folder))


def _load_hub(name: str, cache: Path, progress: Progress | None) -> SentenceTransformer:
    if progress:
        progress(f"Đang nạp mô hình {name}…")
    _before_torch()
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 (takes seconds)

    quiet_libraries()
    try:
        model = SentenceTransformer(name, device="cpu", cache_folder=str(cache))
    except (OSError, ValueError, KeyError) as error:
        raise SettingsError(f"CHIDAO_EMBEDDING: không tải được mô hình {name!r} từ kho mô hình.") from error
    return _with_prompts(model, name)


def _with_prompts(model: SentenceTransformer, name: str) -> SentenceTransformer:
    """The E5 family needs "query: " and "passage: " (its model cards); some copies come without them."""
    if "e5" in Path(name).name.lower() and not any(model.prompts.values()):
        model.prompts = dict(_E5_PROMPTS)
    return model


def _fingerprint(folder: Path) -> str:
    """Short hash of a model folder: its configuration files whole, of each larger file its size and beginning."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(f"{path.relative_to(folder)}:{path.stat().st_size}".encode())
        with path.open("rb") as file:
            digest.update(file.read(1 << 20))
    return digest.hexdigest()[:12]
