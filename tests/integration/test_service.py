"""The service over a real store, by each engine: what a new revision, a crash, an empty store and several threads do.

And, with FAISS (`test_milvus` shows that Milvus answers the same), over all sample directives and all questions about
them, that nothing is said that no quote or row bears out.
"""

from __future__ import annotations

import json
import threading
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus.ingest import ingest
from corpus.store import Store
from corpus.text import collapse, nfc
from index.answers import ANSWER_LIMIT, HEADLINE_LIMIT, QUOTE_LIMIT, Answer, Question
from index.embedding import HashEmbedder
from index.generations import current_generation
from index.grounding import figures, ungrounded
from index.indexing import Indexer, index_folder
from tests.stores import store_url
from tests.unit.small_library import SCHOOLS, WATER, indexer_in, open_store, outspoken, put, service_over

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.dense_parts import DensePlace
    from index.service import SearchService

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "corpus" / "samples"
QUESTIONS = ROOT / "tests" / "quality" / "samples"
TODAY = date(2026, 11, 22)
ROOMS = "Đến năm 2028 xóa bao nhiêu phòng học tạm?"
WATER_PLAN = "45-kh-tu-hoa-son-2025"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path) as opened:
        yield opened


def cited(answer: Answer) -> set[str | None]:
    return {citation.number for citation in answer.citations}


def test_an_empty_store_is_told_politely(store: Store, tmp_path: Path, dense: DensePlace) -> None:
    service = service_over(store, tmp_path, dense)
    answer = service.ask(Question("Ai chủ trì?", id="7", today=TODAY))
    assert (answer.abstained, answer.citations, answer.id) == (True, (), "7")
    assert answer.headline.startswith("Văn bản đã nạp không nêu")
    assert service.ask(Question("Sở Y tế phải làm gì trong quý này?", today=TODAY)).abstained
    assert service.search("nước sạch") == []


def test_a_new_directive_is_found_without_opening_the_service_again(store: Store, tmp_path: Path, dense: DensePlace) -> None:
    put(store, nuoc=WATER)
    service = service_over(store, tmp_path, dense)
    assert "77/KH-UBND" not in cited(service.ask(Question(ROOMS, today=TODAY)))
    put(store, truong=SCHOOLS)
    assert service.ask(Question(ROOMS, today=TODAY)).citations[0].number == "77/KH-UBND"


def test_a_removed_directive_is_never_cited_again(store: Store, tmp_path: Path, dense: DensePlace) -> None:
    put(store, nuoc=WATER, truong=SCHOOLS)
    service = outspoken(store, tmp_path, dense)
    question = Question("Đến năm 2027 hộ nông thôn dùng nước sạch đạt bao nhiêu phần trăm?", today=TODAY)
    assert service.ask(question).citations[0].directive == WATER_PLAN
    store.remove(WATER_PLAN)
    assert "45-KH/TU" not in cited(service.ask(question))


def test_an_edited_directive_is_quoted_as_it_now_stands(store: Store, tmp_path: Path, dense: DensePlace) -> None:
    put(store, truong=SCHOOLS)
    service = outspoken(store, tmp_path, dense)
    assert "140" in service.ask(Question(ROOMS, today=TODAY)).headline
    put(store, truong=SCHOOLS.replace("140 phòng", "155 phòng"))
    answer = service.ask(Question(ROOMS, today=TODAY))
    assert "155" in answer.headline
    assert "140" not in answer.answer


def test_a_generation_behind_the_store_is_healed_before_the_first_answer(store: Store, tmp_path: Path, dense: DensePlace) -> None:
    put(store, nuoc=WATER)
    indexer_in(tmp_path, dense).publish(store)
    put(store, truong=SCHOOLS)  # and then a crash: stored, not indexed
    behind = current_generation(index_folder(tmp_path), dense)
    assert behind is not None
    assert behind.manifest.corpus_revision != store.revision()
    assert service_over(store, tmp_path, dense).ask(Question(ROOMS, today=TODAY)).citations[0].number == "77/KH-UBND"
    healed = current_generation(index_folder(tmp_path), dense)
    assert healed is not None
    assert healed.manifest.corpus_revision == store.revision()


