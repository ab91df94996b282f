"""What each email says: one template a purpose, rendered as plain text and as HTML from the same words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from chassis.clock import LONDON, day_of
from contracts.authority import Authority
from services.notify.model.delivery import DigestLine, Purpose

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CODE_MARGIN = "    "
_ITEM = "- "
_GROUP = 4


class EmailText(NamedTuple):
    """One email's words, and where a mail program ends such emails, if it may."""

    subject: str
    text: str
    html: str
    unsubscribe: str = ""


class _Paragraph(NamedTuple):
    html: Markup
    is_code: bool = False
    items: list[Markup] = []
    """Of a list, whose `html` is empty."""


def shown_date(day: date | None) -> str:
    """A date as everywhere in the portal: 21-Sep-2021; empty where there is none.

    Not by strftime, which follows the machine's language.
    """
    return f"{day.day:02}-{_MONTHS[day.month - 1]}-{day.year}" if day else ""


def lateness(due_on: date | None, at: datetime) -> dict[str, str]:
    """What an email shows beside a date that had passed when it was owed: whoever gets a form late hears so at once."""
    return {"late": "late"} if due_on and due_on < day_of(at) else {}


def shown_time(at: datetime) -> str:
    """A moment on an English clock: 03-Sep-2021 13:12."""
    local = at.astimezone(LONDON)
    return f"{shown_date(local)} {local:%H:%M}"


def shown_code(code: str) -> str:
    """A code or a temporary password in groups of four: 7685 0798."""
    return " ".join(code[place : place + _GROUP] for place in range(0, len(code), _GROUP))


class EmailTemplates:
    """The templates, all compiled at the start: a broken one stops the start, not an email."""

    def __init__(self, portal_url: Callable[[Authority], str]) -> None:
        self._portal_url = portal_url
        text, html = _environment(is_html=False), _environment(is_html=True)
        self._text = {purpose: text.get_template(f"{purpose}.txt") for purpose in get_args(Purpose)}
        self._html = {purpose: html.get_template(f"{purpose}.txt") for purpose in get_args(Purpose)}
        self._text_layout = text.get_template("layout.txt")
        self._html_layout = html.get_template("layout.html")

    def write(
        self, purpose: Purpose, authority: Authority, values: Mapping[str, str], lines: Sequence[DigestLine] = ()
    ) -> EmailText:
        """The email of this purpose, in this authority's name."""
        home = self._portal_url(authority)
        url = home + values.get("path", "")
        shown = {**_shown(authority, values, url), "lines": [_on_one_line(line.model_dump()) for line in lines]}
        links = _links(home, url)
        subject, body = _parts(self._text[purpose], {**shown, "link": _label, "spelt": _spelt(home)})
        _, marked = _parts(self._html[purpose], {**shown, "link": links, "spelt": links})
        return EmailText(
            subject=" ".join(subject.split()),
            text=self._text_layout.render({**shown, "body": body}),
            html=self._html_layout.render({**shown, "subject": subject, "paragraphs": _paragraphs(marked)}),
            unsubscribe=home + values["way_back"] if "way_back" in values else "",
        )


def _shown(authority: Authority, values: Mapping[str, str], url: str) -> dict[str, object]:
    reference = values.get("reference", "")
    return {
        "form": "",
        **_on_one_line(values),
        "authority": authority.brand.name,
        "portal": authority.brand.portal_name,
        "signature": authority.brand.signature,
        "support": authority.support.technical,
        "colour": authority.brand.colour,
        "submitted_days": authority.submitted_days,
        "receipt_days": authority.receipt_days,
        "practice": authority.support.practice,
        "retracted_days": authority.retracted_days,
        "ref": f" ({reference})" if reference else "",
        **(_by_when(values["due_on"], is_late="late" in values) if "due_on" in values else {}),
        "url": url,
    }


def _by_when(due_on: str, *, is_late: bool) -> dict[str, str]:
    """What a form's name and what is asked for end with; nothing where there is no date (requirement F71)."""
    if is_late:
        return {"due": f", was due {due_on}", "by": f" as soon as possible: it was due on {due_on}, and is late"}
    return {"due": f", due {due_on}", "by": f" by {due_on}"} if due_on else {"due": "", "by": ""}


def _environment(*, is_html: bool) -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=is_html,  # noqa: S701 - plain text has nothing to escape
        undefined=StrictUndefined,
        trim_blocks=is_html,
        lstrip_blocks=is_html,
        keep_trailing_newline=not is_html,
    )


def _parts(template: Template, values: Mapping[str, object]) -> tuple[str, str]:
    subject, _, body = template.render(values).partition("\n\n")
    return subject, body.strip("\n")


def _label(label: str, _: str = "") -> str:
    """A link in plain text, where the email's one address stands at its end."""
    return label


def _spelt(home: str) -> Callable[[str, str], str]:
    """A link in plain text that has an address of its own."""

    def link(label: str, place: str) -> str:
        return f"{label}: {home}{place}"

    return link


def _links(home: str, url: str) -> Callable[..., Markup]:
    """Links to what the email is about, or to another place of the portal."""

    def link(label: str, place: str = "") -> Markup:
        return Markup('<a href="{}" style="color:#1d70b8">{}</a>').format(home + place if place else url, label)

    return link


def _on_one_line(values: Mapping[str, str]) -> dict[str, str]:
    """Nothing from outside begins a paragraph or an item."""
    return {name: " ".join(value.split()) for name, value in values.items()}


def _paragraphs(body: str) -> list[_Paragraph]:
    """The blocks between blank lines: an indented one is a code to be read at a glance, one of items a list."""
    return [_list_of(block) if block.startswith(_ITEM) else _paragraph(block) for block in body.split("\n\n")]


def _paragraph(block: str) -> _Paragraph:
    return _Paragraph(Markup(block.strip()), is_code=block.startswith(_CODE_MARGIN))  # noqa: S704 - already escaped


def _list_of(block: str) -> _Paragraph:
    items = [Markup(item.removeprefix(_ITEM)) for item in block.split("\n")]  # noqa: S704 - already escaped
    return _Paragraph(Markup(), items=items)
