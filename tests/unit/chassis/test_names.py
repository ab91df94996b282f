"""File names as strangers' machines give them."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.names import LONGEST, clean_name, content_disposition, extension


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Report.pdf", "Report.pdf"),
        ("C:\\Users\\Chloe\\Report.pdf", "Report.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("a.pdf\0.exe", "a.pdf.exe"),
        ("report\u202efdp.exe", "reportfdp.exe"),
        ("  spaced \n out .docx ", "spaced out.docx"),
        ("..pdf", "document.pdf"),
        (".pdf", "document.pdf"),
        ("", "document"),
        ("no extension", "no extension"),
        ('a"b<c>.pdf', "a_b_c_.pdf"),
        ("Rapport e\u0301te\u0301.pdf", "Rapport été.pdf"),
    ],
)
def test_a_name_is_made_safe_to_show(raw: str, shown: str) -> None:
    assert clean_name(raw) == shown


def test_a_long_name_keeps_its_extension() -> None:
    shown = clean_name("x" * 300 + ".pdf")
    assert len(shown) == LONGEST
    assert shown.endswith(".pdf")


@given(st.text(max_size=400))
def test_no_name_leaves_its_folder_or_its_line(raw: str) -> None:
    shown = clean_name(raw)
    assert shown
    assert len(shown) <= LONGEST
    assert not set(shown) & set('/\\\0\r\n\t<>:"|?*\u202e\u200f')
    assert clean_name(shown) == shown


@given(st.text(max_size=200).map(clean_name))
def test_a_header_holds_every_name_whole(name: str) -> None:
    header = content_disposition(name)
    assert header.isascii()
    found = re.fullmatch(r"attachment; filename=\"([^\"\\\x00-\x1f]+)\"; filename\*=UTF-8''([^ ;\"]+)", header)
    assert found
    assert unquote(found[2]) == name


@pytest.mark.parametrize(("name", "expected"), [("a.PDF", "pdf"), ("a.tar.gz", "gz"), ("a", ""), ("a.pdf.exe", "exe")])
def test_the_last_extension_counts(name: str, expected: str) -> None:
    assert extension(name) == expected
