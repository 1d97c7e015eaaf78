"""The bot in the terminal: the same conversation as on Telegram, drawn with rich; also reads questions from a pipe."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from rich.console import Group
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from bot.access import OPERATOR
from bot.callbacks import OpenClause
from bot.conversation import Asking, Incoming, Notice, Pressed, Reply
from bot.drawing import drawn, reading_console
from bot.rendering import Screen, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console, RenderableType

    from bot.composition import Composition
    from bot.conversation import Conversation

CHAT = 0
LEAVE = frozenset({"/thoat", "/exit", "/quit"})


class ConsoleChat:
    """One chat at the terminal. Numbers open the numbered items of the last screen."""

    def __init__(self, conversation: Conversation, console: Console) -> None:
        self._conversation = conversation
        self._console = console
        self._texts = conversation.texts
        self._screen = Screen(())
        self._count = 0

    def run(self, lines: Iterable[str]) -> None:
        """Answers each line until /thoat or the end."""
        self._console.rule(f"[bold]{self._texts('console.title')}[/]", style="red")
        self._show(self._reply("/start"))
        self._console.print(Padding(Text(self._texts("console.hint"), style="dim"), (1, 0)))
        for line in lines:
            text = line.strip()
            if text.lower() in LEAVE:
                break
            if text:
                self._show(self._reply(text))
                self._console.print()
        self._console.print(self._texts("console.goodbye"))

    def _reply(self, text: str) -> Reply:
        try:
            if text.isdecimal():
                return self._open(int(text))
            self._count += 1
            incoming = Incoming(chat=CHAT, person=OPERATOR, text=text, message=self._count)
            return self._finish(self._conversation.receive(incoming))
        except Exception as error:  # noqa: BLE001 - the chat goes on; the conversation logs it under a code
            return self._conversation.apologise(error)

    def _open(self, number: int) -> Reply:
        """What the button with that number does."""
        buttons = [button for row in self._screen.buttons for button in row]
        if not 1 <= number <= len(buttons):
            return Notice((self._texts("console.no_such_number", number=number),))
        shown = "\n".join(block.text for block in self._screen.blocks)
        pressed = Pressed(chat=CHAT, person=OPERATOR, data=buttons[number - 1].data, shown=shown)
        return self._finish(self._conversation.press(pressed))

    def _finish(self, step: Reply | Asking | OpenClause) -> Reply:
        if isinstance(step, Asking):
            with self._console.status(self._texts("console.working")):
                return self._conversation.answer(step)
        if isinstance(step, OpenClause):
            return self._conversation.open_clause(step)
        return step

    def _show(self, reply: Reply) -> None:
        screen = render(reply, self._texts)
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
    chat = ConsoleChat(app.conversation(app.console_access()), console)
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