def test_nothing_new_keeps_the_snapshot(store: Store, tmp_path: Path, dense: DensePlace) -> None:
    put(store, nuoc=WATER)
    service = service_over(store, tmp_path, dense)
    assert service.refresh() is service.refresh()


def test_search_gives_as_many_clauses_as_asked_best_first(store: Store, tmp_path: Path, dense: DensePlace) -> None:
    put(store, nuoc=WATER, truong=SCHOOLS)
    hits = service_over(store, tmp_path, dense).search("rà soát biên chế trạm bơm", k=3)
    assert len(hits) == 3
    assert hits[0].path == "III.1"
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, SearchService, SearchService]]:
    """All samples in a store, with the service as shipped and one that always answers."""
    folder = tmp_path_factory.mktemp("samples")
    with Store.open(store_url(folder)) as opened:
        reports = ingest([SAMPLES], opened, Indexer(folder, HashEmbedder))
        assert {report.status for report in reports} == {"stored"}
        yield opened, service_over(opened, folder), outspoken(opened, folder)


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    files = sorted(QUESTIONS.glob("*/questions.jsonl"))
    lines = [line for path in files for line in path.read_text("utf-8").splitlines()]
    rows = [json.loads(line) for line in lines]
    units, times = ("Sở Y tế", "Sở Nội vụ", "Công an tỉnh"), ("trong quý này", "")
    duties = [f"{unit} phải làm gì {time}?" for unit in units for time in times]
    return [Question(row["q"], id=row["id"], previous=row["prev"], today=TODAY) for row in rows] + [
        Question(text, id=text, today=TODAY) for text in duties
    ]


@pytest.fixture(scope="module")
def answers(samples: tuple[Store, SearchService, SearchService], questions: list[Question]) -> list[Answer]:
    """Both services' answers to everything."""
    _, shipped, bold = samples
    return [*shipped.ask_many(questions), *bold.ask_many(questions)]


def test_asking_one_by_one_and_all_at_once_is_the_same(
    samples: tuple[Store, SearchService, SearchService], questions: list[Question]
) -> None:
    _, shipped, _ = samples
    some = questions[::6]
    assert shipped.ask_many(some) == [shipped.ask(question) for question in some]


def test_two_threads_get_the_answers_one_would(
    samples: tuple[Store, SearchService, SearchService], questions: list[Question]
) -> None:
    _, shipped, _ = samples
    some = questions[::5]
    alone = [shipped.ask(question) for question in some]
    found: dict[int, list[Answer]] = {}

    def work(number: int) -> None:
        found[number] = [shipped.ask(question) for question in some]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == {0: alone, 1: alone}


def test_threads_that_ask_while_directives_come_in_see_whole_libraries(store: Store, tmp_path: Path, dense: DensePlace) -> None:
    put(store, nuoc=WATER)
    service = outspoken(store, tmp_path, dense)
    failures: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            while not done.is_set():
                assert service.ask(Question("Ai rà soát biên chế trạm bơm?", today=TODAY)).citations[0].path == "III.1"
        except BaseException as error:  # noqa: BLE001 (handed to the test's own thread)
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for rooms in range(140, 146):
        put(store, truong=SCHOOLS.replace("140 phòng", f"{rooms} phòng"))
    done.set()
    for thread in threads:
        thread.join(60)
    assert failures == []


def test_answers_keep_within_the_contract(answers: list[Answer]) -> None:
    for answer in answers:
        assert 0 < len(answer.headline) <= HEADLINE_LIMIT, answer.id
        assert "\n" not in answer.headline, answer.id
        assert len(answer.answer) <= ANSWER_LIMIT, answer.id
        assert answer.answer.startswith(answer.headline), answer.id
        assert answer.abstained or answer.citations, answer.id
        assert 0 <= answer.confidence <= 1, answer.id
        assert all(0 < len(citation.quote) <= QUOTE_LIMIT for citation in answer.citations), answer.id


