"""What is a file of an accepted type and what only says so."""

import io
import zipfile

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from services.files.checks import MAGIC, inspect
from services.files.checks.package import MOST_MEMBERS, is_local
from services.files.model.refusal import Code, Unacceptable
from services.files.model.types import MEDIA_TYPES
from tests.unit.files import samples


def finding(extension: str, content: bytes) -> Code | None:
    try:
        inspect(extension, content)
    except Unacceptable as found:
        return found.code
    return None


@pytest.mark.parametrize(
    ("extension", "content"),
    [
        ("pdf", samples.pdf()),
        ("pdf", samples.pdf() + b"\r\n\0\0"),
        ("pdf", samples.pdf_with_action(Dictionary(S=Name.GoTo, D=Array([0, Name.Fit])))),
        ("pdf", samples.annotated("Link", A=Dictionary(S=Name.URI, URI=String("https://council.example/")))),
        ("docx", samples.docx()),
        ("docx", samples.docx_related("hyperlink", "https://council.example/")),
        ("docx", samples.docx_related("attachedTemplate", "file:///C:\\Users\\Chloe\\Templates\\Report.dotx")),
        ("docx", samples.docx_related("attachedTemplate", "Normal.dotm")),
        ("docx", samples.docx_with_chart(samples.workbook())),
        ("docx", samples.docx(body='<w:p><w:fldSimple w:instr=" PAGE "/></w:p>')),
        ("doc", samples.doc()),
        ("jpg", samples.picture()),
        ("jpeg", samples.picture(mode="L")),
        ("jpg", samples.picture(mode="CMYK")),
        ("png", samples.picture("PNG")),
        ("png", samples.picture("PNG", mode="RGBA")),
        ("png", samples.picture("PNG", mode="P", transparency=0)),
    ],
)
def test_an_honest_file_is_taken(extension: str, content: bytes) -> None:
    assert finding(extension, content) is None


@pytest.mark.parametrize("extension", sorted(MEDIA_TYPES))
@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\0 a program",
        b"<html><script>alert(1)</script></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        samples.zipped({"a.txt": "a zip"}),
        b"%!PS-Adobe-3.0",
        b"{\\rtf1 text}",
        b"GIF89a",
        b" " * 20 + samples.pdf(),
    ],
    ids=["exe", "html", "svg", "zip", "ps", "rtf", "gif", "pdf-behind-blanks"],
)
def test_a_type_is_not_what_the_name_says(extension: str, content: bytes) -> None:
    assert finding(extension, content) == Code.WRONG_TYPE


@pytest.mark.parametrize("extension", sorted(MEDIA_TYPES))
@pytest.mark.parametrize("other", sorted(MEDIA_TYPES))
def test_extension_and_content_must_agree(extension: str, other: str) -> None:
    made = {
        "pdf": samples.pdf(),
        "docx": samples.docx(),
        "doc": samples.doc(),
        "jpg": samples.picture(),
        "jpeg": samples.picture(),
        "png": samples.picture("PNG"),
    }[other]
    assert (finding(extension, made) is None) == (MEDIA_TYPES[extension] == MEDIA_TYPES[other])


@pytest.mark.parametrize("extension", [*sorted(MEDIA_TYPES), "exe", ""])
def test_an_empty_file_is_called_empty(extension: str) -> None:
    assert finding(extension, b"") == Code.EMPTY


@pytest.mark.parametrize("extension", sorted(MEDIA_TYPES))
def test_magic_alone_is_not_enough(extension: str) -> None:
    assert finding(extension, MAGIC[extension] + b"\0" * 5000) == Code.WRONG_TYPE


