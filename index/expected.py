"""What kind of thing a question asks for (a sum of money, a day, a body ...) and whether a text holds one at all."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.text import comparable

_MONEY = r"(?:tiền|tỷ|tỉ|triệu|đồng|kinh phí|nghìn đồng)"
_BODY = r"(?:cơ quan|đơn vị|bên|tổ chức|đầu mối|cấp|nơi)"


@dataclass(frozen=True, slots=True)
class Expectation:
    """One kind of answer: how questions ask for it, and how a text that could give it looks. Both on comparable text."""

    name: str
    asked: re.Pattern[str]
    supplied: re.Pattern[str]


EXPECTATIONS = (
    Expectation(
        "money",
        re.compile(
            rf"(?:bao nhiêu|mấy|tổng cộng)\s+(?:là\s+)?{_MONEY}\b|{_MONEY}\s+(?:là\s+)?bao nhiêu|tổng mức đầu tư|hết bao nhiêu|tốn bao nhiêu"
            r"|kinh phí (?:thực hiện|dự kiến|là|bao nhiêu|cụ thể)|cấp bao nhiêu|chi bao nhiêu|mức (?:phạt|thưởng|hỗ trợ|phụ cấp|lương)"
        ),
        re.compile(r"\d[\d.,]*\s*(?:nghìn\s+|triệu\s+|trăm\s+)*(?:tỷ|tỉ|triệu|đồng|usd)\b|\d\s*%"),
    ),
    Expectation("percent", re.compile(r"(?:bao nhiêu|mấy)\s*(?:%|phần trăm)"), re.compile(r"\d\s*%|toàn bộ|tất cả|100")),
    Expectation(
        "figure",
        re.compile(r"\b(?:bao nhiêu|mấy|nhóm mấy|thứ mấy|con số)\b"),
        re.compile(r"\d|\b(?:một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|toàn bộ|tất cả)\s+\w"),
    ),
    Expectation(
        "day",
        re.compile(r"ngày (?:nào|mấy|bao nhiêu)|mùng mấy|hạn chót|thời hạn cụ thể"),
        re.compile(r"\d{1,2}\s*/\s*\d{1,2}|ngày\s+\d{1,2}\b|ngày thứ"),
    ),
    Expectation(
        "time",
        re.compile(
            r"khi nào|bao giờ|lúc nào|chừng nào|thời hạn|\bhạn\b|(?:năm|tháng|quý|giai đoạn|mốc|thời điểm) (?:nào|mấy)|bao lâu|còn mấy ngày|xong trước|tần suất|mấy lần"
        ),
        re.compile(
            r"\d{1,2}\s*/\s*\d{1,2}|(?:19|20)\d\d|quý [ivx\d]|tháng \d|ngày \d|(?:hằng|hàng|mỗi|từng|một|\d+\s+lần/)\s*(?:năm|quý|tháng|tuần|ngày)|"
            r"định k[ỳì]|thường xuyên|lộ trình|kịp thời|ngay (?:sau|khi|trong)|nhiệm kỳ|khóa|\d+\s+(?:ngày|tháng|lần)|đột xuất|cuối|đầu năm"
        ),
    ),
    Expectation("department", re.compile(r"\bsở (?:nào|ngành nào)\b|\bsở gì\b"), re.compile(r"\bsở\s+\w")),
    Expectation(
        "actor",
        re.compile(rf"\b(?:ai|những ai|do ai)\b|{_BODY} nào|\bban nào\b|chủ trì|đầu mối"),
        re.compile(
            r"\b(?:sở|ban|ủy ban|ubnd|hđnd|hội đồng|bộ|đảng ủy|tỉnh ủy|huyện ủy|thành ủy|thị ủy|đảng đoàn|văn phòng|mặt trận|đoàn|hội|công an|"
            r"cấp ủy|chính quyền|cơ quan|đơn vị|ngành|trung tâm|chủ tịch|bí thư|người đứng đầu|tổ chức|phòng|trạm|bệnh viện|trường|quốc hội|chính phủ|thủ tướng|doanh nghiệp|nhân dân|cán bộ|tổ công tác)\b"
        ),
    ),
    Expectation(
        "person",
        re.compile(r"\b(?:ông|bà|đồng chí|người|ai)\b.*\b(?:tên|trưởng ban|phó ban|tổ trưởng|đứng đầu|đại diện nào)|\btên (?:gì|là gì)\b|trưởng ban|ai làm"),
        re.compile(r"\b(?:ông|bà|đồng chí|đ/c)\s+\w+|trưởng ban|tổ trưởng"),
    ),
    Expectation("contact", re.compile(r"số điện thoại|điện thoại|email|e-mail|\bmail\b|địa chỉ|hotline|gọi số"), re.compile(r"@|\d{3,4}[\s.]\d{3}|điện thoại|hộp thư|địa chỉ")),
)  # fmt: skip
NAMES = tuple(e.name for e in EXPECTATIONS)


def expected(question: str) -> tuple[Expectation, ...]:
    """The kinds of answer a question asks for; empty when it asks for content in general."""
    low = comparable(question)
    return tuple(e for e in EXPECTATIONS if e.asked.search(low))


def lacking(wanted: tuple[Expectation, ...], text: str) -> frozenset[str]:
    """Names of the wanted kinds that `text` holds nothing of."""
    low = comparable(text)
    return frozenset(e.name for e in wanted if not e.supplied.search(low))
