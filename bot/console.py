"""The bot in the terminal: the same desk as on Telegram, drawn with rich; also reads questions from a pipe."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Group
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from bot.composition import OPERATOR
from bot.desk.replies import Asking, Attach, Menu, Say, Tell, Toast, Turn, Working
from bot.desk.visit import Incoming, Pressed
from bot.drawing import drawn, reading_console
from bot.office.people import Newcomer
from bot.office.records import Place
from bot.screens import Screen, notice
from bot.watching.tracing import about, handling

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console, RenderableType

    from bot.composition import Composition
    from bot.desk.desk import Desk
    from bot.desk.replies import Reply

HERE = Place(OPERATOR)
LEAVE = frozenset({"/thoat", "/exit", "/quit"})


class ConsoleChat:
    """One chat at the terminal. Numbers press the numbered buttons of the last screen that had any."""

    def __init__(self, desk: Desk, console: Console) -> None:
        self._desk = desk
        self._console = console
        self._texts = desk.texts
        self._screen = Screen(())
        self._me = Newcomer(OPERATOR, self._texts("console.operator"))
        self._count = 0

    def run(self, lines: Iterable[str]) -> None:
        """Answers each line until /thoat or the end."""
        self._console.rule(f"[bold]{self._texts('console.title')}[/]", style="red")
        self._carry_out("/start")
        self._console.print(Padding(Text(self._texts("console.hint"), style="dim"), (1, 0)))
        for line in lines:
            text = line.strip()
            if text.lower() in LEAVE:
                break
            if text:
                self._carry_out(text)
                self._console.print()
        self._console.print(self._texts("console.goodbye"))

    def _carry_out(self, text: str) -> None:
        with handling("console"):
            try:
                for reply in self._replies(text):
                    self._show(reply)
            except Exception as error:  # noqa: BLE001 - the chat goes on; the desk logs it under a code
                self._show(self._desk.apologise(error))

    def _replies(self, text: str) -> tuple[Reply, ...]:
        waiting = self._desk.office.expected.waiting(HERE, OPERATOR, self._desk.office.clock.now())
        if text.isdecimal() and waiting is None:
            return self._press(int(text))
        # Never the same message twice: that would be an edit, and the record outlives this run.
        return self._desk.receive(Incoming(newcomer=self._me, place=HERE, text=text))

    def _press(self, number: int) -> tuple[Reply, ...]:
        """What the button with that number does."""
        buttons = [button for row in self._screen.buttons for button in row]
        if not 1 <= number <= len(buttons):
            return (Toast(self._texts("console.no_such_number", number=number)),)
        shown = "\n".join(block.text for block in self._screen.blocks)
        return self._desk.press(Pressed(newcomer=self._me, place=HERE, data=buttons[number - 1].data, shown=shown))

    def _show(self, reply: Reply) -> None:
        match reply:
            case Asking() | Working():
                with self._console.status(self._texts("console.working")):
                    replies = self._answer(reply) if isinstance(reply, Asking) else tuple(reply.work())
                for answer in replies:
                    self._show(answer)
            case Say(screen) | Turn(screen):
                self._print(screen)
            case Toast(text):
                self._print(notice(text))
            case Attach(name, content, caption):
                path = Path(name)
                path.write_bytes(content)
                self._print(notice(caption, self._texts("console.saved", path=path)))
            case Menu():
                pass  # the terminal has no menu of commands
            case Tell(place, screen, once):
                if place.chat != OPERATOR and (once is None or once()):
                    self._console.print(Text(self._texts("console.told", chat=place.chat), style="dim"))
                    self._console.print(Padding(Group(*drawn(screen.blocks)), (0, 0, 0, 4)))

    def _answer(self, asking: Asking) -> tuple[Reply, ...]:
        with about(asking.number):
            try:
                return self._desk.answer(asking)
            except Exception as error:  # noqa: BLE001 - the chat goes on; the desk logs it under a code
                return (self._desk.apologise(error, asking.texts),)

    def _print(self, screen: Screen) -> None:
        self._console.print(Padding(Group(*self._drawn(screen)), (1, 0, 0, 0)))
        # A clause opened from an answer has no items of its own: the answer's numbers stay good.
        if screen.buttons:
            self._screen = screen

    def _drawn(self, screen: Screen) -> Iterator[RenderableType]:
        yield from drawn(screen.blocks)
        labels = [button.label for row in screen.buttons for button in row]
        # Suggestions are numbered where they stand in the text; a button that only repeats the number adds nothing.
        numbered = [(n, label) for n, label in enumerate(labels, 1) if label != str(n)]
        if numbered:
            yield Text()
        for number, label in numbered:
            yield Text.assemble((f" {number} ", "bold red"), " ", label)


def run_chat(app: Composition) -> None:
    """Chats at the terminal until /thoat, Ctrl-D or the end of the piped input."""
    typed = sys.stdin.isatty()
    prompt = app.texts("console.prompt")
    console = reading_console()
    with console.status(app.texts("console.opening")):
        app.service.refresh()
    chat = ConsoleChat(app.desk(operator=OPERATOR), console)
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C while an answer is being looked for also leaves
        chat.run(_typed_lines(console, prompt) if typed else _piped_lines(console, prompt))


def _typed_lines(console: Console, prompt: str) -> Iterator[str]:
    """Lines as they are typed; Ctrl-C and Ctrl-D end them. Importing readline gives the prompt history and editing."""
    with contextlib.suppress(ImportError):  # a Python built without it still reads lines
        import readline  # noqa: F401, PLC0415
    while True:
        try:
            yield console.input(f"[bold red]{escape(prompt)} ›[/] ")
        except (EOFError, KeyboardInterrupt):
            console.print()
            return


def _piped_lines(console: Console, prompt: str) -> Iterator[str]:
    """Lines of the piped input, shown as if they had been typed, so that the output reads as a conversation."""
    for line in sys.stdin:
        if line.strip():
            console.print(Text.assemble((f"{prompt} › ", "bold red"), line.strip()))
        yield line
