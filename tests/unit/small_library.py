"""Two small directives of the invented province in a store of their own, for tests of answering without a model."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from corpus.reading import read_text
from corpus.records import Source
from corpus.store import Store
from corpus.store_writing import IncomingFile
from index.abstention import Abstainer
from index.dense_parts import FLAT
from index.embedding import HashEmbedder
from index.indexing import Indexer
from index.relevance import Ranker
from index.service import SearchService
from index.sharing import within_home

if TYPE_CHECKING:
    from pathlib import Path

    from index.dense_parts import DensePlace

WATER = """TỈNH ỦY HÒA SƠN
*
Số 45-KH/TU
ĐẢNG CỘNG SẢN VIỆT NAM
Hòa Sơn, ngày 20 tháng 5 năm 2025

KẾ HOẠCH
thực hiện Nghị quyết số 8-NQ/TU ngày 02/01/2025 của Tỉnh ủy về nước sạch nông thôn giai đoạn 2025 - 2030

I. MỤC TIÊU
1. Đến năm 2027, tỉ lệ hộ nông thôn dùng nước sạch đạt tối thiểu 58%.
2. Đến năm 2030, tỉ lệ hộ nông thôn dùng nước sạch đạt tối thiểu 70%.
3. Đến năm 2030, số trạm bơm hư hỏng không quá 12 trạm.

II. NHIỆM VỤ
1. Sửa chữa đường ống dẫn nước tại các xã vùng cao, ưu tiên nơi thường xuyên mất nước vào mùa khô.
2. Xã để quá 20% công trình ngừng hoạt động thì không được xét thi đua năm đó.

III. TỔ CHỨC THỰC HIỆN
1. Sở Nội vụ chủ trì, phối hợp với Sở Tài chính rà soát biên chế trạm bơm trước ngày 30/11/2026.
2. Sở Y tế báo cáo Ủy ban nhân dân tỉnh kết quả kiểm tra chất lượng nước trước ngày 15/12 hằng năm.
3. Sở Tài chính bố trí kinh phí sửa chữa đường ống trước ngày 31/3/2026.

Nơi nhận:
- Ủy ban nhân dân tỉnh,
- Lưu Văn phòng.

T/M BAN THƯỜNG VỤ
PHÓ BÍ THƯ

Lê Văn Bình
"""

SCHOOLS = """ỦY BAN NHÂN DÂN TỈNH HÒA SƠN
Số: 77/KH-UBND
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Hòa Sơn, ngày 05 tháng 9 năm 2025

KẾ HOẠCH
về xóa phòng học tạm giai đoạn 2025 - 2028

I. MỤC TIÊU
1. Đến năm 2028, xóa 140 phòng học tạm ở các xã biên giới.

II. TỔ CHỨC THỰC HIỆN
1. Sở Giáo dục và Đào tạo lập danh mục phòng học tạm trước ngày 15/01/2026.
2. Sở Nội vụ tuyển thêm 60 giáo viên mầm non trong năm 2027.

TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH

Vi Thị Hoa
"""


def put(store: Store, **texts: str) -> None:
    """Store directives as files of these names; an earlier file of the same name is replaced."""
    for name, text in texts.items():
        digest = hashlib.sha256(text.encode()).hexdigest()
        store.put(IncomingFile(f"/hoa-son/{name}.txt", digest, "test"), read_text(Source(text)))


def open_store(folder: Path) -> Store:
    """An empty store in the folder."""
    return Store.open(f"sqlite:///{folder / 'chidao.db'}")


def indexer_in(folder: Path, dense: DensePlace = FLAT) -> Indexer:
    """The indexer of a home, its vectors in `dense`, with the embedder that needs no model."""
    return Indexer(folder, HashEmbedder, within_home(folder, dense))


def service_over(store: Store, folder: Path, dense: DensePlace = FLAT) -> SearchService:
    """The product's service with the embedder that needs no model."""
    return SearchService.open(store, folder, HashEmbedder, indexer_in(folder, dense))


def outspoken(store: Store, folder: Path, dense: DensePlace = FLAT) -> SearchService:
    """The same, but it always answers: words alone are too weak a model for the shipped caution."""
    ranker, never = Ranker.shipped(), Abstainer({}, 0.0)
    return SearchService(store, folder, HashEmbedder, ranker=ranker, abstainer=never, indexer=indexer_in(folder, dense))
