"""What kind of thing a question asks for (a sum of money, a day, a body ...) and whether a text holds one at all."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.text import comparable, nfc, place_tones
from corpus.times import mask_citations

_MONEY = r"(?:tiền|tỷ|tỉ|triệu|đồng|kinh phí|nghìn tỷ|nghìn tỉ)"
_BODY = r"(?:cơ quan|đơn vị|bên|tổ chức|đầu mối|cấp|nơi)"
_I = re.IGNORECASE


@dataclass(frozen=True, slots=True)
class Expectation:
    """One kind of answer: how questions ask for it (comparable text), and how a text that could give it looks (as published)."""

    name: str
    asked: re.Pattern[str]
    supplied: re.Pattern[str]


EXPECTATIONS = (
    Expectation(
        "money",
        re.compile(
            rf"(?:bao nhiêu|mấy)\s+(?:là\s+)?{_MONEY}\b|{_MONEY}\s+(?:là\s+|khoảng\s+)?(?:bao nhiêu|mấy)|tổng mức đầu tư|(?:hết|tốn|rót) (?:bao nhiêu|mấy)"
            r"|kinh phí (?:thực hiện|dự kiến|là|cụ thể)|mức (?:phạt|thưởng|hỗ trợ|phụ cấp|lương)|phạt (?:bao nhiêu|mấy)"
        ),
        re.compile(r"\d[\d.,]*\s*(?:nghìn\s+|triệu\s+|trăm\s+)*(?:tỷ|tỉ|triệu|đồng|usd)\b|\d\s*% (?:GDP|GRDP|kinh phí|chi phí|ngân sách)", _I),
    ),
    Expectation("percent", re.compile(r"(?:bao nhiêu|mấy)\s*(?:%|phần trăm)"), re.compile(r"\d\s*%|toàn bộ|tất cả|100", _I)),
    Expectation(
        "figure",
        re.compile(r"\b(?:bao nhiêu|mấy|con số)\b"),
        re.compile(r"\d|\b(?:một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|toàn bộ|tất cả)\s+\w", _I),
    ),
    Expectation(
        "day",
        re.compile(r"(?:ngày|hôm) (?:nào|mấy|bao nhiêu)|mùng mấy|hạn chót"),
        re.compile(r"\d{1,2}\s*/\s*\d{1,2}|ngày\s+(?:\d{1,2}\b|thứ)|trong vòng \d+ ngày|\d+ ngày (?:làm việc|kể từ)", _I),
    ),
    Expectation(
        "time",
        re.compile(
            r"khi nào|bao giờ|lúc nào|chừng nào|hôm nào|thời hạn|\bhạn\b|(?:năm|tháng|quý|giai đoạn|mốc|thời điểm|kỳ) (?:nào|mấy)|bao lâu|còn mấy ngày|tần suất"
        ),
        re.compile(
            r"\d{1,2}\s*/\s*\d{1,2}|(?:19|20)\d\d|quý [ivx\d]|tháng \d|ngày \d|(?:hằng|hàng|mỗi|từng|một|lần/)\s*(?:năm|quý|tháng|tuần|ngày)|"
            r"định k[ỳì]|thường xuyên|lộ trình|kịp thời|ngay (?:sau|khi|trong)|nhiệm kỳ|khóa|khoá|\d+\s+(?:phút|giờ|ngày|tuần|tháng|năm|lần)|đột xuất|giai đoạn",
            _I,
        ),
    ),
    Expectation(
        "cadence",
        re.compile(r"(?:mấy|bao nhiêu) (?:lần|ngày|tuần|tháng|quý|năm)(?:\s*/\s*|\s+)(?:một |1 |mỗi )?(?:lần|năm|quý|tháng)|bao lâu (?:một|1) lần"),
        re.compile(r"(?:hằng|hàng|mỗi|từng|một)\s*(?:năm|quý|tháng|tuần|ngày)|\d+\s*(?:lần|tháng|quý)|\d+ lần/", _I),
    ),
    Expectation("department", re.compile(r"\bsở (?:nào|ngành nào|gì)\b"), re.compile(r"\b[Ss]ở\s+[A-ZĐÀ-Ỹ]|[Cc]ác sở|sở, (?:ban|ngành)")),
    Expectation(
        "actor",
        re.compile(rf"\b(?:ai|những ai|do ai)\b|{_BODY} nào|\b(?:ban|bộ|sở|phòng) nào\b"),
        re.compile(
            r"\b(?:sở|ban|ủy ban|uỷ ban|ubnd|hđnd|hội đồng|bộ|đảng ủy|tỉnh ủy|huyện ủy|thành ủy|thị ủy|đảng đoàn|văn phòng|mặt trận|đoàn|hội|công an|"
            r"cấp ủy|cấp uỷ|chính quyền|cơ quan|đơn vị|ngành|trung tâm|chủ tịch|bí thư|người đứng đầu|tổ chức|phòng|trạm|bệnh viện|trường|quốc hội|chính phủ|"
            r"thủ tướng|doanh nghiệp|nhân dân|cán bộ|tổ công tác|địa phương|đảng viên)\b",
            _I,
        ),
    ),
    Expectation(
        "person",
        re.compile(r"\btên (?:gì|là gì)\b|(?:trưởng|phó) ban|tổ trưởng|ai (?:làm|là) (?:trưởng|chủ tịch|giám đốc|tổ|phó)|\bông nào\b|\bbà nào\b|đồng chí nào"),
        re.compile(r"\b(?:[Ôô]ng|[Bb]à|[Đđ]ồng chí|đ/c)\s+[A-ZĐ]|[Tt]rưởng ban|[Tt]ổ trưởng"),
    ),
    Expectation(
        "contact",
        re.compile(r"số điện thoại|điện thoại|hộp thư|e-?mail\b|\bmail\b|hotline|gọi số|\bsđt\b"),
        re.compile(r"@|\d{3,4}[\s.]\d{3}|điện thoại|hộp thư", _I),
    ),
)  # fmt: skip
_OTHER_QUESTION = re.compile(r"\b(?:nào|gì|sao|ai|đâu)\b")
_SEVERAL = re.compile(r"\bmấy\b(?!\s*%)")


def expected(question: str) -> tuple[Expectation, ...]:
    """The kinds of answer a question asks for; empty when it asks for content in general."""
    low = comparable(question)
    if _OTHER_QUESTION.search(low):  # "mấy đơn vị ... theo hướng nào": here "mấy" only means several
        low = _SEVERAL.sub(" ", low)
    return tuple(e for e in EXPECTATIONS if e.asked.search(low))


def lacking(wanted: tuple[Expectation, ...], text: str) -> frozenset[str]:
    """Names of the wanted kinds that `text` holds nothing of; dates and numbers of cited documents do not count."""
    if not wanted:
        return frozenset()
    shown = place_tones(mask_citations(nfc(text)))
    return frozenset(e.name for e in wanted if not e.supplied.search(shown))
