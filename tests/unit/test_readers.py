"""Opening files: encodings, and refusals in one clear sentence."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import UnreadableFileError
from corpus.readers import LARGEST, accepted_suffixes, plain, read_source

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "KẾ HOẠCH\nThực hiện Nghị quyết số 5-NQ/TU\n\nI. MỤC TIÊU\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("suffix", [".txt", ".md", ".TXT"])
def test_a_text_reads_the_same_in_every_accepted_encoding(tmp_path: Path, encoding: str, suffix: str) -> None:
    file = tmp_path / f"van-ban{suffix}"
    file.write_bytes(TEXT.encode(encoding))
    assert read_source(file).text == TEXT


def test_decomposed_letters_and_windows_line_ends_are_normalised(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes("Vie\u0323\u0302t Nam\r\nd\u00f2ng hai\u00a0\u200b".encode())
    assert read_source(file).text == "Việt Nam\ndòng hai "


def test_form_feeds_give_the_pages() -> None:
    source = plain.read("trang một\ftrang hai\ftrang ba".encode())
    assert source.page_starts == (0, 10, 20)
    assert plain.read(b"khong co trang").page_starts == ()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("anh.xyz", b"abc", ".txt"),
        ("trong.txt", b"", "không có chữ"),
        ("trang.txt", b" \n\t\n", "không có chữ"),
        ("nhi-phan.txt", b"PK\x03\x04\x00\x00\x00\x08" * 20, "hỏng"),
        ("cu.txt", "Kế hoạch".encode("cp1258", errors="replace") + b"\xea\xe9", "UTF-8"),
    ],
)
def test_an_unreadable_file_is_refused_with_a_sentence_that_says_why(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=reason) as refusal:
        read_source(file)
    assert "\n" not in str(refusal.value)


def test_an_unknown_suffix_is_answered_with_all_accepted_ones(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError) as refusal:
        read_source(tmp_path / "bang-tinh.abc")
    assert all(suffix in str(refusal.value) for suffix in accepted_suffixes())


def test_a_missing_file_and_a_huge_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="Không mở được"):
        read_source(tmp_path / "khong-co.txt")
    huge = tmp_path / "to.txt"
    with huge.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(UnreadableFileError, match="quá lớn"):
        read_source(huge)


def test_a_stray_control_character_of_a_converter_does_not_refuse_a_long_text() -> None:
    assert "\x02" not in plain.read(("Nội dung văn bản. " * 40 + "\x02").encode()).text


@given(st.binary(max_size=300))
def test_any_bytes_either_read_or_are_refused(content: bytes) -> None:
    with suppress(UnreadableFileError):
        assert isinstance(plain.read(content).text, str)
