"""Reply markup: read, checked and refused as Telegram does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.botapi.errors import bad_request
from tests.botapi.links import checked_link

if TYPE_CHECKING:
    from tests.botapi.call import Call

# Documented limits of an inline keyboard; which number the server refuses at is not published.
MAX_BUTTONS = 100
MAX_ROW = 8
_ACTIONS = (
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
Keyboard = list[list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Markup:
    """An inline keyboard, or another markup (reply keyboard, its removal, forced reply) that messages do not show."""

    keyboard: Keyboard | None = None
    other: dict[str, Any] | None = None

    def check_by_server(self) -> None:
        """The refusals that come late, after chat, topic and rights."""
        for button in (b for row in self.keyboard or [] for b in row):
            if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
                raise bad_request("BUTTON_DATA_INVALID")
            if "url" in button and checked_link(button["url"]) is None:
                raise bad_request("BUTTON_URL_INVALID")


def read_markup(call: Call, name: str = "reply_markup") -> Markup:
    """The markup of a request; its shape is checked here, its contents by `Markup.check_by_server`."""
    value = call.json(name, "reply keyboard markup")
    if value is None:
        return Markup()
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in value:
        return Markup(other=value)
    rows = value["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('can\'t parse inline keyboard button: field "inline_keyboard" must be an Array of Arrays')
    keyboard = [[_button(button) for button in row] for row in rows]
    if sum(map(len, keyboard)) > MAX_BUTTONS or any(len(row) > MAX_ROW for row in keyboard):
        raise bad_request("reply markup is too long")
    return Markup(keyboard=[row for row in keyboard if row] or None)


def _button(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: expected an Object")
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    if not any(action in button for action in _ACTIONS):
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    return button
