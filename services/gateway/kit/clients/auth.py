"""auth, as the gateway asks it: registrations, sign-ins, sessions, resets, councils' tokens."""

from dataclasses import dataclass

from pydantic import BaseModel

from contracts.api.auth import (
    CodeBody,
    CouncilTokenBody,
    CouncilTokenView,
    CredentialsBody,
    DevicesView,
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
from services.gateway.kit.clients.transport import Transport

_SERVICE = "auth"


@dataclass(frozen=True)
class RequestOrigin:
    """Where a request comes from: a keyed hash of its network, and what the browser holds of earlier sign-ins."""

    client: str
    devices: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """As auth reads it."""
        return {"Portal-Client": self.client, "Portal-Devices": self.devices}


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

    async def start_sign_in(self, body: SignInBody, origin: RequestOrigin) -> SignInView:
        """Password right: a code is on its way."""
        return SignInView.model_validate_json(await self._send("POST", "/sign-ins", origin, body))

    async def send_sign_in_code(self, sign_in_id: str) -> None:
        """Another code."""
        await self._transport.ask(_SERVICE, "POST", f"/sign-ins/{sign_in_id}/code", None)

    async def confirm_sign_in(self, sign_in_id: str, code: str, origin: RequestOrigin) -> SessionCreated:
        """Code right: a session."""
        path = f"/sign-ins/{sign_in_id}/confirm"
        return SessionCreated.model_validate_json(await self._send("POST", path, origin, CodeBody(code=code)))

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

    async def set_credentials(self, registration_id: str, body: CredentialsBody, origin: RequestOrigin) -> None:
        """Step 2: a code is on its way."""
        await self._send("PUT", f"/registrations/{registration_id}/credentials", origin, body)

    async def send_registration_code(self, registration_id: str, origin: RequestOrigin) -> None:
        """Another code."""
        await self._send("POST", f"/registrations/{registration_id}/code", origin)

    async def confirm_registration(self, registration_id: str, code: str, origin: RequestOrigin) -> None:
        """Step 3: the account is open."""
        await self._send("POST", f"/registrations/{registration_id}/confirm", origin, CodeBody(code=code))

    async def start_reset(self, body: ResetBody, origin: RequestOrigin) -> ResetView:
        """Reset step 1; the same for an unknown address."""
        return ResetView.model_validate_json(await self._send("POST", "/resets", origin, body))

    async def send_reset_code(self, reset_id: str) -> None:
        """Another code."""
        await self._transport.ask(_SERVICE, "POST", f"/resets/{reset_id}/code", None)

    async def confirm_reset(self, reset_id: str, code: str, origin: RequestOrigin) -> None:
        """Reset step 2."""
        await self._send("POST", f"/resets/{reset_id}/confirm", origin, CodeBody(code=code))

    async def set_password(self, reset_id: str, body: NewPasswordBody, origin: RequestOrigin) -> str:
        """Reset step 3; gives what the browser holds from now on."""
        content = await self._send("PUT", f"/resets/{reset_id}/password", origin, body)
        return DevicesView.model_validate_json(content).devices

    async def council_token(self, body: CouncilTokenBody, origin: RequestOrigin) -> CouncilTokenView:
        """A council's access token; Unauthorised for wrong credentials."""
        return CouncilTokenView.model_validate_json(await self._send("POST", "/council-tokens", origin, body))

    async def _send(self, method: str, path: str, origin: RequestOrigin, body: BaseModel | None = None) -> bytes:
        """Waited for however busy auth is: a code whose answer is lost is used up for nothing."""
        return await self._transport.ask(_SERVICE, method, path, None, body=body, headers=origin.headers, slow=True)
