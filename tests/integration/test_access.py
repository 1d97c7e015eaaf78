"""Nothing leaks: every command, button and awaited message, tried by those who must not see a directive.

A directive for one unit only is full of a word that stands nowhere else. People of that unit and administrators open
everything there is to open; whatever buttons they were shown are then pressed by a stranger, by another unit's
officer, in that unit's group and in a group of nobody's. None of them may meet the word, or change anything.
"""

from __future__ import annotations

from collections import deque
from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.callbacks import decode
from bot.desk.replies import Asking, Attach, Say, Tell, Toast, Turn
from bot.office.tables import audience, group_binding, membership, person, progress, unit
from bot.reminders.tables import reminder_mute, reminder_watch
from corpus.records import Clause, Directive, Metadata, Source, Target, Task
from corpus.store_writing import IncomingFile
from tests.integration.front_desk import OWNER, STRANGER, FrontDesk, words

if TYPE_CHECKING:
    from pathlib import Path

WORD = "Kỳlânbiếc"
INSIDER, OUTSIDER, CLERK = 20, 21, 22
GROUP_IN, GROUP_OUT, GROUP_OF_NOBODY = -1001, -1002, -1003
SCREENS = 300
once = pytest.mark.sqlite_only("slow, and asks the store nothing that the others do not ask")


def office_with_a_secret(home: Path) -> FrontDesk:
    front = FrontDesk(home)
    (inside,) = front.admit(INSIDER, "officer", "Sở Nội vụ")
    (outside,) = front.admit(OUTSIDER, "officer", "Sở Y tế")
    front.admit(CLERK, "clerk")
    front.say("/start", OWNER)
    tasks = tuple(
        Task(
            "I.1",
            f"Trình đề án {WORD} số {n}",
            f"Trình đề án {WORD}.",
            ("Sở Nội vụ",),
            ("Sở Y tế",),
            date(2025, 4, 10 + n),
        )
        for n in range(3)
    )
    targets = (Target("I.2", f"Tỷ lệ {WORD}", f"Tỷ lệ {WORD} đạt 90%.", ">=", 90.0, unit="%", due=date(2025, 12, 31)),)
    clauses = (
        Clause("I", "I", f"Nhiệm vụ {WORD}", f"I. Nhiệm vụ {WORD}", None, "heading", (f"I. Nhiệm vụ {WORD}",)),
        Clause("I.1", "1", "", f"Trình đề án {WORD}.", "I", "item", (f"Trình đề án {WORD}.",)),
        Clause("I.2", "2", "", f"Tỷ lệ {WORD} đạt 90%.", "I", "item", (f"Tỷ lệ {WORD} đạt 90%.",)),
    )
    text = "\n".join(c.text for c in clauses)
    metadata = Metadata(number="77-KH/TU", title=f"Kế hoạch {WORD}", place="Hòa Sơn", issued_on=date(2025, 1, 1))
    directive = Directive(Source(text), metadata, clauses, targets=targets, tasks=tasks)
    (key,) = front.app.store.put(IncomingFile("/hoa-son/77.txt", "7" * 64, "t"), [directive]).keys
    front.office.visibility.set_audience(key, [inside.id])
    now = front.clock.now()
    front.office.groups.bind(front.place(OWNER, GROUP_IN), "Nhóm Nội vụ", inside.id, OWNER, now)
    front.office.groups.bind(front.place(OWNER, GROUP_OUT), "Nhóm Y tế", outside.id, OWNER, now)
    return front


@pytest.fixture
def front(tmp_path: Path) -> FrontDesk:
    return office_with_a_secret(tmp_path)


def shown(replies) -> str:
    """Everything that replies let the person themselves see, with buttons and files."""
    parts = []
    for reply in replies:
        match reply:
            case Say(screen) | Turn(screen):
                parts.append(words(screen))
                parts += [button.label for row in screen.buttons for button in row]
            case Toast(text):
                parts.append(text)
            case Attach(name, content, caption):
                parts += [name, caption, content.decode("utf-8", "ignore")]
                if name.endswith(".xlsx"):
                    parts.append(workbook_text(content))
            case Asking(question=question):
                parts.append(str(question.within))
    return "\n".join(parts)


def workbook_text(content: bytes) -> str:
    import io

    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content))
    return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)


