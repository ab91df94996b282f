"""T78 and T79: what acts in a document is refused, what people really write is taken; others' rules are asked too."""

from importlib.metadata import distribution

import pytest
import yara_x

from services.files.checks import inspect
from services.files.model.refusal import Code, Unacceptable
from tests.support.measures import Measures
from tests.unit.files.corpus_pdf import HONEST_PDF, HOSTILE_PDF
from tests.unit.files.corpus_word import HONEST_DOC, HONEST_DOCX, HOSTILE_DOC, HOSTILE_DOCX

CORPORA = {
    "pdf": (HOSTILE_PDF, HONEST_PDF, Code.ACTIVE_PDF),
    "docx": (HOSTILE_DOCX, HONEST_DOCX, Code.ACTIVE_WORD),
    "doc": (HOSTILE_DOC, HONEST_DOC, Code.ACTIVE_WORD),
}

USED_BY_PEOPLE = {
    "Detect_OpenAction": "opens at a page",
    "Detect_PDF_Suspicious_AcroForms": "fields to fill",
    "PDF_Exploit_Enhanced": "opens at a page, fields to fill",
    "document_with_embedded_executable": "two letters in a font's data",
    "invalid_xref_numbers": "a scan that begins its table at one",
    "multiple_versions": "laid out for reading over a slow line",
    "pdf_warning_openaction": "opens at a page",
    "pdf_warning_remote_action": "a link to a web page",
    "suspicious_embedded_external_content": "a link to a web page",
}
"""Public rules that name what honest documents have too, and what that is: they warn, and judge nothing."""


def finding(extension: str, content: bytes) -> Code | None:
    try:
        inspect(extension, content)
    except Unacceptable as found:
        return found.code
    return None


def walk(index: int) -> list[tuple[str, str]]:
    return [(extension, name) for extension, corpus in CORPORA.items() for name in corpus[index]]


@pytest.mark.parametrize(("extension", "name"), walk(0))
def test_a_document_that_acts_is_refused(extension: str, name: str) -> None:
    hostile, _, code = CORPORA[extension]
    assert finding(extension, hostile[name]) == code


@pytest.mark.parametrize(("extension", "name"), walk(1))
def test_a_document_as_people_make_it_is_taken(extension: str, name: str) -> None:
    assert finding(extension, CORPORA[extension][1][name]) is None


@pytest.mark.parametrize(("test", "kinds"), [("T78", ("docx", "doc")), ("T79", ("pdf",))])
def test_t78_t79_every_hostile_document_is_refused_and_no_honest_one(
    test: str, kinds: tuple[str, ...], measures: Measures
) -> None:
    hostile = [finding(kind, content) for kind in kinds for content in CORPORA[kind][0].values()]
    honest = [finding(kind, content) for kind in kinds for content in CORPORA[kind][1].values()]
    missed, falsely = hostile.count(None), len(honest) - honest.count(None)
    measures.report(test, hostile=len(hostile), released=missed, honest=len(honest), falsely_refused=falsely)
    assert (missed, falsely) == (0, 0)


@pytest.fixture(scope="module")
def public_rules() -> yara_x.Rules:
    """The rules on PDFs that others have published, from the package that gathers them."""
    compiler = yara_x.Compiler(relaxed_re_syntax=True)
    for path in distribution("pdfalyzer").files or ():
        if path.suffix == ".yara":
            compiler.new_namespace(path.stem)
            compiler.add_source(path.read_text())
    return compiler.build()


def test_public_rules_find_no_more_in_what_is_taken_than_what_people_use(
    public_rules: yara_x.Rules, measures: Measures
) -> None:
    scanner = yara_x.Scanner(public_rules)

    def alarms(content: bytes) -> set[str]:
        return {rule.identifier for rule in scanner.scan(content).matching_rules} - USED_BY_PEOPLE.keys()

    named = [name for name, content in HOSTILE_PDF.items() if alarms(content)]
    honest = {name: found for name, content in HONEST_PDF.items() if (found := alarms(content))}
    measures.report("T79", rules=sum(1 for _ in public_rules), hostile_named_by_them=len(named), of=len(HOSTILE_PDF))
    assert honest == {}
    assert named
    assert all(finding("pdf", HOSTILE_PDF[name]) for name in named)
