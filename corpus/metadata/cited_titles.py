"""Where the title of a cited document ends inside the sentence that cites it."""

from __future__ import annotations

import re

from corpus.metadata.wording import title_words

_TITLE = re.compile(
    r"\s*,?\s*[(“\"]?\s*(?P<title>(?:về|Về|V/v|ban hành|quy định|hướng dẫn|phê duyệt|tiếp tục|thực hiện|triển khai"
    r"|sửa đổi)\b.*)",
    re.DOTALL,
)
_STOP = re.compile(
    r"[\n;“”\"]|\.(?=\s|$)|\s\((?:sau đây|viết tắt|gọi|dưới đây)|, ban hành kèm|\sngày\s\d|\s(?:đã|được|như sau)\s"
)
_HOLLOW = re.compile(r"(?:về\s+)?(?:ban hành|thực hiện|triển khai|quy định|hướng dẫn|phê duyệt)", re.IGNORECASE)
AND_KIND = re.compile(
    r"\svà\s+(?=(?:nghị quyết|kết luận|kế hoạch|quyết định|chỉ thị|chương trình|thông báo|công văn)[\w\s]{0,20}\ssố\s)",
    re.IGNORECASE,
)
"""The joint between a document's title and the next document named."""


def read_title(after: str, *, strict: bool = False) -> str | None:
    """The title that `after` begins with; `strict` takes only one that "về" opens. None when there is none."""
    m = _TITLE.match(after)
    if not m or (strict and not m["title"].lower().startswith(("về", "v/v"))):
        return None
    title = m["title"]
    stop = _STOP.search(title)
    # A title that runs to the end of its line or to a bracket is all title; before a full stop a sentence may go on.
    whole = stop is not None and (stop.group()[:1] in "\n;" or stop.group().startswith(" ("))
    if stop:
        title = title[: stop.start()]
    joined = AND_KIND.search(title)
    if joined and "thực hiện" not in title[: joined.start()]:
        title = title[: joined.start()]
    if title.count(")") > title.count("("):
        title = title[: title.rfind(")")]
    kept = _listed(title, whole=whole)
    return kept if 8 <= len(kept) <= 350 and not _HOLLOW.fullmatch(kept) else None


def _listed(title: str, *, whole: bool) -> str:
    """The title up to the comma after which the citing sentence goes on."""
    parts = re.split(r"(,\s+)", title)
    kept = parts[0]
    for comma, part in zip(parts[1::2], parts[2::2], strict=True):
        if not (part.lower().startswith(title_words()) or (whole and part[:1].islower())):
            break
        kept += comma + part
    return kept.strip(" ,")
