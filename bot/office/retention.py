"""How long what concerns people is kept when nobody has chosen otherwise, and letting go of it. Runs every hour.

Deliveries are let go of by `bot.reminders.forgetting`, uploads' files by `bot.office.uploads`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, or_, update

from bot.office.audit import DAYS_IN_MONTH
from bot.office.tables import (
    admission_request,
    allowance,
    asked,
    audit_entry,
    expected_input,
    invitation,
    upload,
)

if TYPE_CHECKING:
    from bot.office.audit import Audit
    from corpus.database import Database

QUESTIONS_KEPT = 18 * timedelta(days=DAYS_IN_MONTH)
"""Long enough for last year's questions to be compared with this year's; an administrator may choose otherwise."""
REQUESTS_KEPT = timedelta(days=180)
"""Wishes to be admitted, decided or not."""
INVITATIONS_KEPT = timedelta(days=180)
"""Invitations after they have been used, revoked, or have expired."""
UPLOADS_KEPT = timedelta(days=90)
"""What is known of files that were not published; published ones say who loaded what."""
INPUTS_KEPT = timedelta(days=1)
"""What a person was asked to type, after it is no longer awaited."""
ALLOWANCES_KEPT = timedelta(days=1)
"""How often something was done: as long as the longest limit (`bot.office.allowances`)."""
DELIVERIES_KEPT = timedelta(days=180)
"""Settled messages of the outbox. Far longer than an occurrence can be planned (`bot.reminders.dues.REACH`)."""


def tidy_office(database: Database, audit: Audit, now: datetime) -> None:
    """Lets go of everything that has been kept long enough."""
    audit.forget(now)
    invited = or_(
        invitation.c.used_at < now - INVITATIONS_KEPT,
        invitation.c.revoked_at < now - INVITATIONS_KEPT,
        invitation.c.expires_at < now - INVITATIONS_KEPT,
    )
    unpublished = and_(
        upload.c.state.in_(("cancelled", "refused", "expired")), upload.c.changed_at < now - UPLOADS_KEPT
    )
    with database.writing() as connection:
        connection.execute(delete(admission_request).where(admission_request.c.asked_at < now - REQUESTS_KEPT))
        connection.execute(delete(invitation).where(invited))
        connection.execute(delete(upload).where(unpublished))
        connection.execute(delete(expected_input).where(expected_input.c.expires_at < now - INPUTS_KEPT))
        connection.execute(delete(allowance).where(allowance.c.since < now - ALLOWANCES_KEPT))
        if not audit.is_term_chosen():
            asked_long_ago = now - QUESTIONS_KEPT
            connection.execute(delete(asked).where(asked.c.asked_at < asked_long_ago))
            # Such an act names its object by the question's words.
            handled = and_(audit_entry.c.action == "question.handled", audit_entry.c.at < asked_long_ago)
            connection.execute(update(audit_entry).where(handled).values(subject="–"))
