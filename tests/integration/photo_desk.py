"""Photographed pages at the clerks' desk: ways to send them, to take the steps of gathering them, and to see the outcome."""

from __future__ import annotations

from bot.desk.replies import Gather, Turn, Working
from tests.integration.clerk_desk import plan
from tests.integration.front_desk import words
from tests.photos import parts, photo

THREE = parts(plan().decode(), 3)


def album(front, pages=(0, 1, 2), name="a1", **how):
    """Photos arrive one after another; what the desk wants done about each."""
    return [front.photo(photo(page), name, message=100 + page, **how) for page in pages]


def numbers(front):
    return sorted(d.number for d in front.store.directives())


def statuses(replies):
    """The one message as it changes."""
    return [words(reply.screen).splitlines()[0] for reply in replies if isinstance(reply, Turn)]


def steps_of(front, replies):
    """The steps of gathering, up to the work that follows it; nothing of that is done."""
    (gather,) = replies
    assert isinstance(gather, Gather)
    taken = []
    while (step := gather.step()) is not None:
        taken.append(step)
        if isinstance(step, Working):
            break
        carried(front, step)
    return taken


def carried(front, step):
    """One step done."""
    steps = iter([step, None])
    front.gathered(Gather(lambda: next(steps)))
