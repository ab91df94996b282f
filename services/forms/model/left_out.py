"""Sections of a form that are declined, or not asked for any more (requirements M5). No I/O."""

from collections.abc import Collection, Iterator

from contracts.portal import LeftOutSection
from services.forms.model.contribution import Contribution
from services.forms.model.questionnaire import Definition, Item


def declinable(definition: Definition, hidden: Collection[str]) -> list[str]:
    """The keys of the pages that ask the professional for an answer, in the order of the form.

    Documents go with the whole form: the page where they are attached is no part of it.
    """
    return [
        page.link_id
        for page in definition.item
        if any(_asks(item) and item.link_id not in hidden for item in page.walk())
        and not any(item.type == "attachment" for item in page.walk())
    ]


def _asks(item: Item) -> bool:
    return item.is_table or (item.is_question and not item.read_only)


def left_out_of(contribution: Contribution, definition: Definition) -> Iterator[LeftOutSection]:
    """What a submission is without, and why, in the order of the form."""
    for page in definition.item:
        section = contribution.left_out.get(page.link_id)
        if section is not None and section.reason_code is not None:
            reason = section.reason_code
            yield LeftOutSection(key=page.link_id, title=page.text, ask_id=section.ask_id, reason_code=reason)
