"""Who may use the bot. For now: the people named in CHIDAO_ADMINS, and whoever sits at the terminal."""

from __future__ import annotations

from dataclasses import dataclass

# Telegram ids are positive, so this is nobody on Telegram.
OPERATOR = 0


@dataclass(frozen=True, slots=True)
class Access:
    """The admitted people, by Telegram id."""

    admitted: frozenset[int]

    def admits(self, person: int) -> bool:
        """True when the person may ask."""
        return person in self.admitted


def operator_access() -> Access:
    """Access at the terminal: whoever can run the program can read the store anyway."""
    return Access(frozenset({OPERATOR}))
