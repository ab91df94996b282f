"""A person at a browser without scripts: opens pages, fills fields by their labels, presses buttons. Plain HTTP."""

from dataclasses import dataclass
from typing import Self

import httpx2
from lxml import html

from tests.support.eventually import wait_until
from tests.support.mail import Mail

PASSWORD = "Correct-horse-7-battery"
TASKS = "Professional Portal - tasks to complete"
Upload = tuple[str, bytes, str]


@dataclass(frozen=True)
class Page:
    """What the person sees."""

    response: httpx2.Response

    @property
    def tree(self) -> html.HtmlElement:
        tree = html.document_fromstring(self.response.text)
        # What only a script would bring to life is not on the page.
        for inert in tree.xpath("//template"):
            inert.drop_tree()
        return tree

    @property
    def is_html(self) -> bool:
        return self.response.headers.get("Content-Type", "").startswith("text/html")

    @property
    def address(self) -> str:
        return self.response.url.path

    @property
    def title(self) -> str:
        return " ".join(self.tree.findtext(".//title").split())

    @property
    def text(self) -> str:
        return " ".join(self.tree.body.text_content().split())

    def link(self, words: str) -> str:
        """Where the first link with these words leads."""
        for anchor in self.tree.xpath("//a[@href]"):
            if words in " ".join(anchor.text_content().split()):
                return str(anchor.get("href"))
        raise AssertionError(f"no link {words!r} on {self.title!r}: {self.text[:2000]}")


class Person:
    """Somebody with a browser and its cookies."""

    def __init__(self, portal: str, network: str | None = None, by: httpx2.BaseTransport | None = None) -> None:
        """`network` is the address to come from, `by` the way that requests take, where these matter."""
        transport = by or httpx2.HTTPTransport(local_address=network)
        self.client = httpx2.Client(base_url=portal, follow_redirects=True, timeout=30, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def cookies(self) -> dict[str, str]:
        """What the browser would send again."""
        return dict(self.client.cookies)

    def open(self, address: str, *, status: int | None = None) -> Page:
        """Follow a link."""
        return self._seen(self.client.get(address), status)

    def open_until(self, address: str, words: str) -> Page:
        """Follow a link again and again until its page says so: the services hear of each other a moment later."""

        def told() -> Page | None:
            page = self.open(address)
            return page if words in page.text else None

        return wait_until(told)

    def press(
        self,
        page: Page,
        button: str,
        fields: dict[str, str | bool | Upload] | None = None,
        *,
        status: int | None = None,
    ) -> Page:
        """Fill fields by label, press a button; `status` where a test expects a refusal."""
        form, pressed = _find_button(page, button)
        files = {}
        for label, value in (fields or {}).items():
            field = _find_field(page, form, label)
            if isinstance(value, tuple):
                files[field.get("name")] = value
            elif isinstance(value, bool):
                field.checked = value
            else:
                field.value = value
        given: dict[str, list[str]] = {}
        for name, value in (*form.form_values(), *_own_value(pressed)):
            given.setdefault(name, []).append(value)
        address = pressed.get("formaction") or form.get("action") or str(page.response.url)
        target = page.response.url.join(address)
        if (form.get("method") or "get").lower() == "get":
            return self._seen(self.client.get(target, params=given), status)
        headers = {"Origin": str(page.response.url.join("/")).rstrip("/"), "Referer": str(page.response.url)}
        return self._seen(self.client.post(target, data=given, files=files or None, headers=headers), status)

    def begin_registration(self, email: str, forename: str = "Sandra") -> Page:
        """The first two steps of a registration; the page that asks for the code."""
        details: dict[str, str | bool | Upload] = {
            "Forename": forename,
            "Surname": "Professional",
            "Is this account being used": True,
            "Role": "Educational psychologist",
            "Organisation": "Example School",
            "Street": "1 Test Street",
            "Town/City": "Bristol",
            "Postcode": "BS1 1AA",
        }
        page = self.press(self.open("/register/1"), "Next", details)
        fields: dict[str, str | bool | Upload] = {
            "Email address": email,
            "Password": PASSWORD,
            "Confirm password": PASSWORD,
        }
        return self.press(page, "Next", fields)

    def register(self, mail: Mail, email: str, forename: str = "Sandra") -> Page:
        """The three steps of a registration, with the code from the mailbox."""
        page = self.begin_registration(email, forename)
        page = self.press(page, "Next", {"Code": mail.code_for(email)})
        assert page.title.startswith("Registration completed"), page.text
        return page

    def sign_in(self, mail: Mail, email: str) -> Page:
        """Both steps of signing in; the task page."""
        seen = len(mail.codes_for(email))
        page = self.press(self.open("/sign-in"), "Submit", {"Email": email, "Password": PASSWORD})
        page = self.press(page, "Finish", {"Code": mail.code_for(email, more_than=seen)})
        assert page.title == TASKS, page.text
        return page

    def attach(self, page: Page, name: str, content: bytes) -> Page:
        """Upload, and look again until the scanner has spoken."""
        page = self.press(page, "Upload Document", {"Choose File": (name, content, "application/pdf")})

        def checked() -> Page | None:
            seen = self.open(page.address)
            return None if "still being checked" in seen.text else seen

        return page if "still being checked" not in page.text else wait_until(checked, within=60)

    @staticmethod
    def _seen(response: httpx2.Response, status: int | None) -> Page:
        """A page, also one that says what is wrong with what was given."""
        is_expected = (
            response.status_code == status
            if status
            else response.status_code < 400 or response.status_code in {401, 422}
        )
        assert is_expected, f"{response.status_code} at {response.url}: {response.text[:2000]}"
        return Page(response)


def _own_value(pressed: html.HtmlElement) -> list[tuple[str, str]]:
    return [(pressed.get("name"), pressed.get("value", ""))] if pressed.get("name") else []


def _find_button(page: Page, words: str) -> tuple[html.HtmlElement, html.HtmlElement]:
    tree = page.tree
    for button in tree.xpath("//form//button[not(@type='button')]"):
        # What only a screen reader hears comes after what is seen.
        if f"{' '.join(button.text_content().split()).strip(' ←→')} ".startswith(f"{words} "):
            return next(button.iterancestors("form")), button
    raise AssertionError(f"no button {words!r} on {page.title!r}: {page.text[:2000]}")


def _find_field(page: Page, form: html.HtmlElement, label: str) -> html.HtmlElement:
    """By its label; where several have the same, by the legend around it too, as in "First day > Month"."""
    legend, _, words = label.rpartition(" > ")
    for element in _within(form, legend).xpath(".//label[@for]"):
        if " ".join(element.text_content().split()).startswith(words):
            found = form.xpath(".//*[@id=$id]", id=element.get("for"))
            if found:
                return found[0]
    raise AssertionError(f"no field {label!r} on {page.title!r}: {page.text[:2000]}")


def _within(form: html.HtmlElement, legend: str) -> html.HtmlElement:
    sets = form.xpath(".//fieldset[starts-with(normalize-space(legend), $legend)]", legend=legend) if legend else []
    return sets[0] if sets else form
