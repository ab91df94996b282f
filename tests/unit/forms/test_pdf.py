"""The document of a contribution: conforming, readable by machines, the same for the same input, whatever was typed."""

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page import ValidationProfile, validate_pdf_bytes

from contracts.council import Sender, Subject
from contracts.files import AttachedFile
from contracts.submission import ChangedParts, Signature
from services.forms.model.definition import read
from services.forms.model.document import Banner, Paper, Replaced, SentBackRound, breakable, printable
from services.forms.pdf import Printer

AT = datetime(2021, 8, 25, 13, 2, tzinfo=UTC)
FIRST = read(json.loads(Path("services/forms/definitions/ehc-needs-assessment-contributions.json").read_text()))
ANSWERS = {
    "first_name": "Gabriel",
    "here_and_now": "Hi I'm Gabriel.\nI like trains.",
    "date_assessment_completed": "2021-08-20",
    "views_shared": "Yes",
    "sen_identified": [
        {"category": "Cognition and learning", "need": "Working memory", "impact": "Forgets instructions"}
    ],
}
PRINTER = Printer()
_LENGTH = "PDFA2A-STREAM-LENGTH-001"
"""The validator takes a carriage return that ends a stream for a line end behind it; pikepdf counts right."""


def paper(**changed: Any) -> Paper:
    shown = {
        "definition": FIRST,
        "council": "Bristol City Council",
        "portal": "Professional Portal",
        "banner": Banner(
            Subject(person_id="P-1", name="Gabriel Example", date_of_birth=date(2008, 4, 26), address="23 Test Street"),
            Sender(name="Chloe Caseworker", department="EHM"),
            date(2021, 9, 5),
            "Please complete the report",
            ("name", "date_of_birth", "form"),
        ),
        "answers": ANSWERS,
        "reference": "BRI-4K7Q-22",
        "made_at": AT,
        "attachments": [
            AttachedFile(file_id="f", name="Report.pdf", media_type="application/pdf", size=2_097_152, sha256="0")
        ],
        "signatures": [Signature(name="Sandra Professional", email="s@school.example", role="SENCO", signed_at=AT)],
    }
    return Paper(**{**shown, **changed})


