"""A Telegram Bot API server for tests: it answers, refuses and delivers as Telegram does; a test acts as the people.

Everything runs in the test's own event loop, on 127.0.0.1 and a free port; nothing here knows our bot.

    from tests.botapi.fixtures import telegram, telegram_server  # `assert_clean` runs at the end of each test

    async def test_start(telegram_server, telegram):
        run_the_bot(token=telegram_server.token, root=telegram_server.url)  # ROOT/bot<token>/M, ROOT/file/bot<token>/P
        lan = telegram.user("Lan", username="lan")
        chat = telegram.private(lan)
        telegram.send_text(lan, chat, "/start")
        menu = await telegram.wait_for_message(chat)  # the bot's first message since a person last acted in the chat
        answer = await telegram.press(lan, menu, "Chỉ tiêu")  # by label; returns {"text", "show_alert", "url"}
        await telegram.wait_for_edit(menu)
        assert menu.buttons == [["Quay lại"]]

`telegram` (= `server.control`) in short; people's acts are plain calls, waiting is awaited:

- people and chats: `user(name, user_id=, username=, language_code=)`, `private(user)`, `started(user)` (Start pressed
  long ago), `group(title, members, bot=True, admin=False)`, `supergroup(...)`, `forum(...)`; privacy mode off:
  `server.bot.can_read_all_group_messages = True`
- acts: `send_text(user, chat, text, thread=, reply_to=)`, `send_document(user, chat, data, filename, mime=, caption=)`,
  `send_photo(user, chat, data)` (its largest size is `data`), `send_album(user, chat, photos, caption=)`,
  `edit(user, message, text)`, `await press(user, message, label)` (exact label, or else a part of it), `start_press`
  (does not wait), `press_data(user, message, data)` (any data), `delete(message)`
- membership: `add_bot(actor, chat, admin=)`, `kick_bot`, `remove_bot`, `restrict_bot(actor, chat,
  can_send_messages=False)`, `add_member`, `remove_member`, `block_bot(user)`, `unblock_bot(user)`, `deactivate(user)`,
  `delete_group(chat)`, `migrate(actor, chat) -> supergroup`
- topics: `open_topic(actor, chat, name) -> Topic`, `close_topic`, `reopen_topic`, `delete_topic`
- waiting: `await wait_for_message(chat, n=1, after=, thread=, timeout=)`, `wait_for_edit(message)`,
  `wait_for_deletion(message)`, `wait_for_call(method, n)`, `wait_for(condition, what)`,
  `expect_silence(chat, seconds)`, `all_confirmed()`, `bot_listens()`; `moment()` gives an `after`
- looking: `transcript(chat) -> list[str]`, `messages(chat)`; a `Message` has `.text` (or caption), `.entities`,
  `.buttons`, `.keyboard`, `.reply_keyboard`, `.document` (`.name`, `.data`), `.media`, `.thread_id`, `.reply_to`,
  `.deleted`, `.edits`, `.reactions`, `.pinned`
- weather: `fail_next(method, code, description, times=, chat=, retry_after=)`, `drop_next(method, after=False)`,
  `delay_next(method, seconds)`, `duplicate_next_update()`, `redeliver()`, `with held_updates(backwards=)`,
  `flood_limits()`; `server.world.clock.advance(seconds)`

The server: `url`, `token`, `bot`, `world` (`world.add_bot(username)` for further bots), `exchanges` and `calls(method)`
(each with `.params`, `.status`, `.description`, `.result`), `delivery()` (webhook attempts), `problems`,
`forgive("text", ...)` for refusals that a test provokes on purpose, `assert_clean()`: no schema violation, no refusal
(4xx) that was neither scheduled nor forgiven, no unanswered press, no method that is not modelled. `await stop()` and
`await start(port)` restart it with its state. `Pace()` has Telegram's own pauses, `Pace.brisk()` (the fixtures')
shortens them.

Known gaps: methods outside the table answer 501 and fail the test; files by URL, video and audio; a stall after 310
unsent messages and the pacing of equal uploads; real flood limits, transcoding, TLS. Where the
wording of a refusal does not rest on the official server's source, the code says so beside it.
"""

from __future__ import annotations

from tests.botapi.control import Control
from tests.botapi.faults import FloodLimits
from tests.botapi.server import BotApiServer, Pace, running_server

__all__ = ["BotApiServer", "Control", "FloodLimits", "Pace", "running_server"]
