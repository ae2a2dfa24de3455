"""What there is to learn in the demonstration: occasions (a talk, a lesson, a check …) and their invented titles.

Verbs and activity types are those of the evidence mapping's templates; an occasion is tagged with the topic it
serves by a category activity of our profile. The profile's address is no constant here: it stands once, in the mapping.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from certification.demonstration.people import LEARNING_PLATFORM, ROLL_CALL_PLATFORM

_ADL = "http://adlnet.gov/expapi/verbs/"
_ADL_TYPE = "http://adlnet.gov/expapi/activities/"
_TINCAN = "http://id.tincanapi.com/verb/"
_TINCAN_TYPE = "http://id.tincanapi.com/activitytype/"
_STREAMS = "http://activitystrea.ms/schema/1.0/"


@dataclass(frozen=True, slots=True)
class Occasion:
    """A way of learning: the verb and activity type it is told with, where, how long, and whether it is scored."""

    verb: str
    verb_name: str
    type: str
    platform: str
    minutes: tuple[int, int]
    """From and to; (0, 0) when the platform does not say how long."""
    scored: bool = False


TALK = Occasion(_ADL + "attended", "tham dự", _ADL_TYPE + "meeting", ROLL_CALL_PLATFORM, (15, 60))
LESSON = Occasion(_ADL + "completed", "hoàn thành", _ADL_TYPE + "lesson", LEARNING_PLATFORM, (10, 45))
COURSE = Occasion(_ADL + "completed", "hoàn thành", _ADL_TYPE + "course", LEARNING_PLATFORM, (60, 240))
CHECK = Occasion(_ADL + "passed", "vượt qua", _ADL_TYPE + "assessment", LEARNING_PLATFORM, (10, 30), scored=True)
CONTEST = Occasion(_ADL + "scored", "đạt điểm", _ADL_TYPE + "performance", ROLL_CALL_PLATFORM, (30, 120), scored=True)
COACHING = Occasion(_ADL + "attended", "tham dự", _TINCAN_TYPE + "tutor-session", ROLL_CALL_PLATFORM, (30, 90))
READING = Occasion(_STREAMS + "read", "đọc", _TINCAN_TYPE + "book", LEARNING_PLATFORM, (15, 40))
PLAN = Occasion(_TINCAN + "defined", "lập", _TINCAN_TYPE + "goal", LEARNING_PLATFORM, (0, 0))
PROGRESS = Occasion(_ADL + "progressed", "tiến bộ", _TINCAN_TYPE + "goal", LEARNING_PLATFORM, (0, 0))
GATHERING = Occasion(_ADL + "attended", "tham dự", _TINCAN_TYPE + "conference", ROLL_CALL_PLATFORM, (60, 180))
IDEA = Occasion(_TINCAN + "earned", "được công nhận", _TINCAN_TYPE + "suggestion", LEARNING_PLATFORM, (0, 0))
VIEWING = Occasion(_ADL + "experienced", "xem", _ADL_TYPE + "media", LEARNING_PLATFORM, (3, 12))


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of learning, by its code in the evidence mapping, its occasions, and titles to be had."""

    code: str
    occasions: tuple[Occasion, ...]
    titles: tuple[str, ...]


