"""Measuring stages: each counts its own time once, and nothing is kept when nobody watches."""

from __future__ import annotations

import time
from contextlib import suppress

from index.stages import stage, watching


def test_a_stage_within_another_is_not_counted_twice() -> None:
    with watching() as watch:
        with stage("outer"):
            time.sleep(0.01)
            with stage("inner"):
                time.sleep(0.03)
        with stage("inner"):
            time.sleep(0.03)
    assert watch.seconds["outer"] >= 0.01
    assert watch.seconds["inner"] >= 0.06
    began = time.perf_counter()
    with watching() as whole, stage("outer"), stage("inner"):
        time.sleep(0.02)
    assert sum(whole.seconds.values()) <= time.perf_counter() - began


def test_a_stage_that_fails_is_closed() -> None:
    with watching() as watch:
        with suppress(ZeroDivisionError), stage("outer"), stage("inner"):
            _ = 1 / 0
        with stage("after"):
            pass
    assert list(watch.seconds) == ["outer", "inner", "after"]


def test_what_is_not_watched_leaves_nothing() -> None:
    with watching() as watch:
        pass
    with stage("late"):
        pass
    assert watch.seconds == {}
