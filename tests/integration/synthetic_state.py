"""A state as large as one likes, made by PostgreSQL itself: every value follows from the row's number, so two runs agree.

For `n` rows: n clauses in n/143 directives, n/5 tasks, n people in n/200 units, n questions, n/2 updates and n
reminders. Most of what is settled by nature is settled. A tenth of all questions was asked in the last ten minutes. A
twentieth comes from one group (`GROUP`), another, longer ago, from one person in private (`DILIGENT`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Engine

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
GROUP = -1001234567890
DILIGENT = 1
BOT = 4242
WAITING = 40
"""Updates that wait, whatever the size."""
DUE = 60
"""Reminders due and unsent, whatever the size; as many more are in trouble."""
_WORDS = "'báo cáo kết quả thực hiện nhiệm vụ được giao, gửi Sở Nội vụ tổng hợp '"
_DILIGENT = "g % 20 = 10 AND :n - g >= :n / 10"

_ROWS = (
    """INSERT INTO file (id, path, name, content_hash, reading, manifest)
       SELECT g, '/van-ban/' || g || '.docx', g || '.docx', md5('f' || g) || md5('e' || g), 'r', '{}'
       FROM generate_series(1, :directives) g""",
    """INSERT INTO directive (id, file_id, position, key, digest, number, number_key, kind, issuer, place, issued_on, title,
                              recipients, warnings, text, page_starts)
       SELECT g, g, 0, g || '-kh-ubnd-hoa-son-2025', md5('d' || g) || md5('c' || g), g || '/KH-UBND', g || '/kh-ubnd',
              'Kế hoạch', 'UBND tỉnh Hòa Sơn', 'Hòa Sơn', date '2025-01-02' + g % 400, 'về việc thứ ' || g,
              '["Như Điều 3", "Lưu: VT"]', '[]', repeat(md5(g::text) || {words}, 60), '[]'
       FROM generate_series(1, :directives) g""",
    """INSERT INTO clause (id, directive_id, position, token, path, label, heading, text, kind)
       SELECT g, (g - 1) / 143 + 1, (g - 1) % 143, substr(md5('k' || g), 1, 12), 'II.' || (g - 1) % 143, g % 9 || '.',
              'Việc ' || g, 'Việc ' || g || ': ' || repeat({words}, 4), 'item'
       FROM generate_series(1, :n) g""",
    """INSERT INTO task (id, directive_id, position, path, action, quote, due, due_text)
       SELECT substr(md5('t' || g), 1, 16), (g - 1) / 29 + 1, (g - 1) % 29, 'II.' || g % 143, 'Việc ' || g || {words},
              'Việc ' || g || ': ' || repeat({words}, 3), CASE WHEN g % 3 > 0 THEN date '2025-06-01' + g % 900 END, null
       FROM generate_series(1, :tasks) g""",
    """INSERT INTO task_unit (task_id, role, position, name, folded)
       SELECT substr(md5('t' || g), 1, 16), CASE r WHEN 0 THEN 'lead' ELSE 'coop' END, 0, 'Sở số ' || (g + r * 7) % 400,
              'so so ' || (g + r * 7) % 400
       FROM generate_series(1, :tasks) g, generate_series(0, 1) r""",
    """INSERT INTO target (id, directive_id, position, path, indicator, quote, op, value, due)
       SELECT substr(md5('i' || g), 1, 16), (g - 1) / 29 + 1, (g - 1) % 29, 'I.' || g % 143, 'Tỷ lệ ' || g,
              'Tỷ lệ ' || g || ': ' || {words}, '>=', g % 100, date '2025-12-31'
       FROM generate_series(1, :tasks) g""",
    """INSERT INTO unit (id, name, folded) SELECT g, 'Sở số ' || g, 'so so ' || g FROM generate_series(1, :units) g""",
    """INSERT INTO person (id, name, role, reachable, since)
       SELECT g, 'Nguyễn Văn ' || g, CASE WHEN g % 50 = 1 THEN 'clerk' ELSE 'officer' END, (g % 97 > 0)::int, :now
       FROM generate_series(1, :n) g""",
    """INSERT INTO membership (person_id, unit_id)
       SELECT g, g % :units + 1 FROM generate_series(1, :n) g""",
    """INSERT INTO audience (directive_key, unit_id)
       SELECT g || '-kh-ubnd-hoa-son-2025', (g * 7 + u) % :units + 1
       FROM generate_series(1, :directives, 3) g, generate_series(1, 4) u""",
    """INSERT INTO group_chat (id, title, present, since)
       SELECT CASE g WHEN 1 THEN :group ELSE -g END, 'Nhóm ' || g, 1, :now FROM generate_series(1, :units) g""",
    """INSERT INTO group_binding (chat_id, topic, unit_id, bound_by, bound_at)
       SELECT CASE g WHEN 1 THEN :group ELSE -g END, 0, g, 1, :now FROM generate_series(1, :units) g""",
    """INSERT INTO asked (id, chat_id, topic, person_id, message_id, asked_at, text, kind, abstained, headline, citations,
                          answer_messages, handled_at)
       SELECT g, CASE WHEN g % 20 = 0 THEN :group WHEN {diligent} THEN :diligent ELSE g::bigint * 7919 % :n + 1 END, 0,
              CASE WHEN {diligent} THEN :diligent ELSE g::bigint * 7919 % :n + 1 END, g * 2,
              cast(:now as timestamptz) - make_interval(secs => CASE WHEN :n - g < :n / 10 THEN (:n - g) * (6000.0 / :n)
                                                                     ELSE (:n - g) * (31536000.0 / :n) END),
              'Hạn báo cáo việc ' || g || ' là ngày nào?', 'deadline', (g % 10 = 3)::int, 'Trước ngày 15 hằng tháng',
              '[{"directive": "a", "path": "I.1"}]', jsonb_build_array(g * 2 + 1),
              CASE WHEN (g % 10 = 3 OR g % 60 = 0) AND :n - g > 400 THEN cast(:now as timestamptz) END
       FROM generate_series(1, :n) g""",
    """INSERT INTO feedback (asked_id, person_id, good, given_at)
       SELECT g, g::bigint * 7919 % :n + 1, (g % 60 > 0)::int, :now FROM generate_series(20, :n, 20) g""",
    """INSERT INTO expected_input (chat_id, topic, person_id, kind, payload, expires_at)
       SELECT g, 0, g, 'task.note', '{}', :now FROM generate_series(1, :n, 100) g""",
    """INSERT INTO allowance (key, since, taken)
       SELECT encode(sha256(('question:' || g)::bytea), 'hex'), :now, 3 FROM generate_series(1, :n, 2) g""",
    """INSERT INTO progress (task_id, unit_id, state, person_id, changed_at)
       SELECT substr(md5('t' || g), 1, 16), g % :units + 1, (ARRAY['todo', 'doing', 'done'])[g % 3 + 1], g, :now
       FROM generate_series(1, :tasks) g""",
    """INSERT INTO inbox (bot_id, update_id, place, payload, received_at, state, done_at)
       SELECT :bot, g, CASE WHEN late THEN 'chat ' || g % 30 ELSE '' END, CASE WHEN late THEN '{}' END,
              cast(:now as timestamptz) - make_interval(secs => (:updates - g) * (259200.0 / :updates)),
              CASE WHEN late THEN 'waiting' ELSE 'done' END, CASE WHEN NOT late THEN cast(:now as timestamptz) END
       FROM (SELECT g, g > :updates - :waiting AS late FROM generate_series(1, :updates) g) g""",
    """INSERT INTO pace (bot_id, lane, full_until) SELECT :bot, 'chat ' || g, 0 FROM generate_series(1, :n, 20) g""",
    """INSERT INTO reminder_setting (chat_id, topic, wishes)
       SELECT g, 0, '{"hour": "08\\:30"}' FROM generate_series(1, :n, 50) g""",
    """INSERT INTO delivery (id, dedupe_key, reference, kind, chat_id, topic, day, due_at, not_after, state, next_try_at,
                             created_at, settled_at)
       SELECT g, 'k' || g, 'ABC123', 'reminder', g::bigint * 7919 % :n + 1, 0, date '2026-03-02', :now,
              cast(:now as timestamptz) + interval '1 day',
              CASE WHEN :n - g < :due THEN 'pending' WHEN :n - g < 2 * :due THEN 'uncertain'
                   WHEN g % 200 = 0 THEN 'cancelled' ELSE 'sent' END,
              cast(:now as timestamptz) - make_interval(secs => (:n - g) * (31536000.0 / :n)),
              :now, :now
       FROM generate_series(1, :n) g""",
    """INSERT INTO reminder_item (id, chat_id, topic, source_id, directive_key, due, days_before, day, delivery_id)
       SELECT g, g::bigint * 7919 % :n + 1, 0, substr(md5('t' || g % :tasks), 1, 16), g % :directives || '-kh-ubnd-hoa-son-2025',
              date '2026-03-09' - (g / :tasks)::int, 7, date '2026-03-02' - ((:n - g) * 365 / :n)::int, g
       FROM generate_series(1, :n) g""",
)
_NUMBERED = ("file", "directive", "clause", "asked", "unit", "delivery", "reminder_item")


def fill(engine: Engine, n: int) -> None:
    """Fills an empty, migrated PostgreSQL with a state of `n` rows a table, and lets it gather its statistics."""
    sizes = {
        "n": n,
        "directives": n // 143 + 1,
        "tasks": n // 5,
        "units": max(n // 200, 10),
        "updates": n // 2,
        "waiting": WAITING,
        "due": DUE,
        "now": NOW,
        "bot": BOT,
        "group": GROUP,
        "diligent": DILIGENT,
    }
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # foreign keys hold by construction
        for rows in _ROWS:
            statement = text(rows.replace("{words}", _WORDS).replace("{diligent}", _DILIGENT))
            names = statement.compile().params
            connection.execute(statement, {name: sizes[name] for name in names})
        for table in _NUMBERED:
            highest = f"(SELECT max(id) FROM {table})"
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {highest})"))
        connection.execute(text("INSERT INTO revision (id, counter, digest) VALUES (1, 1, repeat('0', 63))"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
