"""The control side of the test server: acting as people, looking, waiting, and making bad weather."""

from __future__ import annotations

from tests.botapi.control.membership import Membership
from tests.botapi.control.people import People
from tests.botapi.control.weather import Weather


class Control(People, Membership, Weather):
    """People, their chats, and the weather between them and the bot."""
