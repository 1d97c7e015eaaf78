"""Politeness is told from questions."""

from __future__ import annotations

import pytest

from index.courtesy import is_courtesy


@pytest.mark.parametrize(
    "text",
    ["Cảm ơn nhé!", "cam on ban nhieu", "Xin chào", "Chào em ạ", "ok em", "Dạ vâng, cảm ơn anh/chị", "Tôi hiểu rồi, cảm ơn.", "OK 👍", "hi bot"],
)
def test_thanks_greetings_and_nods_ask_nothing(text: str) -> None:
    assert is_courtesy(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "?", "👍", "anh chị", "Cảm ơn, còn năm 2027?", "chào, ai chủ trì?", "được rồi, thế hạn báo cáo?", "ok thế xã", "rồi sao nữa",
        "chị ơi Sở Y tế phải làm gì", "dạ hội", "thế còn Sở Y tế",
    ],
)  # fmt: skip
def test_what_asks_anything_is_a_question(text: str) -> None:
    assert not is_courtesy(text)
