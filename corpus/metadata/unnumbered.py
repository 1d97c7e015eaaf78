"""Documents named without a number: resolutions of congresses and plenums, laws, a province's plan."""

from __future__ import annotations

import re

from corpus.lines import CAPITALS
from corpus.metadata.cited_titles import read_title
from corpus.metadata.dates import DATE, date_at
from corpus.records import CitedDirective
from corpus.text import comparable

_AFTER = 420
_PROPER = rf"[{CAPITALS}]\w*"
_DATE_AFTER = re.compile(rf"\s*,?\s*(?=ngày){DATE.pattern}", re.IGNORECASE)
_CONGRESS = re.compile(
    r"Nghị quyết\s+(?P<body>Đại hội\s+(?:(?P<n1>[XVI]+)\s+)?"
    r"(?P<whose>(?:đại biểu\s+)?(?:Đảng bộ\s+(?:tỉnh|thành phố|huyện)|(?:Đảng\s+)?toàn quốc|Đảng)"
    rf"(?:\s+{_PROPER}){{0,3}}?)(?:\s+toàn quốc)?(?:\s+(?:của Đảng\s+)?lần thứ\s+(?P<n2>[XVI]+))?)"
    r"(?P<term>,?\s+nhiệm kỳ\s+\d{4}\s*-\s*\d{4})?"
)
_PLENUM = re.compile(
    r"(?<!số )Nghị quyết\s+(?:Hội nghị\s+)?(?P<body>(?:lần thứ\s+\w+\s+)?(?:Ban Chấp hành\s+)?Trung ương\s*"
    r"(?P<n>\d{1,2}|lần thứ\s+\w+)?,?\s*\(?(?:khóa|khoá)\s+(?P<term>[XVI]+)\)?)"
)
_LAW = re.compile(
    rf"(?<!\w)(?P<kind>Luật|Bộ luật|Pháp lệnh|Hiến pháp)\s+(?P<name>(?!này|sư)[{CAPITALS}][^.;:()\n“”\"|]{{3,160}})"
)
_LAW_STOP = re.compile(
    r",\s*(?:Luật|Bộ luật|Pháp lệnh|Nghị|Quyết|Thông|và|các|pháp|trình|báo cáo|ban hành|hướng dẫn)\b"
    r"|\s(?:và|hoặc)\s(?:Luật|Bộ luật|các|Nghị|quy định|pháp)"
    r"|\s(?:năm|số|ngày|được|theo|đã|của|để|tại các|bảo đảm|trong|cho)\s"
)
_NUMBERED = re.compile(r"\s+(?:năm\s+\d{4}\s+)?số\s*:?\s*\d")
_PLAN = re.compile(
    rf"(?P<name>(?P<whose>[Qq]uy hoạch tỉnh(?:\s+{_PROPER}){{2}})(?:\s+{_PROPER})?"
    r"(?:\s+thời kỳ\s+\d{4}\s*-\s*\d{4}(?:,\s*tầm nhìn đến năm\s+\d{4})?)?)"
)


def read_unnumbered(text: str) -> dict[str, CitedDirective]:
    """The documents without a number named in `text`, each once, under a key that its spellings share."""
    return {**_congresses(text), **_plenums(text), **_laws(text), **_plans(text)}


def _congresses(text: str) -> dict[str, CitedDirective]:
    found: dict[str, CitedDirective] = {}
    for m in _CONGRESS.finditer(text):
        ordinal = m["n1"] or m["n2"]
        if not ordinal:
            continue
        whose = "đảng bộ" if "Đảng bộ" in m["whose"] else "toàn quốc"
        key, title = f"đại hội {whose} {ordinal}", _spaced(m.group())
        if key not in found or len(title) > len(found[key].title or ""):
            found[key] = CitedDirective(None, "Nghị quyết", None, _spaced(m["body"]), title)
    return found


def _plenums(text: str) -> dict[str, CitedDirective]:
    found: dict[str, CitedDirective] = {}
    for m in _PLENUM.finditer(text):
        body = _spaced(m["body"])
        title = read_title(text[m.end() : m.end() + _AFTER])
        name = f"Nghị quyết {body} {title}" if title else f"Nghị quyết {body}"
        found.setdefault(f"trung ương {m['n']} {m['term']}", CitedDirective(None, "Nghị quyết", None, body, name))
    return found


def _laws(text: str) -> dict[str, CitedDirective]:
    found: dict[str, CitedDirective] = {}
    for m in _LAW.finditer(text):
        stop = _LAW_STOP.search(m["name"])
        name = (m["name"][: stop.start()] if stop else m["name"]).strip(" ,")
        after = m.start("name") + len(name)
        if len(name) <= 3 or _NUMBERED.match(text, after):
            continue
        dated = _DATE_AFTER.match(text, after)
        title = f"{m['kind']} {name}"
        cited = CitedDirective(None, m["kind"], date_at(dated) if dated else None, None, title)
        found.setdefault(comparable(title), cited)
    return found


def _plans(text: str) -> dict[str, CitedDirective]:
    found: dict[str, CitedDirective] = {}
    for m in _PLAN.finditer(text):
        key, name = comparable(m["whose"]), _spaced(m["name"])
        if key not in found or len(name) > len(found[key].title or ""):
            found[key] = CitedDirective(None, "Quy hoạch", None, None, name)
    return found


def _spaced(text: str) -> str:
    return " ".join(text.split())