_TOPICS = (
    Topic(
        "law-labour",
        (TALK, LESSON, CHECK),
        ("Thời giờ làm việc, nghỉ ngơi", "Hợp đồng lao động", "Tiền lương và phụ cấp", "Kỷ luật lao động"),
    ),
    Topic(
        "law-trade-union",
        (TALK, LESSON, CHECK),
        ("Quyền của đoàn viên", "Luật Công đoàn: những điểm mới", "Đối thoại tại nơi làm việc"),
    ),
    Topic(
        "law-social-insurance",
        (LESSON, CHECK),
        ("Chế độ ốm đau, thai sản", "Bảo hiểm thất nghiệp", "Tra cứu quá trình đóng bảo hiểm xã hội"),
    ),
    Topic(
        "law-safety",
        (TALK, LESSON, CHECK),
        ("An toàn, vệ sinh lao động định kỳ", "Quyền từ chối việc nguy hiểm", "Khai báo tai nạn lao động"),
    ),
    Topic("law-other", (LESSON,), ("Phòng, chống tác hại rượu bia", "Hòa giải ở cơ sở")),
    Topic(
        "working-class-theory", (TALK,), ("Chức năng của Công đoàn Việt Nam", "Giai cấp công nhân trong thời kỳ mới")
    ),
    Topic("skill-new-hire", (COURSE,), ("Đào tạo nghề cho người mới vào", "Nhập môn dây chuyền")),
    Topic(
        "skill-upskilling",
        (COURSE, COACHING, CHECK),
        ("Nâng bậc thợ", "Bảo trì thiết bị", "Kiểm soát chất lượng", "Vận hành máy thế hệ mới"),
    ),
    Topic("skill-contest", (CONTEST,), ("Bàn tay vàng", "Hội thi thợ giỏi")),
    Topic("skill-external", (COURSE,), ("Lớp trung cấp nghề buổi tối", "Chứng chỉ kỹ năng nghề quốc gia bậc 2")),
    Topic("life-industrial-style", (TALK, LESSON), ("Tác phong công nghiệp", "5S tại nơi làm việc")),
    Topic("life-conduct", (LESSON,), ("Ứng xử văn hóa trong tổ", "Lắng nghe và góp ý")),
    Topic("life-traffic", (TALK, LESSON), ("Đi lại an toàn giờ tan ca", "Phòng tai nạn giao thông")),
    Topic("life-health", (TALK, LESSON), ("Tự chăm sóc sức khỏe", "Dinh dưỡng cho người làm ca đêm")),
    Topic("life-social-evils", (TALK,), ("Nhận biết tín dụng đen", "Phòng, chống ma túy")),
    Topic("life-family", (LESSON,), ("Xây dựng gia đình hạnh phúc", "Quản lý chi tiêu gia đình")),
    Topic("life-children", (LESSON,), ("Nuôi dạy con khi bố mẹ làm ca", "Con học trên mạng an toàn")),
    Topic(
        "digital-reached",
        (TALK, LESSON),
        ("Ngày Chuyển đổi số", "Dịch vụ công trên điện thoại", "An toàn trên mạng xã hội", "Học trên mạng"),
    ),
    Topic(
        "digital-able",
        (CHECK,),
        ("Tra cứu thông tin đoàn viên", "Làm bài thực hành trên điện thoại", "Nhận biết tin giả"),
    ),
    Topic(
        "cadre-training",
        (COURSE, TALK),
        ("Kỹ năng tuyên truyền cho cán bộ công đoàn", "Tổ chức học tập suốt đời tại cơ sở"),
    ),
    Topic(
        "reading",
        (READING,),
        (
            "Sổ tay an toàn",
            "Chuyện nghề thợ",
            "Báo Lao động tháng này",
            "Sách ở góc đọc của tổ",
            "Bách khoa nhà nông",
            "Kể chuyện Bác Hồ",
            "Sổ tay pháp luật",
            "Tạp chí kỹ thuật",
            "Sức khỏe mỗi ngày",
            "Hỏi đáp bảo hiểm",
            "Đất nước ta",
            "Truyện ngắn chọn lọc",
        ),
    ),
    Topic(
        "study-plan",
        (PLAN, PROGRESS),
        ("Kế hoạch học tập quý I", "Kế hoạch học tập quý II", "Kế hoạch học tập quý III", "Kế hoạch học tập quý IV"),
    ),
    Topic(
        "community",
        (GATHERING,),
        (
            "Tuần lễ học tập suốt đời",
            "Ngày Sách và Văn hóa đọc",
            "Hội nghị người lao động",
            "Hội thảo an toàn",
            "Sinh hoạt câu lạc bộ",
            "Ngày hội đọc sách của xã",
        ),
    ),
    Topic(
        "language",
        (LESSON, CHECK),
        (
            "Tiếng Anh trong xưởng 1",
            "Tiếng Anh trong xưởng 2",
            "Tiếng Anh trong xưởng 3",
            "Tiếng Trung giao tiếp 1",
            "Tiếng Trung giao tiếp 2",
            "Tiếng Anh an toàn lao động",
        ),
    ),
    Topic(
        "improvement",
        (IDEA, CHECK),
        (
            "Giảm phế phẩm ở khâu cuối",
            "Sắp xếp lại kho phụ kiện",
            "Tính định mức vật tư",
            "Rút ngắn thời gian thay khuôn",
            "Tiết kiệm điện ca đêm",
            "Cải tiến đồ gá",
        ),
    ),
)

TOPICS: Mapping[str, Topic] = {topic.code: topic for topic in _TOPICS}

UNTAGGED = Topic("", (VIEWING,), ("Bản tin nội bộ", "Gương người tốt", "Mẹo vặt trong tuần", "Một phút kiến thức"))
"""Learning that serves no topic of ours."""


def activity(topic: Topic, number: int, occasion: Occasion) -> dict[str, Any]:
    """The Activity of a topic's `number`-th title on an occasion."""
    kind = occasion.type.rsplit("/", 1)[1]
    return {
        "objectType": "Activity",
        "id": f"{occasion.platform}/noi-dung/{topic.code or 'chung'}/{kind}/{number + 1}",
        "definition": {"type": occasion.type, "name": {"vi": topic.titles[number]}},
    }


def verb(occasion: Occasion, *, failed: bool = False) -> dict[str, Any]:
    """The Verb of an occasion; of a check that was not passed, "failed"."""
    if failed:
        return {"id": _ADL + "failed", "display": {"vi": "không vượt qua"}}
    return {"id": occasion.verb, "display": {"vi": occasion.verb_name}}
