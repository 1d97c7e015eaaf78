"""Methods about chats and their members, files, and forum topics."""

from __future__ import annotations

from typing import Any

from tests.botapi.call import Call, method
from tests.botapi.errors import ApiError, bad_request
from tests.botapi.render import file_object, full_chat_object, me_object, member_object, topic_object
from tests.botapi.visibility import announce, announce_member
from tests.botapi.world import Chat, Member, Topic

MAX_DOWNLOAD = 20 * 1024 * 1024
_ICON_COLORS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)


@method("getMe")
def get_me(call: Call) -> dict[str, Any]:
    """The bot itself."""
    return me_object(call.bot)


@method("logOut", "close")
def log_out(call: Call) -> bool:
    """After logOut the server knows the bot no more."""
    call.bot.logged_out = call.method == "logOut"
    return True


@method("getChat")
def get_chat(call: Call) -> dict[str, Any]:
    """What is known of a chat."""
    return full_chat_object(call.world, call.bot, call.accessible_chat(write=False))


@method("getChatMember")
def get_chat_member(call: Call) -> dict[str, Any]:
    """A user's standing in a chat."""
    chat = call.accessible_chat(write=False)
    user = call.world.users.get(call.integer("user_id"))
    if user is None:
        raise bad_request("PARTICIPANT_ID_INVALID" if call.integer("user_id") else "invalid user_id specified")
    return member_object(chat.member(user.id) or Member(user, "left"), chat)


@method("getChatAdministrators")
def get_chat_administrators(call: Call) -> list[dict[str, Any]]:
    """Administrators, without other bots."""
    chat = call.accessible_chat(write=False)
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    return [
        member_object(m, chat)
        for m in chat.members.values()
        if m.is_admin and (not m.user.is_bot or m.user is call.bot.user)
    ]


@method("getChatMemberCount")
def get_chat_member_count(call: Call) -> int:
    """How many are in the chat now."""
    return sum(m.present for m in call.accessible_chat(write=False).members.values())


@method("leaveChat")
def leave_chat(call: Call) -> bool:
    """The bot goes."""
    chat = call.accessible_chat(write=False)
    if chat.type == "private":
        raise bad_request("chat member status can't be changed in private chats")
    old = call.me(chat)
    chat.members[call.bot.id] = new = Member(call.bot.user, "left")
    announce_member(call.world, chat, call.bot.user, old, new)
    call.world.changed.fire()
    return True


@method("getFile")
def get_file(call: Call) -> dict[str, Any]:
    """Where to download a file of at most 20 MiB."""
    if not call.text("file_id"):
        raise bad_request("file_id not specified")
    file = call.world.file_by_id(call.bot, call.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    if file.size > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return file_object(call.bot, file)


def _forum(call: Call) -> Chat:
    chat = call.accessible_chat()
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    if not call.me(chat).can("can_manage_topics"):
        raise bad_request("not enough rights to manage topics in the chat")
    return chat


def _topic(call: Call, chat: Chat) -> Topic:
    thread = call.thread(chat)
    if thread is None:
        raise bad_request("message thread not found")
    return chat.topics[thread]


def open_topic(call_or_world: Any, chat: Chat, actor: Any, name: str, icon_color: int) -> Topic:
    """A new topic, with the service message that opens it (and whose id is the topic's)."""
    service = {"forum_topic_created": {"name": name, "icon_color": icon_color}}
    message = call_or_world.add_message(chat, actor, service=service, is_topic_message=True)
    message.thread_id = message.id
    topic = Topic(message.id, name, icon_color)
    chat.topics[topic.id] = topic
    announce(call_or_world, message)
    return topic


@method("createForumTopic")
def create_forum_topic(call: Call) -> dict[str, Any]:
    """Only in a forum, and only with the right."""
    if not call.text("name").strip():
        raise bad_request("TOPIC_NAME_EMPTY")
    chat = _forum(call)
    if len(call.text("name")) > 128:
        raise bad_request("TOPIC_TITLE_TOO_LONG")
    color = call.integer("icon_color", _ICON_COLORS[0])
    if color not in _ICON_COLORS:
        raise bad_request("invalid forum topic icon color specified")
    return topic_object(open_topic(call.world, chat, call.bot.user, call.text("name").strip(), color))


@method("editForumTopic")
def edit_forum_topic(call: Call) -> bool:
    """A new name."""
    chat = _forum(call)
    topic = _topic(call, chat)
    if name := call.text("name"):
        if name == topic.name:
            raise bad_request("TOPIC_NOT_MODIFIED")
        topic.name = name
        _service(call, chat, topic, {"forum_topic_edited": {"name": name}})
    return True


@method("closeForumTopic", "reopenForumTopic")
def close_forum_topic(call: Call) -> bool:
    """Close or open again."""
    chat = _forum(call)
    topic = _topic(call, chat)
    closing = call.method == "closeForumTopic"
    if topic.closed is closing:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = closing
    _service(call, chat, topic, {"forum_topic_closed" if closing else "forum_topic_reopened": {}})
    return True


@method("deleteForumTopic")
def delete_forum_topic(call: Call) -> bool:
    """The topic goes with all its messages."""
    chat = _forum(call)
    topic = _topic(call, chat)
    topic.deleted = True
    for message in chat.messages.values():
        message.deleted = message.deleted or (message.is_topic_message and message.thread_id == topic.id)
    call.world.changed.fire()
    return True


def _service(call: Call, chat: Chat, topic: Topic, service: dict[str, Any]) -> None:
    call.world.add_message(chat, call.bot.user, service=service, thread_id=topic.id, is_topic_message=True)


def check_download(size: int) -> None:
    """The file server keeps the same limit."""
    if size > MAX_DOWNLOAD:
        raise ApiError(404, "Not Found")
