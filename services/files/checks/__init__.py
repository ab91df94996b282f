"""What a file really is: extension, first bytes and structure must agree, and nothing in it may act. No I/O.

Runs in a child process only (`nursery`), because it feeds strangers' bytes to parsers.
"""

from services.files.checks.images import clean_image
from services.files.checks.legacy_word import check_doc
from services.files.checks.pdf import check_pdf
from services.files.checks.word import check_docx
from services.files.model.refusal import Code, Unacceptable

MAGIC = {
    "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "docx": b"PK\x03\x04",
    "pdf": b"%PDF-",
    "jpg": b"\xff\xd8\xff",
    "jpeg": b"\xff\xd8\xff",
    "png": b"\x89PNG\r\n\x1a\n",
}


def inspect(extension: str, content: bytes) -> bytes:
    """The bytes to keep: the file's own, or a picture drawn anew. Raises `Unacceptable` with the reason."""
    if not content:
        raise Unacceptable(Code.EMPTY)
    if extension == "docx" and content.startswith(MAGIC["doc"]):
        check_doc(content)  # says so where it is an encrypted .docx, which is an OLE file
        raise Unacceptable(Code.WRONG_TYPE)
    if not content.startswith(MAGIC.get(extension, b"\0no such type")):
        raise Unacceptable(Code.WRONG_TYPE)
    match extension:
        case "pdf":
            check_pdf(content)
        case "docx":
            check_docx(content)
        case "doc":
            check_doc(content)
        case _:
            return clean_image(extension, content)
    return content
