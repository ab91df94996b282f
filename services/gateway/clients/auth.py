"""auth, as the gateway asks it: registrations, sign-ins, sessions, resets, councils' tokens."""

from contracts.api.auth import (
    CodeBody,
    CouncilTokenBody,
    CouncilTokenView,
    CredentialsBody,
    NewPasswordBody,
    RegistrationBody,
    RegistrationDetails,
    RegistrationDetailsBody,
    RegistrationView,
    ResetBody,
    ResetView,
    SessionCreated,
    SessionView,
    SignInBody,
    SignInView,
)
from services.gateway.clients.transport import Transport

_SERVICE = "auth"


class AuthClient:
    """Every request is the gateway's own: nobody is signed in yet, or that is the question."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def session(self, token: str, *, touch: bool) -> SessionView:
        """Who is signed in; Unauthorised where nobody is. `touch` says that the person has done something."""
        path = "/sessions/current?touch=1" if touch else "/sessions/current"
        return SessionView.model_validate_json(
            await self._transport.ask(_SERVICE, "GET", path, None, headers={"Portal-Session": token})
        )

    async def end_session(self, token: str) -> None:
        """Logout."""
        await self._transport.ask(_SERVICE, "DELETE", "/sessions/current", None, headers={"Portal-Session": token})

    async def start_sign_in(self, body: SignInBody) -> SignInView:
        """Password right: a code is on its way."""
        return SignInView.model_validate_json(
            await self._transport.ask(_SERVICE, "POST", "/sign-ins", None, body=body, slow=True)
        )

    async def send_sign_in_code(self, sign_in_id: str) -> None:
        """Another code."""
        await self._transport.ask(_SERVICE, "POST", f"/sign-ins/{sign_in_id}/code", None)

    async def confirm_sign_in(self, sign_in_id: str, code: str) -> SessionCreated:
        """Code right: a session."""
        path, body = f"/sign-ins/{sign_in_id}/confirm", CodeBody(code=code)
        return SessionCreated.model_validate_json(await self._transport.ask(_SERVICE, "POST", path, None, body=body))

    async def start_registration(self, body: RegistrationBody) -> RegistrationView:
        """Step 1."""
        return RegistrationView.model_validate_json(
            await self._transport.ask(_SERVICE, "POST", "/registrations", None, body=body)
        )

    async def registration(self, registration_id: str) -> RegistrationView:
        """What has been typed so far."""
        return await self._transport.get(RegistrationView, _SERVICE, f"/registrations/{registration_id}", None)

    async def change_details(self, registration_id: str, details: RegistrationDetails) -> None:
        """Step 1 again."""
        path, body = f"/registrations/{registration_id}/details", RegistrationDetailsBody(details=details)
        await self._transport.ask(_SERVICE, "PUT", path, None, body=body)

    async def set_credentials(self, registration_id: str, body: CredentialsBody) -> None:
        """Step 2: a code is on its way."""
        path = f"/registrations/{registration_id}/credentials"
        await self._transport.ask(_SERVICE, "PUT", path, None, body=body, slow=True)

    async def send_registration_code(self, registration_id: str) -> None:
        """Another code."""
        await self._transport.ask(_SERVICE, "POST", f"/registrations/{registration_id}/code", None)

    async def confirm_registration(self, registration_id: str, code: str) -> None:
        """Step 3: the account is open."""
        path = f"/registrations/{registration_id}/confirm"
        await self._transport.ask(_SERVICE, "POST", path, None, body=CodeBody(code=code))

    async def start_reset(self, body: ResetBody) -> ResetView:
        """Reset step 1; the same for an unknown address."""
        return ResetView.model_validate_json(await self._transport.ask(_SERVICE, "POST", "/resets", None, body=body))

    async def confirm_reset(self, reset_id: str, code: str) -> None:
        """Reset step 2."""
        await self._transport.ask(_SERVICE, "POST", f"/resets/{reset_id}/confirm", None, body=CodeBody(code=code))

    async def set_password(self, reset_id: str, body: NewPasswordBody) -> None:
        """Reset step 3."""
        path = f"/resets/{reset_id}/password"
        await self._transport.ask(_SERVICE, "PUT", path, None, body=body, slow=True)

    async def council_token(self, body: CouncilTokenBody) -> CouncilTokenView:
        """A council's access token; Unauthorised for wrong credentials."""
        return CouncilTokenView.model_validate_json(
            await self._transport.ask(_SERVICE, "POST", "/council-tokens", None, body=body)
        )
