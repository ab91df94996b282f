"""What somebody has chosen to see of their list: it stands in addresses, and their browser keeps it between visits.

Of a child's name the browser keeps nothing, and in an address it cannot be read.
"""

from chassis.identity import Professional
from services.gateway.kit.form_parsing import SubmittedForm
from services.gateway.kit.request_context import RequestContext
from services.gateway.tasks.views.narrowing import CHOICES, LONGEST, TaskFilter, choices_of

_PURPOSE = "looked for"
_KEPT_SECONDS = 86_400


def chosen(context: RequestContext, person: Professional) -> TaskFilter:
    """What the address says, where it says anything of this; else what the person chose last in this browser."""
    query = context.request.query_params
    if not query.keys() & {*CHOICES, "name"}:
        kept = context.cookies.choice(person.account_id)
        return TaskFilter(**choices_of(lambda name: kept.get(name, "")))
    return TaskFilter(**choices_of(lambda name: query.get(name, "")), **_looked_for(context, query.get("name", "")))


def posted(context: RequestContext, form: SubmittedForm) -> TaskFilter:
    """What was chosen in the list: by its fields, or by the heading of a column, which is an order."""
    wanted = choices_of(lambda name: (form.text("column") if name == "order" else "") or form.text(name))
    words = " ".join(form.text("words")[:LONGEST].split())
    return TaskFilter(**wanted, name=context.gateway.encryptor.encrypt(_PURPOSE, {"words": words}) if words else "")


def _looked_for(context: RequestContext, name: str) -> dict[str, str]:
    """What `posted` has encrypted; nothing where it is not ours, or from yesterday."""
    known = context.gateway.encryptor.decrypt(_PURPOSE, name, _KEPT_SECONDS) if name else None
    return {"name": name, "words": known["words"]} if known else {}
