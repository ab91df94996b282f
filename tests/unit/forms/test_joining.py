"""Several documents as one: it conforms, and each tag, bookmark and name leads to what it led to before."""

import asyncio
import io
import sys
from datetime import UTC, datetime
from typing import Any

import pikepdf
import pytest

from chassis.errors import Conflict, Unavailable
from services.forms import binder
from services.forms.binder import Binder
from services.forms.joining import join
from services.forms.model.contribution import Contribution
from services.forms.model.cover import MOST_BYTES, Cover, PrintedForm, check_fits, left_out
from tests.unit.forms.test_addenda import a_submission
from tests.unit.forms.test_pdf import ANSWERS, AT, FIRST, PRINTER, assert_conforms, paper, words

LONG = "Gabriel needs to be told again. " * 400


def a_cover(*left: str, number: int = 2, at: datetime = AT) -> Cover:
    return Cover([PrintedForm("Report", "Gabriel Example", "BRI-4K7Q-22", "Draft")] * number, left, "Portal", at)


def documents() -> list[bytes]:
    papers = (a_cover("It is over."), paper(), paper(signatures=[], answers={**ANSWERS, "here_and_now": LONG}))
    return [PRINTER.print_now(each) for each in papers]


WHOLE = join(documents())


def structure(document: pikepdf.Pdf) -> list[pikepdf.Object]:
    return [
        each for each in document.objects if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/StructElem"
    ]


def leads_to(bookmark: Any) -> tuple[int, int]:
    """Its page."""
    number, generation = bookmark.destination[0].objgen
    return number, generation


def test_the_whole_conforms_as_each_of_them_does() -> None:
    opened = assert_conforms(WHOLE)
    assert opened.docinfo["/Title"] == "2 forms"
    assert str(opened.Root.Lang) == "en-GB"
    assert len(opened.pages) == sum(len(pikepdf.open(io.BytesIO(each)).pages) for each in documents())
    (document,) = opened.Root.StructTreeRoot.K
    assert [str(each.S) for each in document.K][-2:] == ["/Part", "/Part"]


def test_what_a_page_says_of_its_tags_is_theirs() -> None:
    """Each marked piece of a page is listed at the page's key, and the tag that stands there is on that page."""
    opened = pikepdf.open(io.BytesIO(WHOLE))
    tree: dict[int, Any] = dict(pikepdf.NumberTree(opened.Root.StructTreeRoot.ParentTree).items())
    assert sorted(int(page.obj.StructParents) for page in opened.pages) == sorted(tree.keys())
    for page in opened.pages:
        for number, element in enumerate(tree[int(page.obj.StructParents)]):
            kids: list[Any] = list(element.K)
            of_page = [each for each in kids if isinstance(each, int) or each.get("/Type") == "/MCR"]
            assert any(each == number or getattr(each, "MCID", None) == number for each in of_page)
            pages = {element.Pg.objgen} if "/Pg" in element else set()
            pages |= {each.Pg.objgen for each in of_page if not isinstance(each, int) and "/Pg" in each}
            assert page.obj.objgen in pages
    assert int(opened.Root.StructTreeRoot.ParentTreeNextKey) == max(tree.keys()) + 1


def test_names_of_table_headings_are_told_apart_and_cells_name_those_of_their_own_table() -> None:
    opened = pikepdf.open(io.BytesIO(WHOLE))
    named = [str(each.ID) for each in structure(opened) if "/ID" in each]
    assert len(named) == len(set(named)) > 6
    assert set(pikepdf.NameTree(opened.Root.StructTreeRoot.IDTree).keys()) == set(named)
    for element in structure(opened):
        for attributes in element.get("/A", []):
            for name in attributes.get("/Headers", []):
                (heading,) = [each for each in structure(opened) if each.get("/ID") == name]
                assert heading.Pg.objgen == element.Pg.objgen


