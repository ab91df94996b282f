"""Drawing a page of a form: its view, and the attachments where it takes files."""

from starlette.responses import Response

from chassis import clock
from contracts.api.forms import AnswerFault, ContributionView
from services.gateway.form.draft_editing import Opened, new_page_id, new_row_id, page_at
from services.gateway.form.views.page import Drawing, form_page, takes_files
from services.gateway.kit.request_context import Visit


async def draw(  # noqa: PLR0917 - a page is drawn from all of it
    visit: Visit,
    opened: Opened,
    contribution: ContributionView,
    number: int,
    typed: dict[str, list[str]] | None = None,
    faults: list[AnswerFault] | None = None,
    general: list[str] | None = None,
    status: int = 200,
    *,
    notice: str = "",
    download: str = "",
    full_screen: str = "",
    removed: str = "",
) -> Response:
    """A page of the form as HTML."""
    task, authority = opened.task, visit.gateway.authorities.get(opened.task.authority)
    files = []
    if takes_files(page_at(contribution.pages, number)):
        files = await visit.gateway.files.list(opened.person, opened.grant, task.task_id)
    drawing = Drawing(
        number=number,
        page_id=new_page_id(visit.gateway, task.task_id),
        holder_key=visit.holder_key(task.task_id, opened.person.account_id),
        spare_row=new_row_id(),
        files=files,
        typed=typed or {},
        faults=faults or [],
        general=general or [],
        full_screen=full_screen,
        removed=removed,
        notice=notice,
        download=download,
    )
    page = form_page(task, contribution, authority, drawing, clock.today())
    return visit.page("form.html", page, status, task_page=True, authority=authority)
