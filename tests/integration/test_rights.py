"""Role × command × chat: every cell of deploy/docs/rights.md, tried at the desk."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk.replies import Asking, Say
from tests.integration.front_desk import OWNER, FrontDesk, said

TABLE = Path(__file__).resolve().parents[2] / "deploy" / "docs" / "rights.md"
PEOPLE = {"stranger": 70, "officer": 71, "leader": 72, "clerk": 73, "admin": 74}
BOUND, UNBOUND, TOPIC = -2001, -2002, 5
CHATS = {"P": (None, 0), "G": (BOUND, 0), "T": (BOUND, TOPIC), "g": (UNBOUND, 0)}
REFUSALS = ("by_invitation.short", "role", "private_only", "group_only", "unbound")


def cells() -> list[tuple[str, str, str, bool]]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    head, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines if "---" not in line)
    return [
        (command.strip("`/"), role, chat, chat in cell.split())
        for command, *row in rows
        for role, cell in zip(head[1:], row, strict=True)
        for chat in CHATS
    ]


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> FrontDesk:
    front = FrontDesk(tmp_path_factory.mktemp("office"))
    for role, person in PEOPLE.items():
        if role != "stranger":
            front.admit(person, role, "Sở Nội vụ")
    unit = front.office.people.add_unit("Sở Nội vụ")
    for topic in (0, TOPIC):
        front.office.groups.bind(front.place(OWNER, BOUND, topic), "Nhóm", unit.id, OWNER, front.clock.now())
    return front


@pytest.mark.parametrize(("command", "role", "chat", "allowed"), cells())
def test_the_cell_says_what_happens(front, command, role, chat, allowed):
    where, topic = CHATS[chat]
    front.clock.moment += timedelta(minutes=10)  # a stranger is not answered without end
    person = PEOPLE[role]
    text = f"/{command} Ai chủ trì?" if command == "hoi" else f"/{command}"
    replies = front.say(text, person, chat=where, topic=topic)
    told = said(replies)
    refusals = {front.texts(f"access.{key}") for key in REFUSALS}
    refusals |= {front.texts("access.by_invitation", person=person)}
    if allowed and not (role == "stranger" and command == "start"):
        assert told not in refusals
        assert replies
        assert all(isinstance(reply, Asking) or told for reply in replies)
    else:
        assert told in refusals
        assert not [r for r in replies if not isinstance(r, Say) and r.__class__.__name__ != "Toast"]


def test_every_command_has_its_row(front):
    rows = re.findall(r"^\| `/(\w+)` \|", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(front.desk.table.commands)
