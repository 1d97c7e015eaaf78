"""Methods about the bot's own face: commands per scope and language, names, descriptions and the menu button."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.botapi.call import Call, method
from tests.botapi.errors import bad_request

if TYPE_CHECKING:
    from tests.botapi.world import Bot

MAX_COMMANDS = 100
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_PLAIN_SCOPES = {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
_LANGUAGE = re.compile(r"[a-z]{2}")


def _scope(call: Call) -> str:
    """The scope as a key: its type, and the chat and user it names."""
    value = call.json("scope", "BotCommandScope")
    if value is None:
        return "default"
    if not isinstance(value, dict):
        raise bad_request("object expected as BotCommandScope")
    kind = value.get("type")
    if kind in _PLAIN_SCOPES:
        return str(kind)
    if kind not in {"chat", "chat_administrators", "chat_member"}:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    reference = str(value.get("chat_id", ""))
    chat = call.world.find_chat(call.bot, reference)
    if chat is None:
        raise bad_request("chat not found")
    return f"{kind}:{chat.id}:{value.get('user_id', '')}"


def _language(call: Call) -> str:
    code = call.text("language_code")
    if code and not _LANGUAGE.fullmatch(code):
        raise bad_request("LANGUAGE_CODE_INVALID")
    return code


@method("setMyCommands")
def set_my_commands(call: Call) -> bool:
    """Without `commands` the list is cleared, as on the official server."""
    commands = call.json("commands", "commands") or []
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    scope, language = _scope(call), _language(call)
    read = [_command(item) for item in commands]
    if len(read) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    call.bot.commands[scope, language] = read
    return True


def _command(item: Any) -> dict[str, str]:
    name, description = str(item.get("command", "")), str(item.get("description", "")).strip()
    name = name.removeprefix("/")
    if not name:
        raise bad_request("command must be non-empty")
    if len(name) > 32:
        raise bad_request("command length must not exceed 32")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > 256:
        raise bad_request("command description length must not exceed 256")
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": name, "description": description}


@method("getMyCommands")
def get_my_commands(call: Call) -> list[dict[str, str]]:
    """Exactly this scope and language; no falling back."""
    return call.bot.commands.get((_scope(call), _language(call)), [])


@method("deleteMyCommands")
def delete_my_commands(call: Call) -> bool:
    """Exactly this scope and language."""
    call.bot.commands.pop((_scope(call), _language(call)), None)
    return True


def _texts(bot: Bot, method_name: str) -> tuple[str, dict[str, str], int]:
    """Field name, stored texts by language and limit of the text a method is about."""
    if method_name.endswith("ShortDescription"):
        return "short_description", bot.short_descriptions, 120
    if method_name.endswith("Description"):
        return "description", bot.descriptions, 512
    return "name", bot.names, 64


@method("setMyName", "setMyDescription", "setMyShortDescription")
def set_my_text(call: Call) -> bool:
    """An empty text removes the one for the language. The wording for a text too long is not published."""
    name, texts, limit = _texts(call.bot, call.method)
    language, value = _language(call), call.text(name).strip()
    if len(value) > limit:
        raise bad_request(f"bot {name.replace('_', ' ')} is too long")
    texts[language] = value
    if name == "name" and not language and value:
        call.bot.user.first_name = value
    return True


@method("getMyName", "getMyDescription", "getMyShortDescription")
def get_my_text(call: Call) -> dict[str, str]:
    """The text for a language, or the general one."""
    name, texts, _ = _texts(call.bot, call.method)
    default = call.bot.user.first_name if name == "name" else ""
    return {name: texts.get(_language(call)) or texts.get("") or default}


@method("setChatMenuButton")
def set_chat_menu_button(call: Call) -> bool:
    """For one private chat, or for all."""
    button = call.json("menu_button", "menu button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in {"default", "commands", "web_app"}:
        raise bad_request("can't parse menu button: unsupported type specified")
    call.bot.menu_buttons[_menu_chat(call)] = button
    return True


@method("getChatMenuButton")
def get_chat_menu_button(call: Call) -> dict[str, Any]:
    """The button of a private chat, or the general one."""
    buttons = call.bot.menu_buttons
    return buttons.get(_menu_chat(call)) or buttons.get(0) or {"type": "commands"}


def _menu_chat(call: Call) -> int:
    if "chat_id" not in call.params:
        return 0
    return call.accessible_chat().id
