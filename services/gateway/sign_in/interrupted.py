"""Signing in again in the middle of a form. The one thing that another journey shows of signing in."""

from starlette.responses import Response

from services.gateway.kit.form_parsing import Form
from services.gateway.kit.request_context import Visit
from services.gateway.kit.unsaved_form import held, hold
from services.gateway.sign_in.views import SignInPage


async def sign_in_again(visit: Visit, path: str, form: Form) -> Response:
    """Step 1, with what was typed sealed in it; where somebody is signed in by now, Continue alone."""
    page = SignInPage(held=await hold(visit, path, form), left=form.chosen, next=path)
    return visit.page("resume.html" if visit.session else "sign_in.html", page)


async def resume_page(visit: Visit, sealed: str) -> SignInPage:
    """After signing in again: Continue saves what is held; the names of documents that are not."""
    kept = await held(visit, sealed)
    return SignInPage(held=sealed, left=kept[1].left if kept else ())
