"""Files to upload, good and bad, made on the spot: nothing that a scanner would object to lies in the repository."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def pdf(change: Callable[[pikepdf.Pdf], None] | None = None, **save: object) -> bytes:
    """A one-page PDF, changed as the test wants it."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        if change is not None:
            change(made)
        made.save(out, deterministic_id="encryption" not in save, **save)  # type: ignore[arg-type]
    return out.getvalue()


def pdf_with_action(action: Dictionary) -> bytes:
    def change(made: pikepdf.Pdf) -> None:
        made.Root.OpenAction = action

    return pdf(change)


def pdf_with_attachment(content: bytes) -> bytes:
    def change(made: pikepdf.Pdf) -> None:
        made.attachments["notes.txt"] = content

    return pdf(change, compress_streams=True)


def javascript() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def annotated(subtype: str, **entries: Any) -> bytes:
    def change(made: pikepdf.Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Subtype=Name("/" + subtype), Rect=Array([0, 0, 9, 9]), **entries)
        made.pages[0].Annots = Array([note])

    return pdf(change)


def zipped(members: dict[str, bytes | str], **how: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **how) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def content_types(main: str = MAIN, part: str = "word/document.xml", more: str = "") -> str:
    return (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{part}" ContentType="{main}"/>{more}</Types>'
    )


def relationships(*found: tuple[str, str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="r{index}" Type="{RELATIONSHIPS}/{kind}" Target="{target}"{mode}/>'
        for index, (kind, target, mode) in enumerate(found)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{rows}</Relationships>'


OUTSIDE = ' TargetMode="External"'


def docx(more: dict[str, bytes | str] | None = None, body: str = "<w:p><w:r><w:t>Report</w:t></w:r></w:p>") -> bytes:
    """A Word document, with parts added or replaced as the test wants it."""
    return zipped(
        {
            "[Content_Types].xml": content_types(),
            "_rels/.rels": relationships(("officeDocument", "word/document.xml", "")),
            "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
            **(more or {}),
        }
    )


def docx_related(kind: str, target: str, mode: str = OUTSIDE) -> bytes:
    return docx({"word/_rels/document.xml.rels": relationships((kind, target, mode))})


def docx_with_picture(content: bytes) -> bytes:
    """A Word document with a part that says it is a picture."""
    return docx(
        {
            "[Content_Types].xml": content_types(more='<Default Extension="png" ContentType="image/png"/>'),
            "word/_rels/document.xml.rels": relationships(("image", "media/image1.png", "")),
            "word/media/image1.png": content,
        }
    )


def workbook(main: str = SHEET) -> bytes:
    return zipped({"[Content_Types].xml": content_types(main, "xl/workbook.xml"), "xl/workbook.xml": "<workbook/>"})


def docx_with_chart(figures: bytes) -> bytes:
    return docx(
        {
            "word/charts/_rels/chart1.xml.rels": relationships(("package", "../embeddings/figures.xlsx", "")),
            "word/embeddings/figures.xlsx": figures,
        }
    )


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **save: object) -> bytes:
    out = io.BytesIO()
    made = Image.new(mode, size)
    for x in range(min(size)):
        made.putpixel((x, x), 200 if mode in {"1", "L", "P"} else (200, 10, 30, 255)[: len(mode)])
    made.save(out, kind, **save)
    return out.getvalue()


def flood_of_pixels() -> bytes:
    """A picture of 30,000 by 30,000 by what its head says; the rest of it would take half a minute to make."""
    small = picture("PNG", mode="1")
    head = b"IHDR" + struct.pack(">II", 30_000, 30_000) + small[24:29]
    return small[:12] + head + struct.pack(">I", zlib.crc32(head)) + small[33:]


def picture_with_place(kind: str = "JPEG", orientation: int = 6) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Camera maker"
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[2] = (51.0, 27.0, 16.0)
    return picture(kind, exif=exif)


def doc(
    *, flags: int = 0, parts: tuple[str, ...] = (), text: bytes = b"", main: str = "WordDocument", ident: int = 0xA5EC
) -> bytes:
    """A legacy Word document as far as its directory and first bytes go."""
    header = struct.pack("<HHHHHH", ident, 193, 0, 0, 0, flags)
    return ole({main: (header + text).ljust(4096, b"\0"), **dict.fromkeys(parts, b"\1" * 4096)})


def doc_of(text: str, *, wide: bool = False) -> bytes:
    """A legacy Word document whose text a piece table describes, as Word writes it."""
    start = 2048
    body = text.encode("utf-16-le") if wide else text.encode("cp1252")
    plc = struct.pack("<IIHIH", 0, len(text), 0, start if wide else start * 2 | 1 << 30, 0)
    clx = b"\x01\x02\0\0\0" + b"\x02" + struct.pack("<I", len(plc)) + plc
    head = bytearray(struct.pack("<HHHHHH", 0xA5EC, 193, 0, 0, 0, 0x0200).ljust(start, b"\0"))
    struct.pack_into("<II", head, 0x01A2, 16, len(clx))
    document = (bytes(head) + body).ljust(4096, b"\0")
    return ole({"WordDocument": document, "1Table": (b"\0" * 16 + clx).ljust(4096, b"\0")})


def ole(streams: dict[str, bytes]) -> bytes:
    """An OLE file (version 3) of streams of at least 4096 bytes each, so that no small-stream table is needed."""
    sectors: list[bytes] = []
    chain: list[int] = []
    entries = [_entry("Root Entry", 5, 1, -2, 0)]
    for index, (name, content) in enumerate(streams.items(), start=1):
        count = -(-len(content) // 512)
        start = len(sectors)
        sectors += [content[at * 512 : at * 512 + 512].ljust(512, b"\0") for at in range(count)]
        chain += [*range(start + 1, start + count), -2]
        sibling = index + 1 if index < len(streams) else -1
        entries.append(_entry(name, 2, -1, start, len(content), sibling=sibling))
    entries += [b"\0" * 128] * (-len(entries) % 4)
    folder = b"".join(entries)
    first = len(sectors)
    count = len(folder) // 512
    sectors += [folder[at * 512 : at * 512 + 512] for at in range(count)]
    chain += [*range(first + 1, first + count), -2]
    chain.append(-3)
    table = b"".join(struct.pack("<i", link) for link in chain).ljust(512, b"\xff")
    header = struct.pack(
        "<8s16xHHHHH6xiiiiIiiii",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        1,
        first,
        0,
        4096,
        -2,
        0,
        -2,
        0,
    )
    header += struct.pack("<i", len(sectors)) + b"\xff" * 432
    return header + b"".join(sectors) + table


def _entry(name: str, kind: int, child: int, start: int, size: int, *, sibling: int = -1) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    head = struct.pack("<64sHBBiii", raw, len(raw), kind, 1, -1, sibling, child)
    return head + b"\0" * 36 + struct.pack("<iII", start, size, 0)
