"""A definition as the pages show it, in the words of contracts.api.forms. No answers, no I/O."""

from contracts.api.forms import FormPage, OptionView, Question, QuestionType
from services.forms.model.questionnaire import FULL_WIDTH, Definition, Item

_RADIO_AT_MOST = 5
"""A choice of more options shows as a list, where the definition does not say."""
_TYPES: dict[str, QuestionType] = {
    "string": "line",
    "text": "text",
    "integer": "number",
    "decimal": "number",
    "date": "date",
    "boolean": "boolean",
    "display": "help",
    "attachment": "files",
}
_CONTROLS: dict[str, QuestionType] = {"radio-button": "radio", "check-box": "radio", "drop-down": "picklist"}


def pages_of(definition: Definition, prefilled: frozenset[str]) -> list[FormPage]:
    """Every page, with which questions decide over others; how they decide stays here."""
    deciding = {condition.question for item in definition.walk() for condition in item.enable_when}
    return [
        FormPage(key=page.link_id, title=page.text, questions=_questions(page, prefilled, deciding))
        for page in definition.item
    ]


def _questions(page: Item, prefilled: frozenset[str], deciding: set[str]) -> list[Question]:
    """A page always has its number; where it has conditions, all that stands on it shows or does not."""
    whole = _question(page, prefilled, deciding)
    return [whole] if page.enable_when else whole.questions


def _question(item: Item, prefilled: frozenset[str], deciding: set[str]) -> Question:
    inner = [_question(each, prefilled, deciding) for each in item.item]
    return Question(
        key=item.link_id,
        type=_type(item),
        label=item.text,
        hint=item.hint,
        required=item.required,
        max_length=item.max_length,
        options=[OptionView(value=option.value, label=option.label) for option in item.answer_option],
        columns=inner if item.is_table else [],
        questions=[] if item.is_table else inner,
        conditional=bool(item.enable_when),
        decides=item.link_id in deciding,
        prefilled=item.link_id in prefilled and not item.read_only,
        full_width=item.told(FULL_WIDTH) is True,
    )


def _type(item: Item) -> QuestionType:
    if item.read_only:
        return "read_only"
    if item.type == "group":
        return "table" if item.is_table else "heading"
    if item.type == "choice":
        if item.repeats:
            return "several"
        by_length: QuestionType = "radio" if len(item.answer_option) <= _RADIO_AT_MOST else "picklist"
        return _CONTROLS.get(item.control or "", by_length)
    return _TYPES[item.type]
