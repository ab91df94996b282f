"""Why a file is not taken: stable codes and the sentences that people read. No judging: that is `checks/`."""

from enum import StrEnum

from contracts.authority import FileRules

MEGABYTE = 1024 * 1024
MOST_PIXELS = 60_000_000
"""Larger pictures are refused unread: 60 million pixels take some 240 MB to decode."""


class Code(StrEnum):
    """What is wrong with a file; never renamed, because councils and tests read it."""

    EMPTY = "file_empty"
    TOO_LARGE = "file_too_large"
    TOO_MANY_PIXELS = "image_too_large"
    WRONG_TYPE = "file_wrong_type"
    PASSWORD_PROTECTED = "file_password_protected"  # noqa: S105 - a code, not a secret
    ACTIVE_PDF = "pdf_has_active_content"
    ACTIVE_WORD = "word_has_active_content"
    VIRUS = "file_has_virus"
    NOT_UPLOADED = "file_not_uploaded"
    TOO_MANY = "too_many_files"
    TOO_LARGE_TOGETHER = "files_too_large_together"


class Unacceptable(Exception):  # noqa: N818 - a finding, not a fault of ours
    """A check has found a reason not to take the file."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.value)
        self.code = code


def sentence(code: Code, rules: FileRules) -> str:
    """What the person reads; the wording is the design system's wherever it has one."""
    match code:
        case Code.WRONG_TYPE:
            return f"The selected file must be a {kinds(rules)}"
        case Code.TOO_LARGE:
            return f"The selected file must be smaller than {megabytes(rules.max_size)}"
        case Code.TOO_MANY:
            return f"You can only attach up to {rules.max_count} files"
        case Code.TOO_LARGE_TOGETHER:
            return f"The attached files must be smaller than {megabytes(rules.max_total)} together"
        case _:
            return _FIXED[code]


def kinds(rules: FileRules) -> str:
    """The accepted types in words, as in "DOC, DOCX, PDF, JPG or PNG"."""
    names = list(dict.fromkeys("JPG" if name == "jpeg" else name.upper() for name in rules.extensions))
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def megabytes(size: int) -> str:
    """A limit as the design system writes it, as in "10MB"."""
    return f"{size / MEGABYTE:.1f}".removesuffix(".0") + "MB"


_FIXED = {
    Code.EMPTY: "The selected file is empty",
    Code.TOO_MANY_PIXELS: f"The selected file must be smaller than {MOST_PIXELS // 1_000_000} megapixels",
    Code.PASSWORD_PROTECTED: "The selected file is password protected",
    Code.ACTIVE_PDF: "The selected file must be a PDF without scripts, attachments or media",
    Code.ACTIVE_WORD: "The selected file must be a Word document without macros, embedded files or linked content",
    Code.VIRUS: "The selected file contains a virus",
    Code.NOT_UPLOADED: "The selected file could not be uploaded – try again",
}
