"""Text that is not Unicode, or was not once: told apart and refused in words that say how to save the file again."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["HOW_TO_SAVE", "legacy", "spoilt", "undecoded", "what_else"]

HOW_TO_SAVE = (
    "Mở tệp bằng Excel, chọn File > Save As > “CSV UTF-8 (Comma delimited) (*.csv)” hoặc “Excel Workbook (*.xlsx)” rồi "
    "nhập lại (LibreOffice: Save As > Text CSV, Character set: Unicode (UTF-8))"
)

_OTHER_FILES = {
    b"%PDF": "đây là tệp PDF, không phải bảng tính",
    b"{\\rtf": "đây là tệp văn bản RTF, không phải bảng tính",
    b"\xff\xfe": "tệp được lưu bằng bảng mã UTF-16 (“Unicode Text”), không phải UTF-8",
    b"\xfe\xff": "tệp được lưu bằng bảng mã UTF-16 (“Unicode Text”), không phải UTF-8",
}

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def what_else(data: bytes) -> str | None:
    """What a file is, when it is neither CSV text in one of the encodings below nor a ZIP archive as XLSX is."""
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            return "tệp Excel có mật khẩu; mở tệp, bỏ mật khẩu (File > Info > Protect Workbook) và lưu lại"
        return "đây là tệp Excel cũ (.xls), chưa đọc được"
    for mark, what in _OTHER_FILES.items():
        if data.startswith(mark):
            return what
    if b"\0" in data:
        return "tệp có byte rỗng (NUL), thường do lưu bằng bảng mã UTF-16"
    return None


def undecoded(text: str) -> bool:
    """Whether bytes that are not UTF-8 were met here (PEP 383 writes them as U+DC80 to U+DCFF)."""
    return not text.isascii() and re.search("[\udc80-\udcff]", text) is not None


_TO_UNICODE = "chuyển sang Unicode trước (UniKey: Ctrl+Shift+F6)"
_WINDOWS_1258 = re.compile(rb"[aeiouy\xe2\xe3\xea\xf4\xf5\xfd][\xcc\xec\xd2\xde\xf2]", re.IGNORECASE)
_TCVN3 = re.compile(rb"[A-Za-z][\xb5-\xb9\xa8\xbb-\xbe\xc6\xa9\xc7-\xcb\xaa\xac\xad\xd0-\xd6]|\xae[a-z]")
_VNI = re.compile(
    rb"[aA][\xf9\xf8\xfb\xf5\xef\xe2\xe1\xe0\xe5\xe3\xe4\xea\xe9\xe8\xfa\xfc\xeb]|[eEoO][\xf9\xf8\xfb\xf5\xef\xe2\xe1\xe0\xe5\xe3\xe4]"
    rb"|[uU\xf6\xf4][\xf9\xf8\xfb\xf5\xef]|\xf1[a-z]"
)
"""Letters as each encoding writes those with marks: base and mark apart (Windows-1258, VNI), or one byte where Latin
letters have signs (TCVN3)."""


def legacy(data: bytes) -> str:
    """What to say of text that is not UTF-8: which old Vietnamese encoding it looks like, and how to change it."""
    marks = {
        f"Windows-1258. {HOW_TO_SAVE}": len(_WINDOWS_1258.findall(data)),
        f"TCVN3 (ABC, phông .VnTime …), {_TO_UNICODE}. {HOW_TO_SAVE}": len(_TCVN3.findall(data)),
        f"VNI (phông VNI-Times …), {_TO_UNICODE}. {HOW_TO_SAVE}": len(_VNI.findall(data)),
    }
    most = max(marks, key=lambda name: marks[name])
    if not marks[most]:
        most = f"Windows-1258, TCVN3 (ABC) hoặc VNI. Nếu dùng phông .VnTime hay VNI-, {_TO_UNICODE}. {HOW_TO_SAVE}"
    return f"tệp có chữ không phải bảng mã UTF-8, có lẽ là {most}"


_SPOILT = {
    "đã hỏng dấu vì từng được mở bằng sai bảng mã (UTF-8 đọc thành Windows-1252)": re.compile(
        r"á[º»]|Ä[\u0090\u2018]|Æ[°¯¡ ]|Ã[\u00a0-\u00bf]"
    ),
    "được gõ bằng phông TCVN3 (.VnTime …), không phải Unicode": re.compile(
        r"[a-zà-ÿ][µ¸¶·¹¨»¾¼½®©§¬\xad«¤¦¥×÷]|[µ¸¶·¹¨»¾¼½®©§¬\xad«][a-zà-ÿ]|[þßðæø]", re.IGNORECASE
    ),
    "được gõ bằng phông VNI, không phải Unicode": re.compile(r"[ae][à-öø-ÿ]|o[âùøûõïäåëêü]|u[øûïùõ]|öô", re.IGNORECASE),
}
"""Marks that letters leave when they were typed in a legacy Vietnamese font, or once opened in the wrong encoding,
and then saved as Unicode. Single foreign names have them too, so a file is refused only when its heading does or most
of its rows that are not plain ASCII do."""


def spoilt(heading: str, lines: Iterable[str]) -> str | None:
    """What to say of letters that were spoilt before the file was saved; None when they look right."""
    accented = [line for line in lines if not line.isascii()]
    for what, mark in _SPOILT.items():
        if mark.search(heading) or 2 * sum(bool(mark.search(line)) for line in accented) > len(accented):
            return f"chữ trong tệp {what}; chuyển sang Unicode rồi lưu lại. {HOW_TO_SAVE}"
    return None
