"""Which links Telegram keeps, and how it writes them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_USER = re.compile(r"tg:/{0,2}user/?\?(?:.*&)?id=(\d+)", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_HOST = re.compile(r"[^\s/?#@]+\.[^\s/?#@.\d][^\s/?#@.]+|\d{1,3}(?:\.\d{1,3}){3}", re.IGNORECASE)


def linked_user(url: str) -> int | None:
    """The user a `tg://user?id=` link mentions."""
    match = _USER.fullmatch(url.strip())
    return int(match[1]) if match else None


def checked_link(url: str) -> str | None:
    """`url` as Telegram stores it, or None when it would drop the link: a scheme it knows, and a host with a dot."""
    url = url.strip()
    scheme = _SCHEME.match(url)
    if scheme and scheme[1].lower() in {"tg", "ton", "tonsite", "mailto", "tel"}:
        return url
    if scheme and not url[scheme.end() :].startswith("//") and not url[scheme.end() :][:1].isdigit():
        return None
    if not (scheme and url[scheme.end() :].startswith("//")):
        url = f"http://{url}"
    parts = urlsplit(url)
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname or not _HOST.fullmatch(parts.hostname):
        return None
    return url if parts.path else parts._replace(path="/").geturl()