def test_a_refusal_says_so_first(answers: list[Answer]) -> None:
    refusals = [answer for answer in answers if answer.abstained]
    assert refusals
    for answer in refusals:
        assert answer.headline.startswith("Văn bản đã nạp không nêu"), answer.id
        assert answer.suggestions or answer.kind == "list", answer.id
        assert (answer.targets, answer.tasks) == ((), ()), answer.id


def test_every_quote_is_word_for_word_in_its_source(
    samples: tuple[Store, SearchService, SearchService], answers: list[Answer]
) -> None:
    store, *_ = samples
    sources = {d.key: collapse(nfc(source.text)) for d in store.directives() if (source := store.source(d.key))}
    for answer in answers:
        for citation in answer.citations:
            assert citation.quote in sources[citation.directive], (answer.id, citation.path)


def test_every_cited_clause_and_row_can_be_opened(
    samples: tuple[Store, SearchService, SearchService], answers: list[Answer]
) -> None:
    store, *_ = samples
    clauses = {(c.directive, c.path) for c in store.clauses()}
    rows = {t.id for t in store.targets()} | {t.id for t in store.tasks()}
    for answer in answers:
        assert {(c.directive, c.path) for c in answer.citations} <= clauses, answer.id
        assert {*answer.targets, *answer.tasks} <= rows, answer.id


def test_a_directives_date_is_its_own_and_not_that_of_one_that_carries_it_out(
    samples: tuple[Store, SearchService, SearchService],
) -> None:
    answer = samples[1].ask(Question("Nghị quyết 12-NQ/TU ban hành ngày nào?", today=TODAY))
    assert "15/11/2024" in answer.headline
    assert answer.citations[0].number == "12-NQ/TU"


def test_every_figure_and_date_of_a_headline_stands_in_a_cited_quote_or_its_row(
    samples: tuple[Store, SearchService, SearchService], answers: list[Answer]
) -> None:
    library = samples[1].refresh().holdings
    unborne = [(answer.id, figure, answer.headline) for answer in answers for figure in ungrounded(answer, library)]
    assert unborne == []
    assert sum(bool(figures(answer.headline)) for answer in answers if not answer.abstained) > len(answers) / 4


def test_a_headline_reads_as_a_line_and_opens_the_answer(answers: list[Answer]) -> None:
    for answer in answers:
        assert answer.answer.startswith(answer.headline), answer.id
        assert not answer.headline.rstrip("…").endswith((";", ",", ":", " ")) or answer.headline.endswith(" …"), answer.headline


def test_who_may_see_only_some_directives_is_answered_from_those_alone(store: Store, tmp_path: Path, dense: DensePlace) -> None:
    put(store, nuoc=WATER, truong=SCHOOLS)
    service = outspoken(store, tmp_path, dense)
    (schools,) = {d.key for d in store.directives()} - {WATER_PLAN}
    asked = [
        Question(ROOMS, today=TODAY, within=within)
        for within in (None, frozenset({WATER_PLAN}), frozenset({schools}), frozenset(), None)
    ]
    answers = service.ask_many(asked)
    assert [a.citations[0].directive if a.citations else None for a in answers[::2]] == [schools, schools, schools]
    assert {c.directive for c in answers[1].citations} <= {WATER_PLAN}
    assert (answers[3].abstained, answers[3].citations) == (True, ())
    assert "77/KH-UBND" not in answers[1].answer + answers[3].answer


def test_a_part_of_the_store_is_seen_anew_when_the_store_changes(store: Store, tmp_path: Path, dense: DensePlace) -> None:
    put(store, nuoc=WATER, truong=SCHOOLS)
    service = outspoken(store, tmp_path, dense)
    within = frozenset({d.key for d in store.directives()} - {WATER_PLAN})
    assert service.ask(Question(ROOMS, today=TODAY, within=within)).citations
    store.remove(next(iter(within)))
    assert service.ask(Question(ROOMS, today=TODAY, within=within)).citations == ()
