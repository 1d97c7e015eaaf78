"""The schema check itself: what it lets pass, and what it must not."""

from __future__ import annotations

import pytest

from tests.botapi.spec import load_spec

SPEC = load_spec()
USER = {"id": 1, "is_bot": False, "first_name": "Lan"}
CHAT = {"id": 1, "type": "private"}
MESSAGE = {"message_id": 1, "date": 0, "chat": CHAT, "from": USER, "text": "x"}


def test_a_method_is_found_whatever_its_case():
    assert SPEC.method("SENDMESSAGE") == "sendMessage"
    assert SPEC.method("sendNothing") is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("Message", MESSAGE),
        ("Array of Message", [MESSAGE]),
        ("Message or True", True),
        (
            "Update",
            {"update_id": 1, "callback_query": {"id": "1", "from": USER, "chat_instance": "1", "message": MESSAGE}},
        ),
        ("ChatMember", {"status": "left", "user": USER}),
        ("InlineKeyboardMarkup", {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}),
    ],
)
def test_a_proper_object_has_no_problems(kind, value):
    assert SPEC.check_object(kind, value) == []


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        ("Message", MESSAGE | {"message_id": "1"}, "Message.message_id: Integer expected, not '1'"),
        ("Message", MESSAGE | {"colour": 1}, "Message: unknown field 'colour'"),
        ("Message", {k: v for k, v in MESSAGE.items() if k != "chat"}, "Message: required field 'chat' is missing"),
        ("Message", MESSAGE | {"from": USER | {"is_bot": 1}}, "Message.from.is_bot: Boolean expected, not 1"),
        ("ChatMember", {"status": "gone", "user": USER}, "no variant of ChatMember fits"),
        ("ChatMember", {"status": "creator", "user": USER}, "required field 'is_anonymous' is missing"),
        ("Array of Message", MESSAGE, "Array of Message expected"),
        ("Integer", True, "Integer expected, not True"),
    ],
)
def test_a_wrong_object_is_told_where_it_is_wrong(kind, value, problem):
    assert any(problem in found for found in SPEC.check_object(kind, value))


def test_a_request_is_read_by_the_declared_types():
    good = {
        "chat_id": "-5",
        "text": "12",
        "disable_notification": "true",
        "reply_markup": '{"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}',
    }
    assert SPEC.check_request("sendMessage", good, {}) == []


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"chat_id": "1"}, "required parameter 'text' is missing"),
        ({"chat_id": "1", "text": "a", "colour": "red"}, "unknown parameter 'colour'"),
        ({"chat_id": "1", "text": "a", "message_thread_id": "x"}, "message_thread_id: Integer expected"),
        ({"chat_id": "1", "text": "a", "reply_markup": "{"}, "as JSON expected"),
        (
            {"chat_id": "1", "text": "a", "reply_markup": '{"inline_keyboard": [{"text": "a"}]}'},
            "Array of InlineKeyboardButton expected",
        ),
        ({"chat_id": "1", "text": "a", "entities": '[{"type": "bold"}]'}, "required field 'offset' is missing"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(params, problem):
    assert any(problem in found for found in SPEC.check_request("sendMessage", params, {}))


def test_an_upload_is_known_by_its_own_name_or_by_attachment():
    assert SPEC.check_request("sendDocument", {"chat_id": "1"}, {"document": object()}) == []
    assert SPEC.check_request("sendDocument", {"chat_id": "1", "document": "attach://f"}, {"f": object()}) == []
    assert SPEC.check_request("sendDocument", {"chat_id": "1", "document": "x"}, {"f": object()}) != []