def words(value: Any) -> list[str]:
    """Every text of a paper's data."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for each in inner for text in words(each)]


def assert_conforms(document: bytes) -> pikepdf.Pdf:
    for profile in (ValidationProfile.PDF_UA_1, ValidationProfile.PDF_A_2A):
        report = validate_pdf_bytes(document, profile=profile)
        found = [f"{failure.rule_id} {failure.message}" for failure in report.failures]
        assert [each for each in found if _LENGTH not in each] == []
    opened = pikepdf.open(io.BytesIO(document))
    assert opened.get_warnings() == [], "among them that a stream is not as long as it says"
    with opened.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["pdfaid:part"] == "2"
        assert metadata["pdfaid:conformance"] == "A"
    return opened


def tags(document: pikepdf.Pdf) -> set[str]:
    """What the parts of a document are to a screen reader."""
    return {str(each.get("/S")) for each in document.objects if isinstance(each, pikepdf.Dictionary) and "/S" in each}


def test_a_contribution_is_a_tagged_titled_english_document_with_table_headers() -> None:
    opened = assert_conforms(PRINTER.print_now(paper()))
    assert str(opened.Root.Lang) == "en-GB"
    assert opened.Root.MarkInfo.Marked
    assert opened.docinfo["/Title"] == "EHC Needs Assessment Contributions: Gabriel Example"
    assert {"/H1", "/H2", "/Table", "/TH", "/TD"} <= tags(opened)


def test_what_has_no_date_is_required_by_no_day() -> None:
    banner = paper().banner
    assert dict(paper().data()["sender"])["Required by"] == "5 September 2021"
    undated = paper(banner=replace(banner, due_on=None))
    assert "Required by" not in dict(undated.data()["sender"])
    assert PRINTER.print_now(undated) != PRINTER.print_now(paper())


@pytest.mark.parametrize("reason", ["The advice of our SENCO came later.", None])
def test_what_replaces_another_document_says_so_first_and_marks_what_changed(reason: str | None) -> None:
    changed = ChangedParts(answers=["here_and_now", "sen_identified", "gone"], documents_added=["x" * 300])
    replacing = paper(replaces=Replaced(AT, reason, changed))
    said = dict(replacing.data()["replaces"])
    assert said["Replaces"] == "What was submitted on 25 August 2021 at 14:02"
    assert said["Why"] == (reason or "Bristol City Council has sent it back")
    assert "Documents removed" not in said
    assert len([each for each in words(replacing.data()["pages"]) if each.endswith("(changed)")]) == 2
    opened = assert_conforms(PRINTER.print_now(replacing))
    assert {"/H1", "/H2"} <= tags(opened)
    assert PRINTER.print_now(replacing) != PRINTER.print_now(paper())


def test_what_the_council_asked_stands_with_how_it_was_answered_then_each_time() -> None:
    before = {"here_and_now": "Likes trains", "sen_identified": [{}, {}]}
    asked = [
        SentBackRound(AT - timedelta(days=30), "Who is this about?", ["gone"], {}),
        SentBackRound(AT - timedelta(days=9), "How often?", ["here_and_now", "sen_identified", "last_name"], before),
    ]
    replacing = paper(replaces=Replaced(AT, None, ChangedParts(answers=["here_and_now"]), asked))
    assert replacing.data()["asked"] == [
        {
            "title": "Sent back on 26 July 2021 at 14:02",
            "rows": [["Bristol City Council asked", "Who is this about?"]],
        },
        {
            "title": "Sent back on 16 August 2021 at 14:02",
            "rows": [
                ["Bristol City Council asked", "How often?"],
                ["Here and Now", "Answered then: Likes trains"],
                ["What Special Educational Needs have you identified?", "Answered then: 2 rows"],
                ["Last name", "Answered then: Not provided"],
            ],
        },
    ]
    marked = [each for each in words(replacing.data()["pages"]) if "(asked about" in each]
    assert [each.rpartition("(")[2] for each in marked] == ["asked about)", "asked about, changed)", "asked about)"]
    assert_conforms(PRINTER.print_now(replacing))


def test_an_addendum_after_a_return_marks_nothing_as_asked_about() -> None:
    asked = [SentBackRound(AT, "How often?", ["here_and_now"], {})]
    adding = paper(replaces=Replaced(AT, "It came late.", ChangedParts(), asked))
    assert not [each for each in words(adding.data()["pages"]) if "(asked about" in each]
    assert len(adding.data()["asked"]) == 1, "the thread stays"


def test_a_long_text_in_a_table_takes_no_more_pages_than_one_outside_it() -> None:
    text = "Gabriel is upset when he is given more than one instruction, and needs to be told again. " * 81
    inside = {**ANSWERS, "sen_identified": [{"category": "Cognition and learning", "impact": text}]}
    printed = assert_conforms(PRINTER.print_now(paper(answers=inside)))
    outside = assert_conforms(PRINTER.print_now(paper(answers={**ANSWERS, "here_and_now": text})))
    assert len(printed.pages) <= len(outside.pages)


@pytest.mark.parametrize(
    ("answers", "is_table"),
    [
        (ANSWERS, True),
        ({"sen_identified": [{"need": "x" * 300}]}, True),
        ({"sen_identified": [{"need": "x" * 301}]}, False),
        ({"outcomes": [{"outcome": "Reads a page aloud"}]}, False),
    ],
)
def test_a_table_of_many_columns_or_a_long_text_is_a_list_of_labels_and_texts_for_each_row(
    answers: dict[str, Any], *, is_table: bool
) -> None:
    found = tags(assert_conforms(PRINTER.print_now(paper(answers=answers, attachments=None))))
    assert ("/Table" in found, "/L" in found) == (is_table, not is_table)


@pytest.mark.parametrize("missing", ["/Lang", "/StructTreeRoot"])
def test_the_validator_refuses_a_document_that_does_not_conform(missing: str) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(PRINTER.print_now(paper()))) as document:
        del document.Root[missing]
        document.save(out)
    assert not validate_pdf_bytes(out.getvalue(), profile=ValidationProfile.PDF_UA_1).is_compliant


@pytest.mark.parametrize("path", sorted(Path("services/forms/definitions").glob("*.json")), ids=lambda path: path.stem)
def test_every_shipped_form_prints(path: Path) -> None:
    assert_conforms(PRINTER.print_now(paper(definition=read(json.loads(path.read_text())), answers={})))


def test_the_same_input_gives_the_same_bytes() -> None:
    assert Printer().print_now(paper()) == PRINTER.print_now(paper())


def test_everything_that_was_answered_is_on_paper() -> None:
    told = words(paper().data())
    for text in ("Gabriel", "20 August 2021", "Working memory", "Yes", "Report.pdf", "2.0 MB", "SENCO"):
        assert text in told
    assert "25 August 2021 at 14:02" in told, "in England's time"
    assert "Hi I'm Gabriel.\nI like trains." in told


def test_the_banner_shows_what_the_authority_wants() -> None:
    banner = paper().banner
    assert "23 Test Street" not in words(paper().data())
    shown = Banner(banner.subject, banner.sender, banner.due_on, banner.comments, ("address", "comments"))
    assert {"23 Test Street", "Please complete the report"} <= set(words(paper(banner=shown).data()))


def test_a_part_that_is_left_out_is_said_so_in_its_place() -> None:
    first = FIRST.item[0]
    pages = paper(left_out=[first.link_id]).data()["pages"]
    assert [each["title"] for each in pages] == [each["title"] for each in paper().data()["pages"]]
    words_of_it = "Bristol City Council does not ask for this part any more."
    assert pages[0]["blocks"] == [{"kind": "help", "label": words_of_it}]
    assert_conforms(PRINTER.print_now(paper(left_out=[first.link_id])))


def test_the_document_says_whose_it_is_and_where_it_went() -> None:
    told = words(paper().data())
    for text in ("Bristol City Council", "Professional Portal", "BRI-4K7Q-22", "Submitted to Bristol City Council"):
        assert text in told


def test_a_download_is_named_by_reference_form_and_date_and_not_by_the_child() -> None:
    assert paper().file_name == "BRI-4K7Q-22 EHC Needs Assessment Contributions 2021-08-25.pdf"
    assert paper(signatures=[]).file_name == "BRI-4K7Q-22 EHC Needs Assessment Contributions draft 2021-08-25.pdf"
    assert paper(reference="").file_name == "EHC Needs Assessment Contributions 2021-08-25.pdf"


def test_a_form_that_takes_documents_says_that_there_are_none_and_is_silent_where_nobody_knows() -> None:
    assert not paper(attachments=[]).data()["silent"]
    assert paper(attachments=None).data()["silent"]
    assert_conforms(PRINTER.print_now(paper(attachments=[])))
    assert_conforms(PRINTER.print_now(paper(attachments=None)))


def test_a_draft_says_that_it_is_one() -> None:
    assert "Draft. This contribution has not been submitted to Bristol City Council." in words(
        paper(signatures=[]).data()
    )
    assert_conforms(PRINTER.print_now(paper(signatures=[], answers={}, attachments=[])))


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x1b[31mred\x7f\x85",
        "中文 日本 한국",
        "العربية עברית हिन्दी ไทย",
        "\ue000\uf8ff\U0010ffff\ufffe\ufdd0\U000e0041",
        "😀👩‍👩‍👧🇬🇧 e\u0301\u0335\u0489",
        "\u202eevil\u2066x",
        '#read("/etc/passwd") $x$ *b* _i_ @ref <a> \\ ` // /* ',
        "w" * 5000,
        "\n" * 200,
        "\ud800",
    ],
)
def test_no_text_breaks_the_document(text: str) -> None:
    answers = {
        **ANSWERS,
        "first_name": text,
        "here_and_now": text,
        "sen_identified": [{"need": text}],
        "outcomes": [{"outcome": text}],
    }
    assert_conforms(PRINTER.print_now(paper(answers=answers)))


@settings(max_examples=40)
@given(st.text(max_size=40))
def test_no_text_at_all_breaks_the_document(text: str) -> None:
    assert PRINTER.print_now(paper(answers={"first_name": text, "sen_identified": [{"need": text}]}))


def test_a_character_without_a_shape_is_replaced_and_the_document_says_so() -> None:
    with_note = PRINTER.print_now(paper(answers={"first_name": "\u0378"}))
    without = PRINTER.print_now(paper(answers={"first_name": "x"}))
    assert len(with_note) > len(without)


def test_what_misleads_or_cannot_be_shown_is_taken_out() -> None:
    assert printable("a\x00b\tc\r\nd\u202ee") == "ab    c\nde"
    assert breakable("x" * 70).count("\u200b") == 8
    assert breakable("an ordinary sentence") == "an ordinary sentence"


def test_what_was_typed_but_does_not_fit_its_question_stands_as_typed_in_a_draft() -> None:
    assert "5/9" in words(paper(answers={"date_assessment_completed": "5/9"}, signatures=[]).data())
