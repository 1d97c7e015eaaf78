"""The office: people, units, invitations, groups, audiences, progress, questions with feedback, the record of acts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
serves_from = "0001"


def upgrade() -> None:
    """Creates the office's tables."""
    op.create_table(
        "admission_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_request")),
    )
    op.create_index(op.f("ix_admission_request_person_id"), "admission_request", ["person_id"], unique=False)
    op.create_table(
        "asked",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=True),
        sa.Column("resolved", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=True),
        sa.Column("abstained", sa.Integer(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("headline", sa.Text(), nullable=True),
        sa.Column("citations", sa.JSON(), nullable=True),
        sa.Column("answer_messages", sa.JSON(), nullable=True),
        sa.Column("handled_by", sa.BigInteger(), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked")),
    )
    op.create_index(op.f("ix_asked_asked_at"), "asked", ["asked_at"], unique=False)
    op.create_index(op.f("ix_asked_chat_id_message_id"), "asked", ["chat_id", "message_id"], unique=False)
    op.create_index(op.f("ix_asked_chat_id_topic_id"), "asked", ["chat_id", "topic", "id"], unique=False)
    op.create_index(op.f("ix_asked_person_id"), "asked", ["person_id"], unique=False)
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"], unique=False)
    op.create_index(op.f("ix_audit_entry_person_id"), "audit_entry", ["person_id"], unique=False)
    op.create_table(
        "expected_input",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "topic", "person_id", name=op.f("pk_expected_input")),
    )
    op.create_table(
        "group_chat",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("present", sa.Integer(), server_default="1", nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_chat")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("reachable", sa.Integer(), server_default="1", nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("folded", name=op.f("uq_unit_folded")),
    )
    op.create_table(
        "audience",
        sa.Column("directive_key", sa.String(length=160), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_audience_unit_id_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("directive_key", "unit_id", name=op.f("pk_audience")),
    )
    op.create_index(op.f("ix_audience_unit_id"), "audience", ["unit_id"], unique=False)
    op.create_table(
        "feedback",
        sa.Column("asked_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_id"], ["asked.id"], name=op.f("fk_feedback_asked_id_asked"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("asked_id", "person_id", name=op.f("pk_feedback")),
    )
    op.create_table(
        "group_binding",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("bound_by", sa.BigInteger(), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"],
            ["group_chat.id"],
            name=op.f("fk_group_binding_chat_id_group_chat"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_group_binding_unit_id_unit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("chat_id", "topic", name=op.f("pk_group_binding")),
    )
    op.create_index(op.f("ix_group_binding_unit_id"), "group_binding", ["unit_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by", sa.BigInteger(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_invitation_unit_id_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_invitation_secret_hash")),
    )
    op.create_table(
        "membership",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_membership_unit_id_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "unit_id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_unit_id"), "membership", ["unit_id"], unique=False)
    op.create_table(
        "progress",
        sa.Column("task_id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_progress_unit_id_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("task_id", "unit_id", name=op.f("pk_progress")),
    )


def downgrade() -> None:
    """Drops them."""
    op.drop_table("progress")
    op.drop_index(op.f("ix_membership_unit_id"), table_name="membership")
    op.drop_table("membership")
    op.drop_table("invitation")
    op.drop_index(op.f("ix_group_binding_unit_id"), table_name="group_binding")
    op.drop_table("group_binding")
    op.drop_table("feedback")
    op.drop_index(op.f("ix_audience_unit_id"), table_name="audience")
    op.drop_table("audience")
    op.drop_table("unit")
    op.drop_table("person")
    op.drop_table("group_chat")
    op.drop_table("expected_input")
    op.drop_index(op.f("ix_audit_entry_person_id"), table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_at"), table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_index(op.f("ix_asked_person_id"), table_name="asked")
    op.drop_index(op.f("ix_asked_chat_id_topic_id"), table_name="asked")
    op.drop_index(op.f("ix_asked_chat_id_message_id"), table_name="asked")
    op.drop_index(op.f("ix_asked_asked_at"), table_name="asked")
    op.drop_table("asked")
    op.drop_index(op.f("ix_admission_request_person_id"), table_name="admission_request")
    op.drop_table("admission_request")
