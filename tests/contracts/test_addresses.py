import pytest

from contracts.addresses import address_key, mailable


@pytest.mark.parametrize(
    ("council", "stranger"),
    [
        ("jo.groß@school.example", "jo.gross@school.example"),
        ("ﬁona@school.example", "fiona@school.example"),
        ("\u212aate@school.example", "kate@school.example"),
        ("\u017fandra@school.example", "sandra@school.example"),
        ("\u0130an@school.example", "i\u0307an@school.example"),
        ("anna@straße.example", "anna@strasse.example"),
        ("o\u00b2@school.example", "o2@school.example"),
    ],
)
def test_two_mailboxes_are_never_one_address(council: str, stranger: str) -> None:
    assert address_key(council) != address_key(stranger)


@pytest.mark.parametrize(
    ("one", "same"),
    [
        (" Sandra@School.Example ", "sandra@school.example"),
        ("anna@Straße.example", "anna@xn--strae-oqa.example"),
        ("anna@XN--STRAE-OQA.example", "anna@straße.example"),
        ("a@cafe\u0301.example", "a@café.example"),
        ("O'Neil+x@A.example", "o'neil+x@a.example"),
    ],
)
def test_two_spellings_of_a_mailbox_are_one_address(one: str, same: str) -> None:
    assert address_key(one) == address_key(same)


@pytest.mark.parametrize("text", ["", "@", "nobody", "a@b_c.ö", "a@" + "ö" * 300, "a@\u0378.example"])
def test_any_text_has_a_key(text: str) -> None:
    assert "@" in address_key(text)


def test_mail_goes_to_the_ascii_form() -> None:
    assert mailable("anna@straße.example") == "anna@xn--strae-oqa.example"
