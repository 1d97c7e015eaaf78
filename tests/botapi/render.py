"""Bot API objects made from the world's records, as one bot sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.botapi.world import Bot, CallbackQuery, Chat, File, Member, Message, Topic, User, World

if TYPE_CHECKING:
    from tests.botapi.text import Entity

_ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
)
_GROUP_RIGHTS = ("can_pin_messages", "can_manage_topics")
PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)


def user_object(user: User) -> dict[str, Any]:
    """User."""
    return _given(
        {
            "id": user.id,
            "is_bot": user.is_bot,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "username": user.username,
            "language_code": user.language_code,
        }
    )


def me_object(bot: Bot) -> dict[str, Any]:
    """User, as getMe completes it."""
    return user_object(bot.user) | {
        "can_join_groups": True,
        "can_read_all_group_messages": bot.can_read_all_group_messages,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def chat_object(chat: Chat) -> dict[str, Any]:
    """Chat."""
    if chat.user is not None:
        user = chat.user
        return _given(
            {
                "id": chat.id,
                "type": "private",
                "first_name": user.first_name,
                "last_name": user.last_name,
                "username": user.username,
            }
        )
    return _given(
        {
            "id": chat.id,
            "type": chat.type,
            "title": chat.title,
            "username": chat.username,
            "is_forum": chat.is_forum or None,
        }
    )


def full_chat_object(world: World, bot: Bot, chat: Chat) -> dict[str, Any]:
    """ChatFullInfo."""
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), True
    )
    full = chat_object(chat) | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}
    pinned = [m for m in chat.messages.values() if m.pinned and not m.deleted]
    if pinned:
        full["pinned_message"] = message_object(world, bot, pinned[-1], nested=True)
    if chat.user is None:
        full["permissions"] = {name: chat.permissions.get(name, True) for name in PERMISSIONS}
    return full


def member_object(member: Member, chat: Chat) -> dict[str, Any]:
    """ChatMember, in the variant its status asks for."""
    base: dict[str, Any] = {"status": member.status, "user": user_object(member.user)}
    match member.status:
        case "creator":
            return base | {"is_anonymous": False}
        case "administrator":
            names = _ADMIN_RIGHTS + (_GROUP_RIGHTS if chat.type != "channel" else ())
            rights = {name: member.rights.get(name, name == "can_manage_chat") for name in names}
            return base | {"can_be_edited": False, "is_anonymous": False, "can_manage_direct_messages": False} | rights
        case "restricted":
            rights = {name: member.rights.get(name, True) for name in PERMISSIONS}
            return base | {"is_member": True, "until_date": 0} | rights
        case "kicked":
            return base | {"until_date": 0}
    return base


def member_update(world: World, chat: Chat, actor: User, old: Member, new: Member) -> dict[str, Any]:
    """ChatMemberUpdated."""
    return {
        "chat": chat_object(chat),
        "from": user_object(actor),
        "date": world.now(),
        "old_chat_member": member_object(old, chat),
        "new_chat_member": member_object(new, chat),
    }


def file_object(bot: Bot, file: File) -> dict[str, Any]:
    """File, as getFile returns it."""
    return {
        "file_id": World.file_id(bot, file),
        "file_unique_id": file.unique_id,
        "file_size": file.size,
        "file_path": file.path,
    }


def topic_object(topic: Topic) -> dict[str, Any]:
    """ForumTopic."""
    return {"message_thread_id": topic.id, "name": topic.name, "icon_color": topic.icon_color}


def callback_object(world: World, query: CallbackQuery) -> dict[str, Any]:
    """CallbackQuery, with the message as it stands now."""
    return {
        "id": query.id,
        "from": user_object(query.user),
        "message": message_object(world, query.bot, query.message),
        "chat_instance": str(query.message.chat.id * 31 + 17),
        "data": query.data,
    }


def message_object(world: World, bot: Bot, message: Message, *, nested: bool = False) -> dict[str, Any]:
    """Message; a nested one (replied to, pinned) does not show what it replies to in turn."""
    body: dict[str, Any] = {
        "message_id": message.id,
        "from": user_object(message.sender),
        "chat": chat_object(message.chat),
        "date": message.date,
    }
    body |= _given(
        {
            "edit_date": message.edit_date,
            "message_thread_id": message.thread_id,
            "media_group_id": message.media_group_id,
            "is_topic_message": message.is_topic_message or None,
            "forward_origin": message.origin,
            "has_protected_content": message.protected or None,
            "link_preview_options": message.link_preview_options,
        }
    )
    body |= _content(world, bot, message)
    for name, value in message.service.items():
        body[name] = message_object(world, bot, value, nested=True) if isinstance(value, Message) else value
    if message.keyboard:
        body["reply_markup"] = {"inline_keyboard": message.keyboard}
    if not nested:
        replied = message.reply_to or (
            message.chat.messages.get(message.thread_id or 0) if message.is_topic_message else None
        )
        if replied is not None and replied is not message and not replied.deleted:
            body["reply_to_message"] = message_object(world, bot, replied, nested=True)
    return body


def _content(world: World, bot: Bot, message: Message) -> dict[str, Any]:
    entities = [entity_object(world, e) for e in message.entities]
    if message.media is None:
        return _given({"text": message.text or None, "entities": entities or None})
    kind, file = message.media
    content: dict[str, Any] = _given({"caption": message.text or None, "caption_entities": entities or None})
    match kind:
        case "photo":
            sizes = (*file.smaller, file)
            content["photo"] = [_reference(bot, s) | {"width": s.width, "height": s.height} for s in sizes]
        case _:
            content[kind] = _reference(bot, file) | {"file_name": file.name, "mime_type": file.mime}
    return content


def _reference(bot: Bot, file: File) -> dict[str, Any]:
    return {"file_id": World.file_id(bot, file), "file_unique_id": file.unique_id, "file_size": file.size}


def entity_object(world: World, entity: Entity) -> dict[str, Any]:
    """MessageEntity."""
    extra = dict(entity.extra)
    if "user_id" in extra:
        extra["user"] = user_object(world.users[extra.pop("user_id")])
    return {"type": entity.type, "offset": entity.offset, "length": entity.length} | extra


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
