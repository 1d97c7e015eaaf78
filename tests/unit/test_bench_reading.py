"""The bench of reading: its text has the size asked, reads as the samples do, and its figures are all there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from corpus.bench_reading import bench_reading, grown_directive, grown_folder
from corpus.errors import ChidaoError
from corpus.reading import read_file, read_text
from corpus.records import Source

if TYPE_CHECKING:
    from pathlib import Path

PLAN = """ỦY BAN NHÂN DÂN TỈNH HÒA SƠN
Số: 41/KH-UBND
Hòa Sơn, ngày 12 tháng 3 năm 2026

KẾ HOẠCH
Chăm sóc cây xanh đô thị năm 2026

I. NHIỆM VỤ
1. Sở Xây dựng chủ trì kiểm đếm cây xanh trên các tuyến phố, hoàn thành trước ngày 30/6/2026.
2. Ủy ban nhân dân các phường trồng bổ sung cây bóng mát, hoàn thành trong Quý III/2026.
3. Sở Tài chính bố trí kinh phí chăm sóc cây xanh trong dự toán hằng năm.
II. TỔ CHỨC THỰC HIỆN
Sở Xây dựng tổng hợp, báo cáo Ủy ban nhân dân tỉnh trước ngày 15/12/2026./.

TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH
Trần Văn Lộc
"""


def test_a_grown_folder_has_the_bytes_asked_for_and_one_directive_a_file(tmp_path: Path) -> None:
    files = grown_folder([PLAN], tmp_path, 20_000)
    size = sum(file.stat().st_size for file in files)
    assert 20_000 <= size <= 20_000 + 2 * len(PLAN.encode())
    assert [len(read_file(file)) for file in files] == [1] * len(files)
    assert len({file.read_text(encoding="utf-8") for file in files}) == len(files)


def test_a_grown_directive_stays_one_directive_and_its_duties_grow_with_it() -> None:
    short, long = grown_directive(PLAN, 6_000), grown_directive(PLAN, 60_000)
    assert 60_000 <= len(long.encode()) <= 62_000
    (few,), (many,) = read_text(Source(short)), read_text(Source(long))
    assert few.metadata.number == many.metadata.number == "41/KH-UBND"
    assert len(many.tasks) > 8 * len(few.tasks) > 0


def test_figures_hold_the_speed_at_each_size_and_the_growth(tmp_path: Path) -> None:
    samples = tmp_path / "samples"
    samples.mkdir()
    (samples / "ke-hoach.txt").write_text(PLAN, encoding="utf-8")
    (samples / "anh.png").write_bytes(b"\x89PNG")
    figures = bench_reading(samples, tmp_path, sizes=(0.01, 0.02))
    assert set(figures) == {
        *(f"{kind}_{size}_mb_per_min" for kind in ("folder", "directive") for size in ("0.01", "0.02")),
        "folder_growth",
        "directive_growth",
        "slowest_mb_per_min",
    }
    speeds = [value for name, value in figures.items() if name.endswith("_mb_per_min")]
    assert figures["slowest_mb_per_min"] == min(speeds) > 0


def test_without_a_sample_there_is_nothing_to_measure(tmp_path: Path) -> None:
    with pytest.raises(ChidaoError):
        bench_reading(tmp_path, tmp_path)
