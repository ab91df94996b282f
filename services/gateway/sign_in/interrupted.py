"""Signing in again in the middle of a form. The one thing that another journey shows of signing in."""

from starlette.responses import Response

from services.gateway.kit.request_context import RequestContext
from services.gateway.kit.unsaved_form import UnsavedForm, preserve, restore
from services.gateway.sign_in.views import SignInPage


async def sign_in_again(context: RequestContext, unsaved: UnsavedForm) -> Response:
    """Step 1, with what was typed preserved in it; where somebody is signed in by now, Continue alone."""
    encrypted = await preserve(context.gateway, unsaved)
    page = SignInPage(unsaved=encrypted, left=unsaved.form.chosen, next=unsaved.path)
    return context.page("resume.html" if context.session else "sign_in.html", page)


async def resume(context: RequestContext, encrypted: str) -> Response:
    """After signing in again: Continue saves what is preserved; documents have to be chosen again."""
    unsaved = await restore(context.gateway, encrypted)
    page = SignInPage(unsaved=encrypted, left=unsaved.form.left if unsaved else ())
    return context.page("resume.html", page)
