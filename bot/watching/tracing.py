"""One request's name on every line of the log, from what a person sent to what they are shown, across threads."""

from __future__ import annotations

import contextvars
import functools
import secrets
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar

from structlog.contextvars import bound_contextvars

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

Surface = Literal["telegram", "console", "ask"]

P = ParamSpec("P")
T = TypeVar("T")


def handling(surface: Surface, request: str | int | None = None) -> AbstractContextManager[None]:
    """Lines logged within carry the surface and the request: an update's id, else a name of its own."""
    return bound_contextvars(surface=surface, request=secrets.token_hex(4) if request is None else request)


def about(question: int) -> AbstractContextManager[None]:
    """Lines logged within carry the question's number in the record."""
    return bound_contextvars(question=question)


def delivering(reference: str) -> AbstractContextManager[None]:
    """Lines logged within carry the reference of the reminder on its way, which stands in its message too."""
    return bound_contextvars(surface="reminders", delivery=reference)


class CarryingExecutor(ThreadPoolExecutor):
    """Worker threads that log under the name of the request they work for, and tell how long work waited for them."""

    def __init__(self, name: str, waited: Callable[[float], None] | None = None) -> None:
        super().__init__(max_workers=1, thread_name_prefix=name)
        self._waited = waited

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """As any executor, in a copy of the caller's context."""
        context, since = contextvars.copy_context(), time.perf_counter()
        call = functools.partial(fn, *args, **kwargs)

        def carried() -> Any:
            if self._waited is not None:
                self._waited(time.perf_counter() - since)
            return context.run(call)

        return super().submit(carried)