def test_a_bookmark_leads_to_each_and_its_own_stand_under_it() -> None:
    opened = pikepdf.open(io.BytesIO(WHOLE))
    title = "EHC Needs Assessment Contributions: Gabriel Example"
    first = 1 + len(pikepdf.open(io.BytesIO(documents()[0])).pages)
    with opened.open_outline() as outline:
        found = list(outline.root)
    assert [str(each.title) for each in found[2:]] == [f"1. {title}", f"2. {title}"]
    assert leads_to(found[2]) == opened.pages[first - 1].obj.objgen
    assert [str(each.title) for each in found[3].children][:2] == [
        "About the child or young person",
        "Who asked for this",
    ]
    assert all(leads_to(child) in {page.obj.objgen for page in opened.pages} for child in found[3].children)


def test_each_bookmark_knows_the_one_above_it_and_those_beside_it() -> None:
    opened = pikepdf.open(io.BytesIO(WHOLE))
    outlines: Any = opened.Root.Outlines
    found, before, one = 0, None, outlines.First
    while one is not None:
        assert one.Parent.objgen == outlines.objgen
        assert (one.Prev.objgen if "/Prev" in one else None) == before
        below = one.get("/First")
        while below is not None:
            assert below.Parent.objgen == one.objgen
            below = below.get("/Next")
        found, before, one = found + 1, one.objgen, one.get("/Next")
    assert (found, outlines.Last.objgen) == (outlines.Count, before)


def test_the_same_documents_give_the_same_bytes() -> None:
    assert join(documents()) == WHOLE


def test_it_is_joined_in_a_child_and_a_child_that_fails_or_takes_too_long_is_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert asyncio.run(Binder().bind(documents())) == WHOLE
    with pytest.raises(Unavailable) as caught:
        asyncio.run(Binder().bind([b"no document", b"at all"]))
    assert caught.value.code == "not_joined"
    monkeypatch.setattr(binder, "SECONDS", 0.001)
    with pytest.raises(Unavailable) as caught:
        asyncio.run(Binder().bind(documents()))
    assert caught.value.code == "printing_busy"


def test_joining_needs_nothing_of_the_service() -> None:
    """So that the child starts quickly, and knows no secret."""
    program = (
        "import sys, services.forms.joining; print(sorted(each for each in sys.modules if each.startswith('chassis')))"
    )
    assert asyncio.run(_said(program)) == "[]"


async def _said(program: str) -> str:
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    out, _ = await child.communicate()
    return out.decode().strip()


def test_the_cover_says_which_and_why_others_are_not_among_them() -> None:
    told = words(a_cover("It is over.", "Too many.", "It is over.").data())
    for text in ("Printed on 25 August 2021 at 14:02", "Gabriel Example", "BRI-4K7Q-22", "2 forms: It is over."):
        assert text in told
    assert left_out(["It is over.", "Too many.", "It is over."]) == ["2 forms: It is over.", "1 form: Too many."]
    assert_conforms(PRINTER.print_now(a_cover()))
    assert_conforms(PRINTER.print_now(a_cover("w" * 400, number=25)))


def test_a_download_of_several_is_named_by_how_many_and_when_in_england() -> None:
    late = datetime(2021, 8, 25, 23, 30, tzinfo=UTC)
    assert a_cover(number=3, at=late).file_name == "3 forms 2021-08-26.pdf"
    assert a_cover(number=1).file_name == "1 form 2021-08-25.pdf"


def test_a_form_is_listed_as_submitted_when_it_was_and_else_as_a_draft() -> None:
    kept: dict[str, Any] = {"task_id": "t", "authority": "bristol", "delegation_id": "d", "reference": "BRI-4K7Q-22"}
    contribution = Contribution(**kept, subject=paper().banner.subject)
    assert PrintedForm.of(contribution, FIRST) == PrintedForm(FIRST.title, "Gabriel Example", "BRI-4K7Q-22", "Draft")
    submitted = contribution.model_copy(update={"submission": a_submission("c-1", {})})
    assert PrintedForm.of(submitted, FIRST).status == "Submitted on 1 March 2026 at 09:00"


def test_no_more_is_joined_than_there_is_memory_for() -> None:
    check_fits([b"x" * (MOST_BYTES - 1), b"x"])
    with pytest.raises(Conflict):
        check_fits([b"x" * MOST_BYTES, b"x"])