def explored(front: FrontDesk, who: int, chat: int | None = None) -> tuple[dict[str, str], str]:
    """Every button that can be reached from every command (data → the text it stood under), and all that was read."""
    waiting = deque(front.say(f"/{name}", who, chat=chat) for name in front.desk.table.commands)
    known: dict[str, str] = {}
    pressed: set[str] = set()
    read = []
    while waiting and len(read) < SCREENS:
        replies = waiting.popleft()
        read.append(shown(replies))
        for reply in replies:
            if not isinstance(reply, Say | Turn):
                continue
            for row in reply.screen.buttons:
                for button in row:
                    if not button.data or button.data in pressed or changes_much(button.data):
                        known.setdefault(button.data, words(reply.screen))
                        continue
                    pressed.add(button.data)
                    known[button.data] = words(reply.screen)
                    waiting.append(front.press(button.data, who, chat=chat, shown=words(reply.screen)))
    return known, "\n".join(read)


def changes_much(data: str) -> bool:
    """Buttons whose press would take away what the exploration walks on; they are tried by the others all the same."""
    area, _ = decode(data) or ("", ())
    return area in {"ny", "dy", "gx", "nr", "nt", "dj", "gu", "ak", "vx", "vt", "vl", "cry", "crc", "rt", "rtd", "rp", "zx", "zq"}


def state(front: FrontDesk) -> list:
    """What must not change by a stranger's hand."""
    tables = (audience, group_binding, membership, person, progress, unit, reminder_mute, reminder_watch)
    with front.app.store.database.reading() as connection:
        rows = [sorted(map(str, connection.execute(select(table)))) for table in tables]
        return [*rows, front.app.store.revision()]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """All buttons that those who may see the directive were shown; the same office makes the same buttons."""
    front = office_with_a_secret(tmp_path_factory.mktemp("office"))
    known: dict[str, str] = {}
    for who, chat in ((INSIDER, None), (CLERK, None), (OWNER, None), (INSIDER, GROUP_IN)):
        found, read = explored(front, who, chat)
        assert WORD in read, f"{who} should have met the directive"
        known |= found
    assert len(known) > 60
    return known


@pytest.mark.parametrize(
    ("who", "chat"),
    [
        (STRANGER, None),
        pytest.param(STRANGER, GROUP_IN, marks=once),
        pytest.param(STRANGER, GROUP_OUT, marks=once),
        (OUTSIDER, None),
        pytest.param(OUTSIDER, GROUP_OUT, marks=once),
        (OUTSIDER, GROUP_IN),
        pytest.param(OUTSIDER, GROUP_OF_NOBODY, marks=once),
        pytest.param(OWNER, GROUP_OUT, marks=once),
        pytest.param(INSIDER, GROUP_OUT, marks=once),
        pytest.param(INSIDER, GROUP_OF_NOBODY, marks=once),
    ],
)
def test_whoever_must_not_see_a_directive_never_meets_a_word_of_it(front, seen, who, chat):
    for name in front.desk.table.commands:
        assert WORD not in shown(front.say(f"/{name}", who, chat=chat)), name
        assert WORD not in shown(front.say(f"/{name} {WORD.lower()}", who, chat=chat)), name
    for data, under in seen.items():
        replies = front.press(data, who, chat=chat, shown="" if who == STRANGER else under.replace(WORD, ""))
        assert WORD not in shown(replies), data
        assert all(WORD not in words(r.screen) for r in replies if isinstance(r, Tell)), data


@pytest.mark.parametrize(("who", "chat"), [(STRANGER, None), (STRANGER, GROUP_IN)])
def test_a_stranger_changes_nothing_whatever_they_press_or_type(front, seen, who, chat):
    before = state(front)
    for data, under in seen.items():
        front.press(data, who, chat=chat, shown=under)
        front.say("một dòng bất kỳ", who, chat=chat)
    for kind in front.desk.table.inputs:
        front.office.expected.expect(front.place(who, chat), who, kind, {}, front.clock.now())
        front.say("một dòng bất kỳ", who, chat=chat)
    assert state(front) == before
    assert front.service.asked == []


def test_what_others_explore_never_shows_the_directive(front):
    for who, chat in ((OUTSIDER, None), (OUTSIDER, GROUP_OUT), (OWNER, GROUP_OUT)):
        _, read = explored(front, who, chat)
        assert WORD not in read
