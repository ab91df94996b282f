"""The session whose token the gateway sends in `Portal-Session`, and the others of its account."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.http import answer, nothing
from contracts.api.accounts import SessionEntry, SessionsView, TrustEntry
from contracts.api.auth import SessionCreated, SessionView
from services.auth.api.dependencies import enter, session_token
from services.auth.model.session import Session, withheld_from
from services.auth.usecases import sessions as usecases
from services.auth.usecases import trusts


async def show_session(request: Request) -> Response:
    """Who is signed in; `?touch=1` says that the person has done something."""
    auth, touch = enter(request), request.query_params.get("touch") == "1"
    session, idle_until = await usecases.find_session(auth, session_token(request), at=clock.now(), touch=touch)
    view = SessionView(
        account_id=session.account_id,
        authority=session.authority,
        email=session.email,
        name=session.name,
        role=session.role,
        organisation=session.organisation,
        idle_expires_at=idle_until,
        absolute_expires_at=session.ends_at,
        must_take_over=session.must_take_over,
        must_enrol=usecases.must_enrol(auth, session),
        signed_in_before_at=session.before_at,
        withheld=withheld_from(session, auth.authorities),
    )
    return answer(view)


async def list_sessions(request: Request) -> Response:
    """Where the account is signed in, and which browsers it trusts."""
    auth, token, at = enter(request), session_token(request), clock.now()
    current, sessions = await usecases.list_sessions(auth, token, at)
    entries = [
        TrustEntry(authority=each.authority, browser=each.browser, ends_at=each.ends_at)
        for each in await trusts.show(auth, token, at)
    ]
    return answer(SessionsView(sessions=[_entry(session, current) for session in sessions], trusts=entries))


async def end_other_session(request: Request) -> Response:
    """Ends one of them."""
    session_id = request.path_params["session_id"]
    await usecases.end_other_sessions(enter(request), session_token(request), clock.now(), session_id)
    return nothing()


async def end_other_sessions(request: Request) -> Response:
    """Ends all but the one that asks."""
    await usecases.end_other_sessions(enter(request), session_token(request), clock.now())
    return nothing()


async def end_trusts(request: Request) -> Response:
    """Every browser is asked for a code again."""
    await trusts.end_all(enter(request), session_token(request), clock.now())
    return nothing()


async def end_session(request: Request) -> Response:
    """Logout."""
    await usecases.sign_out(enter(request), session_token(request))
    return nothing()


def created(opened: usecases.OpenedSession) -> SessionCreated:
    """A new session, for the gateway alone."""
    return SessionCreated(
        session_token=opened.token,
        account_id=opened.session.account_id,
        absolute_expires_at=opened.session.ends_at,
        devices=opened.devices,
        trusts=opened.trusts,
    )


def _entry(session: Session, current: Session) -> SessionEntry:
    return SessionEntry(
        session_id=session.key,
        authority=session.authority,
        browser=session.browser,
        opened_at=session.opened_at,
        seen_at=session.seen_at,
        is_current=session.key == current.key,
    )


routes = [
    Route("/sessions", list_sessions, methods=["GET"]),
    Route("/sessions/others", end_other_sessions, methods=["DELETE"]),
    Route("/sessions/others/{session_id}", end_other_session, methods=["DELETE"]),
    Route("/trusts", end_trusts, methods=["DELETE"]),
    Route("/sessions/current", show_session, methods=["GET"]),
    Route("/sessions/current", end_session, methods=["DELETE"]),
]
