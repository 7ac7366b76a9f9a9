"""Reasons as codes with numbers, and the sentence each becomes. None speaks of a person."""

from collections.abc import Mapping
from typing import Any

# code -> (Vietnamese, English); {names} are figures. PAGES.md keeps the words.
SENTENCES: Mapping[str, tuple[str, str]] = {
    "": ("", ""),
    "due": ("Chưa được hỏi trong đợt này.", "Not asked yet in this run."),
    "no_source": (
        "Chưa khai báo hệ thống nguồn; hãy khai báo trong danh mục.",
        "No source system is registered; add one to the registry.",
    ),
    "source_unavailable": (
        "Hệ thống nguồn không trả lời hoặc quá tải; đợt sau sẽ hỏi lại.",
        "The source system does not answer or is overloaded; the next run asks again.",
    ),
    "deadline": (
        "Hệ thống nguồn trả lời quá chậm (quá {seconds} giây); đợt sau sẽ hỏi lại.",
        "The source system answers too slowly (over {seconds} s); the next run asks again.",
    ),
    "source_rejected": (
        "Hệ thống nguồn từ chối kết nối; hãy kiểm tra khóa kết nối và địa chỉ.",
        "The source system refuses us; check the credential and the address.",
    ),
    "unreadable_answer": (
        "Câu trả lời của hệ thống nguồn không đọc được (trang {page}); đơn vị cần kiểm tra"
        " phần mềm.",
        "The source system's answer cannot be read (page {page}); the unit must look at its"
        " software.",
    ),
    "probe_unreadable": (
        "Hệ thống nguồn trả lời nhưng không đọc được; đơn vị cần kiểm tra phần mềm.",
        "The source system answers what cannot be read; the unit must look at its software.",
    ),
    "probe_not_set_up": (
        "Chưa hỏi được vì khai báo kết nối còn thiếu hoặc sai; kỹ sư cần xem khóa và tùy chọn.",
        "Not asked: the connection is not set up right; an engineer must look at the secret"
        " and the options.",
    ),
    "failed": (
        "Dịch vụ gặp lỗi khi xử lý đơn vị này; kỹ sư cần xem nhật ký của đợt.",
        "The service failed on this unit; an engineer must look at the run's log.",
    ),
    "nobody": (
        "Lần gửi đầy đủ nhưng không có ai (hiện có {live} hồ sơ); tạm giữ chờ người quyết"
        " định.",
        "A complete delivery names nobody ({live} dossiers live now); on hold until a person"
        " decides.",
    ),
    "vanished": (
        "Lần gửi thiếu {vanished} người trong {live} hồ sơ hiện có (ngưỡng {limit}); tạm giữ.",
        "The delivery lacks {vanished} of {live} live people (limit {limit}); on hold.",
    ),
    "total_mismatch": (
        "Nguồn công bố {announced} hồ sơ nhưng gửi {received}; tạm giữ.",
        "The source announced {announced} records but sent {received}; on hold.",
    ),
    "volume": (
        "Lần gửi có {received} hồ sơ, lần trước {received_before} (được lệch {limit}); tạm giữ,"
        " hãy kiểm tra phạm vi dữ liệu đã gửi.",
        "The delivery has {received} records after {received_before} (may differ by {limit});"
        " on hold, check what was selected for sending.",
    ),
    "blocked_share": (
        "{blocked}/{present} hồ sơ không thể tiếp nhận (trước đó {blocked_before}/"
        "{present_before}); tạm giữ, hãy xem các lỗi chặn rồi gửi lại.",
        "{blocked}/{present} records cannot be admitted ({blocked_before}/{present_before}"
        " before); on hold, look at the blocking findings and send again.",
    ),
    "rule_share": (
        "{records}/{present} hồ sơ vi phạm quy tắc {broken} (trước đó {records_before}/"
        "{present_before}); tạm giữ, hãy kiểm tra trường của quy tắc đó rồi gửi lại.",
        "{records}/{present} records break rule {broken} ({records_before}/{present_before}"
        " before); on hold, check the field of that rule and send again.",
    ),
    "null_drift": (
        "Trường bắt buộc {field} trống ở {nulls}/{of} hồ sơ (trước đó {nulls_before}/"
        "{of_before}); tạm giữ, hãy kiểm tra việc xuất trường đó rồi gửi lại.",
        "Required field {field} is empty in {nulls}/{of} records ({nulls_before}/{of_before}"
        " before); on hold, check how it is exported and send again.",
    ),
    "snapshot_rule": (
        "Lần gửi vi phạm quy tắc {rule} ({part}/{whole}); tạm giữ, hãy xem quy tắc đó rồi gửi"
        " lại.",
        "The delivery breaks rule {rule} ({part}/{whole}); on hold, look that rule up and send"
        " again.",
    ),
    "held": (
        "Lần gửi mới nhất đang tạm giữ; cần người quyết định cho qua hoặc trả lại.",
        "The newest delivery is on hold; a person must release or return it.",
    ),
    "rejected": (
        "Lần gửi mới nhất đã bị trả lại; đơn vị cần gửi lại.",
        "The newest delivery was returned; the unit must send again.",
    ),
    "stale_basis": (
        "Quy tắc hoặc danh mục đổi giữa lúc kiểm tra; đợt sau đọc lại.",
        "Rules or code lists changed while checking; the next run reads again.",
    ),
    "superseded": (
        "Một đợt khác cùng lúc đã lấy lần gửi mới hơn; lần gửi đó được tính.",
        "Another run at the same time brought a newer delivery; that one counts.",
    ),
    "not_reachable": (
        "Chưa kết nối được trong {hours} giờ qua.",
        "Not reached within the last {hours} h.",
    ),
    "never_admitted": (
        "Đã kết nối nhưng chưa có lần gửi đầy đủ nào được tiếp nhận.",
        "Reachable, but no complete delivery has been admitted yet.",
    ),
    "answer_too_old": (
        "Lần gửi đầy đủ gần nhất đã quá {hours} giờ.",
        "The last complete delivery is older than {hours} h.",
    ),
    "unmapped": (
        "Hệ thống nguồn chưa có trường bắt buộc: {fields}.",
        "The source system lacks mandatory fields: {fields}.",
    ),
    "not_filled": (
        "Trường bắt buộc {filled_field} mới có ở {filled}/{filled_of} hồ sơ (cần 95%).",
        "Mandatory field {filled_field} is filled in {filled}/{filled_of} records (95%"
        " needed).",
    ),
    "digest": (
        "Dữ liệu hai bên không khớp khi đối soát.",
        "The two sides' digests do not agree.",
    ),
    "key_list_too_old": (
        "Danh sách khóa đầy đủ gần nhất đã quá {hours} giờ.",
        "The last complete key list is older than {hours} h.",
    ),
    "too_many_blocked": (
        "{blocked}/{received} hồ sơ chưa được tiếp nhận (cho phép tối đa 5%).",
        "{blocked}/{received} records are not admitted (at most 5% allowed).",
    ),
    "next_not_measured": (
        "Mức 4 và 5 chưa được đo.",
        "Levels 4 and 5 are not measured yet.",
    ),
}


def sentence(code: str, figures: Mapping[str, Any], *, english: bool) -> str:
    """The reason as one sentence; a figure that is missing shows as a dash."""
    template = SENTENCES.get(code, SENTENCES["failed"])[1 if english else 0]
    return template.format_map(_Figures(figures))


class _Figures(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "–"