@pytest.mark.parametrize(
    ("extension", "content"),
    [
        ("pdf", samples.pdf()),
        ("docx", samples.docx()),
        ("doc", samples.doc()),
        ("jpg", samples.picture(size=(400, 300))),
        ("png", samples.picture("PNG", size=(400, 300))),
    ],
)
def test_half_a_file_is_refused(extension: str, content: bytes) -> None:
    assert finding(extension, content[: len(content) // 2]) == Code.WRONG_TYPE


@pytest.mark.parametrize(
    "content",
    [
        samples.pdf_with_action(samples.javascript()),
        samples.pdf_with_action(Dictionary(S=Name.GoTo, D=Array([0, Name.Fit]), Next=Array([samples.javascript()]))),
        samples.pdf_with_action(Dictionary(S=Name.Launch, F=String("calc"))),
        samples.pdf_with_attachment(b"a file"),
        samples.annotated("Text", AA=Dictionary(K=samples.javascript())),
        samples.annotated("RichMedia", RichMediaContent=Dictionary()),
        samples.annotated("Movie"),
        samples.annotated("FileAttachment", FS=Dictionary(EF=Dictionary())),
        samples.pdf(lambda made: made.Root.__setattr__("AcroForm", Dictionary(Fields=Array(), XFA=String("<xdp/>")))),
        samples.pdf(
            lambda made: made.Root.__setattr__(
                "Names", Dictionary(JavaScript=Dictionary(Names=Array([String("a"), samples.javascript()])))
            )
        ),
        samples.pdf(lambda made: made.Root.__setattr__("X", made.make_indirect(samples.javascript()))),
    ],
    ids=["open", "chained", "launch", "embedded", "field", "rich", "movie", "note", "xfa", "names", "stray"],
)
def test_a_pdf_that_acts_is_refused(content: bytes) -> None:
    assert finding("pdf", content) == Code.ACTIVE_PDF


def test_a_packed_and_escaped_script_is_found() -> None:
    def change(made: pikepdf.Pdf) -> None:
        made.Root.OpenAction = made.make_indirect(samples.javascript())

    packed = samples.pdf(change, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
    escaped = (
        samples.pdf_with_action(samples.javascript())
        .replace(b"/JavaScript", b"/J#61vaScript")
        .replace(b"/JS", b"/J#53")
    )
    assert b"/JavaScript" not in packed
    assert finding("pdf", packed) == Code.ACTIVE_PDF
    assert finding("pdf", escaped) == Code.ACTIVE_PDF


@pytest.mark.parametrize("user", ["", "secret"])
def test_a_locked_pdf_is_called_locked(user: str) -> None:
    locked = samples.pdf(encryption=pikepdf.Encryption(owner="owner", user=user))
    assert finding("pdf", locked) == Code.PASSWORD_PROTECTED


def test_a_pdf_that_is_also_a_zip_is_refused() -> None:
    assert finding("pdf", samples.pdf() + samples.zipped({"a.txt": "%%EOF"})) == Code.WRONG_TYPE


@pytest.mark.parametrize(
    "content",
    [
        samples.docx({"word/vbaProject.bin": b"macro"}),
        samples.docx(
            {"[Content_Types].xml": samples.content_types("application/vnd.ms-word.document.macroEnabled.main+xml")}
        ),
        samples.docx(
            {
                "[Content_Types].xml": samples.content_types(
                    more='<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
                )
            }
        ),
        samples.docx({"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0"}),
        samples.docx({"word/embeddings/stray.xlsx": samples.workbook()}),
        samples.docx({"word/activeX/activeX1.xml": "<a/>"}),
        samples.docx_related("attachedTemplate", "https://evil.example/t.dotm"),
        samples.docx_related("attachedTemplate", "\\\\evil.example\\t.dotm"),
        samples.docx_related("attachedTemplate", "file://evil.example/t.dotm"),
        samples.docx_related("image", "//evil.example/pixel.png"),
        samples.docx_related("frame", "mhtml:https://evil.example/!x"),
        samples.docx_related("oleObject", "Normal.xls"),
        samples.docx_related("aFChunk", "chunk.html", ""),
        samples.docx_with_chart(samples.workbook("application/vnd.ms-excel.sheet.macroEnabled.main+xml")),
        samples.docx_with_chart(b"no workbook"),
        samples.docx(body='<w:p><w:fldSimple w:instr="DDEAUTO c:\\x.exe"/></w:p>'),
        samples.docx(
            body="<w:p><w:r><w:instrText>DD</w:instrText></w:r><w:r><w:instrText>E x y</w:instrText></w:r></w:p>"
        ),
        samples.docx(body="<w:p><w:r><w:instrText>QUOTE 68 68 69 65</w:instrText></w:r></w:p>"),
    ],
)
def test_a_word_document_that_acts_is_refused(content: bytes) -> None:
    assert finding("docx", content) == Code.ACTIVE_WORD


def test_a_locked_word_document_is_called_locked() -> None:
    encrypted = samples.ole({"EncryptedPackage": b"\1" * 4096, "EncryptionInfo": b"\1" * 4096})
    assert finding("docx", encrypted) == Code.PASSWORD_PROTECTED
    assert finding("doc", encrypted) == Code.PASSWORD_PROTECTED
    assert finding("doc", samples.doc(flags=0x0100)) == Code.PASSWORD_PROTECTED


@pytest.mark.parametrize(
    "content",
    [
        samples.doc(parts=("_VBA_PROJECT",)),
        samples.doc(parts=("Macros",)),
        samples.doc(parts=("\x01Ole10Native",)),
        samples.doc(text=b"\x13 DDEAUTO c:\\x.exe \x14"),
        samples.doc(text="\x13 DDE excel x \x14".encode("utf-16-le")),
    ],
)
def test_a_legacy_document_that_acts_is_refused(content: bytes) -> None:
    assert finding("doc", content) == Code.ACTIVE_WORD


@pytest.mark.parametrize("content", [samples.doc(main="Workbook"), samples.doc(ident=0xA5DC)])
def test_another_ole_file_is_no_word_document(content: bytes) -> None:
    assert finding("doc", content) == Code.WRONG_TYPE


def test_a_zip_bomb_is_refused_by_its_directory() -> None:
    assert finding("docx", samples.docx({"word/media/a.bin": b"\0" * 20_000_000})) == Code.WRONG_TYPE


@pytest.mark.parametrize(
    "more",
    [
        {f"word/media/{index}.png": b"" for index in range(MOST_MEMBERS)},
        {"../outside.xml": "<a/>"},
        {"WORD/document.xml": "<a/>"},
        {"word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'},
        {"word/document.xml": "<a"},
    ],
    ids=["members", "path", "twice", "entities", "broken"],
)
def test_an_odd_package_is_refused(more: dict[str, bytes | str]) -> None:
    assert finding("docx", samples.docx(more)) == Code.WRONG_TYPE


def test_a_part_that_lies_about_its_size_is_refused() -> None:
    honest = samples.docx()
    with zipfile.ZipFile(io.BytesIO(honest)) as package:
        size = package.getinfo("word/document.xml").file_size.to_bytes(4, "little")
    assert finding("docx", honest.replace(size, (3).to_bytes(4, "little"))) == Code.WRONG_TYPE


@pytest.mark.parametrize(("kind", "extension"), [("JPEG", "jpg"), ("PNG", "png")])
def test_a_picture_is_kept_upright_and_without_its_place(kind: str, extension: str) -> None:
    original = samples.picture_with_place(kind)
    kept = inspect(extension, original + b"hidden behind the picture")
    with Image.open(io.BytesIO(original)) as before, Image.open(io.BytesIO(kept)) as after:
        assert dict(before.getexif())
        assert not dict(after.getexif())
        assert after.size == before.size[::-1]
        assert not {"exif", "icc_profile", "comment"} & set(after.info)
    assert b"hidden" not in kept
    assert b"Camera" not in kept


def test_a_flood_of_pixels_is_refused_unread() -> None:
    assert finding("png", samples.flood_of_pixels()) == Code.TOO_MANY_PIXELS


@pytest.mark.parametrize(
    ("target", "local"),
    [
        ("file:///C:/a/b.dotx", True),
        ("D:\\a\\b.dotx", True),
        ("Normal.dotm", True),
        ("file:///Users/Chloe/Report.dotx", True),
        ("file://localhost/Users/Chloe/Report.dotx", True),
        ("file:////evil.example/a", False),
        ("file://localhost//evil.example/a", False),
        ("file:///%5C%5Cevil.example/a", False),
        ("file:///\\\\evil.example\\a", False),
        ("C:\\a:https://evil.example", False),
        ("http://evil.example/C:\\a", False),
        ("/a", False),
        ("", False),
    ],
)
def test_only_the_writers_own_disk_is_local(target: str, *, local: bool) -> None:
    assert is_local(target) is local
