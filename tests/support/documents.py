"""Small files for uploads, made afresh: a PDF, and one that carries the industry's harmless test virus; and what is
read in a PDF.
"""

import re
from io import BytesIO

import pikepdf

# In halves, so that no scanner stops at this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def pdf(note: bytes = b"a report") -> bytes:
    """A one-page PDF that carries a note as it is."""
    document, written = pikepdf.new(), BytesIO()
    document.add_blank_page()
    document.Root.Note = document.make_stream(note)
    document.save(written, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return written.getvalue()


def pdf_text(content: bytes) -> str:
    """What stands on the pages of a PDF that writes two bytes a glyph and says which letters they are."""
    with pikepdf.open(BytesIO(content)) as document:
        return "\n".join(_page_text(page) for page in document.pages)


def _page_text(page: pikepdf.Page) -> str:
    fonts = {name: _letters(font.ToUnicode.read_bytes()) for name, font in page.Resources.Font.items()}
    shown, letters = [], dict[str, str]()
    for each in pikepdf.parse_content_stream(page, "Tf Tj TJ"):
        operands, operator = list(each.operands), str(each.operator)
        if operator == "Tf":
            letters = fonts[str(operands[0])]
        else:
            parts = operands[0] if operator == "TJ" else operands
            glyphs = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String)).hex().upper()
            shown += [letters.get(glyphs[at : at + 4], "") for at in range(0, len(glyphs), 4)]
    return "".join(shown)


def _letters(to_unicode: bytes) -> dict[str, str]:
    """Of a font, by the code of its glyph."""
    chars = re.findall(r"<(\w{4})>\s*<((?:\w{4})+)>\s*\n", to_unicode.decode("latin-1").upper())
    return {glyph: bytes.fromhex(code).decode("utf-16-be") for glyph, code in chars}
