"""What a person supplies for a file: filling what the text leaves out, overriding only when told to."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from corpus.errors import SettingsError
from corpus.manifest import complete, explain_missing, load_manifest, says_missing
from corpus.records import Metadata

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.manifest import Manifest


def manifest(folder: Path, text: str) -> Manifest:
    path = folder / "ke-khai.yaml"
    path.write_text(text, encoding="utf-8")
    return load_manifest(path)


def test_a_field_fills_what_the_text_leaves_out(tmp_path: Path) -> None:
    known = manifest(tmp_path, "a.txt: {number: 12-KH/TU, issued_on: 2024-05-31}")
    (entry,) = known.entries_for("a.txt", "0" * 64) or ()
    meta, warnings = complete(Metadata(kind="Kế hoạch"), entry, "a.txt")
    assert (meta.number, meta.issued_on, meta.kind) == ("12-KH/TU", date(2024, 5, 31), "Kế hoạch")
    assert warnings == []


def test_the_text_stands_where_it_says_otherwise_and_a_warning_tells() -> None:
    meta, warnings = complete(Metadata(number="12-KH/TU"), {"number": "13-KH/TU"}, "a.txt")
    assert meta.number == "12-KH/TU"
    assert "13-KH/TU" in warnings[0]


def test_a_difference_of_spelling_only_is_no_warning() -> None:
    _, warnings = complete(Metadata(place="Hoà Sơn"), {"place": "Hòa  Sơn"}, "a.txt")
    assert warnings == []


def test_override_puts_a_misread_field_right() -> None:
    meta, warnings = complete(Metadata(number="l2-KH/TU"), {"number": "12-KH/TU", "override": True}, "a.txt")
    assert meta.number == "12-KH/TU"
    assert warnings == []


def test_a_file_may_be_named_by_the_beginning_of_its_hash(tmp_path: Path) -> None:
    known = manifest(tmp_path, '"3f9a0c1d22b4": {kind: Kết luận}')
    assert known.entries_for("x.txt", "3f9a0c1d22b4" + "0" * 52) == ({"kind": "Kết luận"},)
    assert known.entries_for("x.txt", "4" * 64) is None


def test_a_file_of_several_directives_takes_an_entry_each(tmp_path: Path) -> None:
    known = manifest(tmp_path, "a.txt:\n- {number: 1-NQ/TU}\n-\n- {number: 3-KL/TU}")
    assert known.entries_for("a.txt", "") == ({"number": "1-NQ/TU"}, {}, {"number": "3-KL/TU"})


def test_unknown_fields_and_malformed_dates_are_told_and_left_out(tmp_path: Path) -> None:
    known = manifest(tmp_path, "a.txt: {so_hieu: 1, issued_on: mai, kind: Kế hoạch}")
    assert known.entries_for("a.txt", "") == ({"kind": "Kế hoạch"},)
    assert len(known.warnings) == 2


def test_entries_that_fit_no_file_are_found(tmp_path: Path) -> None:
    known = manifest(tmp_path, "a.txt: {kind: Kế hoạch}\nb.txt: {kind: Kế hoạch}")
    assert known.unused([("a.txt", "1" * 64)]) == ["b.txt"]


@pytest.mark.parametrize("text", ["- một\n- hai", "a.txt: chữ", "a: [1, 2]", "a: {b: [", "\tx"])
def test_a_file_of_another_form_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        manifest(tmp_path, text)
    assert "\n" not in str(caught.value)


def test_a_missing_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        load_manifest(tmp_path / "none.yaml")


def test_an_empty_manifest_says_nothing(tmp_path: Path) -> None:
    assert manifest(tmp_path, "").entries_for("a.txt", "") is None


def test_what_is_missing_is_explained_with_the_line_to_write() -> None:
    meta = Metadata(number="1-KH/TU", kind="Kế hoạch", title="về a", issuer="Tỉnh ủy")
    assert explain_missing(meta, "a.txt") == [
        "Không thấy ngày ban hành. Có thể bổ sung bằng --manifest với dòng `a.txt: {issued_on: …}`."
    ]


def test_a_gap_that_the_reader_warns_of_is_told_once_with_what_it_knows() -> None:
    meta = Metadata(number="1-KH/TU", issuer="Tỉnh ủy", kind="Kế hoạch", warnings=("Thiếu ngày ban hành (tháng 4).",))
    (warning,) = explain_missing(meta, "a.txt")
    assert warning.startswith("Thiếu ngày ban hành (tháng 4). Không thấy trích yếu. Có thể bổ sung")
    assert "{issued_on: …, title: …}" in warning


def test_a_gap_that_the_manifest_fills_is_warned_of_no_more() -> None:
    meta = Metadata(warnings=("Không thấy số hiệu văn bản.", "Không thấy người ký."))
    assert complete(meta, {"number": "1-KH/TU"}, "a.txt")[0].warnings == ("Không thấy người ký.",)


def test_a_warning_that_only_names_a_field_stands_when_the_manifest_fills_it() -> None:
    other = "Điểm 3 nhắc người ký và ngày ban hành của văn bản khác."
    meta = Metadata(warnings=("Không thấy người ký.", other, "Thiếu ngày ban hành (chỉ có tháng 4/2024)."))
    filled = complete(meta, {"signer": "Lò Văn Bình", "issued_on": "2024-04-02"}, "a.txt")[0]
    assert filled.warnings == (other,)


@pytest.mark.parametrize(
    ("warning", "field", "says"),
    [
        ("Không rõ loại văn bản.", "kind", True),
        ("Không rõ loại văn bản.", "number", False),
        ("Mục II lệch loại văn bản với tên tệp.", "kind", False),
        ("Thiếu số hiệu văn bản.", "place", False),
    ],
)
def test_only_a_warning_that_a_field_is_missing_says_so(warning: str, field: str, says: bool) -> None:
    assert says_missing(warning, field) is says


def test_nothing_is_explained_when_all_is_known() -> None:
    meta = Metadata(number="1", kind="Kế hoạch", title="về a", issuer="Tỉnh ủy", issued_on=date(2024, 1, 1))
    assert explain_missing(meta, "a.txt") == []
