"""`chidao bench`: measures search and the embedding model with the product's own code, apart from the real store."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.frame import WrongUsageError, argument_help, command_help, composed, option_help, put, say, tell

if TYPE_CHECKING:
    from collections.abc import Mapping


def register(app: typer.Typer) -> None:
    """Adds the command and its measurements."""
    bench = typer.Typer(help=say("cli.bench.help"), no_args_is_help=True, rich_markup_mode="rich")
    bench.command("retrieval", **command_help("bench.retrieval"))(retrieval)
    bench.command("embedding", **command_help("bench.embedding"))(embedding)
    bench.command("answering", **command_help("bench.answering"))(answering)
    bench.command("reading", **command_help("bench.reading"))(reading)
    app.add_typer(bench, name="bench")


def retrieval(
    folder: Annotated[Path, argument_help("cli.bench.folder", metavar="DIR")],
    *,
    as_json: Annotated[bool, option_help("cli.option.json", "--json")] = False,
) -> None:
    """`chidao bench retrieval`: a BEIR-layout set."""
    if not folder.is_dir():
        raise WrongUsageError(say("cli.bench.no_folder", folder=folder))
    from index.bench import bench_retrieval  # noqa: PLC0415 - FAISS

    embedder = composed().embedder()
    with tempfile.TemporaryDirectory(prefix="chidao-bench-") as workdir:  # fresh each time: its speeds are real ones
        _show(bench_retrieval(folder, embedder, Path(workdir), tell), as_json=as_json)


def embedding(
    texts: Annotated[Path | None, argument_help("cli.bench.texts", metavar="FILE")] = None,
    *,
    as_json: Annotated[bool, option_help("cli.option.json", "--json")] = False,
) -> None:
    """`chidao bench embedding`: the model against its package."""
    from index.bench import bench_embedding  # noqa: PLC0415

    _show(bench_embedding(composed().embedder(), _passages(texts)), as_json=as_json)


def answering(
    clauses: Annotated[int, option_help("cli.bench.clauses", "--clauses", metavar="N", min=0, max=1_000_000)] = 0,
    *,
    as_json: Annotated[bool, option_help("cli.option.json", "--json")] = False,
) -> None:
    """`chidao bench answering`: what a question costs, over the samples and over as many clauses as asked."""
    began = time.perf_counter()
    from corpus.ingest import ingest  # noqa: PLC0415 - SQLAlchemy
    from corpus.store import Store  # noqa: PLC0415
    from index.bench_answering import bench_answering  # noqa: PLC0415 - FAISS

    model = composed().embedder()
    model.embed_queries(["khởi động"])
    starting = time.perf_counter() - began
    with (
        tempfile.TemporaryDirectory(prefix="chidao-bench-") as workdir,
        Store.open(f"sqlite:///{workdir}/bench.db") as store,
    ):
        ingest([_samples()], store, _StoreOnly())
        figures = {
            "load_model_s": round(starting, 2),
            **bench_answering(store, model, Path(workdir), clauses=clauses, progress=tell),
        }
    _show(figures, as_json=as_json)


def reading(
    largest: Annotated[float, option_help("cli.bench.largest", "--largest", metavar="MB", min=0.1, max=32)] = 5.0,
    *,
    as_json: Annotated[bool, option_help("cli.option.json", "--json")] = False,
) -> None:
    """`chidao bench reading`: what reading and extracting cost as text grows."""
    from corpus.bench_reading import SIZES, bench_reading  # noqa: PLC0415

    sizes = [*(size for size in SIZES if size < largest), largest]
    with tempfile.TemporaryDirectory(prefix="chidao-bench-") as workdir:
        _show(bench_reading(_samples(), Path(workdir), sizes, tell), as_json=as_json)


class _StoreOnly:
    """An index for a store that is only read from: the bench builds its own."""

    def prepare(self, directives: object, progress: object = None) -> None:
        """Nothing to embed yet."""

    def publish(self, store: object, progress: object = None) -> None:
        """Nothing to search yet."""


def _samples() -> Path:
    """The folder of the directives that come with the program."""
    import corpus.samples  # noqa: PLC0415

    return Path(next(iter(corpus.samples.__path__)))


def _passages(texts: Path | None) -> list[str]:
    """Lines of a file, or the clauses of the samples that come with the program."""
    if texts is not None:
        try:
            lines = texts.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise WrongUsageError(say("cli.bench.no_texts", file=texts)) from error
        return [line.strip() for line in lines if line.strip()]
    from corpus.errors import UnreadableFileError  # noqa: PLC0415
    from corpus.reading import read_file  # noqa: PLC0415

    passages: list[str] = []
    for path in sorted(_samples().iterdir()):
        try:
            passages += [clause.text for directive in read_file(path) for clause in directive.clauses if clause.text]
        except UnreadableFileError:
            continue
    return passages


def _show(figures: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        put(json.dumps(figures, ensure_ascii=False))
        return
    for name, value in figures.items():
        put(f"{name:<26} {value}")
