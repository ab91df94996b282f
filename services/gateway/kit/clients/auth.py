"""auth, as the gateway asks it: registrations, sign-ins, sessions, resets, one's own account, councils' tokens."""

from dataclasses import dataclass
from urllib.parse import quote

from contracts.api.accounts import (
    AccountView,
    AddressChangeBody,
    AddressChangeView,
    AddressCodesBody,
    DigestBody,
    NewPasswordBody,
    PasswordChangeBody,
    ProfileBody,
    SessionsView,
)
from contracts.api.auth import (
    AuthenticatorAdded,
    AuthenticatorBody,
    AuthenticatorView,
    CodeBody,
    CouncilTokenBody,
    CouncilTokenView,
    CredentialsBody,
    DevicesView,
    OpeningView,
    PasswordBody,
    RecoveryCodesView,
    RegistrationBody,
    RegistrationDetails,
    RegistrationDetailsBody,
    RegistrationView,
    ResetBody,
    ResetView,
    SessionCreated,
    SessionView,
    SignInBody,
    SignInCodeBody,
    SignInView,
    TakeOverBody,
)
from contracts.api.calendars import CalendarFeedView, CalendarOwnerView, CalendarSecretBody
from contracts.api.passkeys import (
    NewPasskeyBody,
    PasskeyAnswerBody,
    PasskeyChallengeBody,
    PasskeyChallengeView,
    PasskeyEntry,
    PasskeySignInBody,
    PasskeysView,
)
from services.gateway.kit.clients.service import ServiceClient


@dataclass(frozen=True)
class RequestOrigin:
    """Where a request comes from."""

    client: str
    """A keyed hash of its network."""
    devices: str = ""
    """What the browser holds of earlier sign-ins."""
    browser: str = ""
    """Which it is, on which system."""
    trusts: str = ""
    """What it holds of being trusted."""
    session: str = ""
    """The token of the session that it is in: one that is opened takes its place."""

    @property
    def headers(self) -> dict[str, str]:
        """As auth reads it."""
        return {
            "Portal-Client": self.client,
            "Portal-Devices": self.devices,
            "Portal-Browser": self.browser,
            "Portal-Trusts": self.trusts,
            "Portal-Session": self.session,
        }


class AuthClient(ServiceClient):
    """Every request is the gateway's own: nobody is signed in yet, or that is the question.

    What counts tries is waited for however busy auth is: a code whose answer is lost is used up for nothing.
    """

    service = "auth"

    async def session(self, token: str, *, touch: bool) -> SessionView:
        """Who is signed in; Unauthorised where nobody is. `touch` says that the person has done something."""
        path = "/sessions/current?touch=1" if touch else "/sessions/current"
        return await self._ask(SessionView, "GET", path, headers={"Portal-Session": token})

    async def end_session(self, token: str) -> None:
        """Logout."""
        await self._call("DELETE", "/sessions/current", headers={"Portal-Session": token})

    async def start_sign_in(self, body: SignInBody, origin: RequestOrigin) -> SignInView:
        """Password right: a code is on its way, or nothing more is needed."""
        return await self._ask(SignInView, "POST", "/sign-ins", body=body, headers=origin.headers, slow=True)

    async def send_sign_in_code(self, sign_in_id: str) -> None:
        """Another code."""
        await self._call("POST", f"/sign-ins/{sign_in_id}/code")

    async def confirm_sign_in(self, sign_in_id: str, body: SignInCodeBody, origin: RequestOrigin) -> SessionCreated:
        """Code right: a session."""
        path = f"/sign-ins/{sign_in_id}/confirm"
        return await self._ask(SessionCreated, "POST", path, body=body, headers=origin.headers, slow=True)

    async def start_registration(self, body: RegistrationBody) -> RegistrationView:
        """Step 1."""
        return await self._ask(RegistrationView, "POST", "/registrations", body=body)

    async def registration(self, registration_id: str) -> RegistrationView:
        """What has been typed so far."""
        return await self._ask(RegistrationView, "GET", f"/registrations/{registration_id}")

    async def change_details(self, registration_id: str, details: RegistrationDetails) -> None:
        """Step 1 again."""
        path, body = f"/registrations/{registration_id}/details", RegistrationDetailsBody(details=details)
        await self._call("PUT", path, body=body)

    async def set_credentials(self, registration_id: str, body: CredentialsBody, origin: RequestOrigin) -> None:
        """Step 2: a code is on its way."""
        path = f"/registrations/{registration_id}/credentials"
        await self._call("PUT", path, body=body, headers=origin.headers, slow=True)

    async def send_registration_code(self, registration_id: str, origin: RequestOrigin) -> None:
        """Another code."""
        await self._call("POST", f"/registrations/{registration_id}/code", headers=origin.headers, slow=True)

    async def confirm_registration(self, registration_id: str, code: str, origin: RequestOrigin) -> None:
        """Step 3: the account is open."""
        path, body = f"/registrations/{registration_id}/confirm", CodeBody(code=code)
        await self._call("POST", path, body=body, headers=origin.headers, slow=True)

    async def start_reset(self, body: ResetBody, origin: RequestOrigin) -> ResetView:
        """Reset step 1; the same for an unknown address."""
        return await self._ask(ResetView, "POST", "/resets", body=body, headers=origin.headers, slow=True)

    async def send_reset_code(self, reset_id: str) -> None:
        """Another code."""
        await self._call("POST", f"/resets/{reset_id}/code")

    async def confirm_reset(self, reset_id: str, code: str, origin: RequestOrigin) -> None:
        """Reset step 2."""
        body = CodeBody(code=code)
        await self._call("POST", f"/resets/{reset_id}/confirm", body=body, headers=origin.headers, slow=True)

    async def set_password(self, reset_id: str, body: NewPasswordBody, origin: RequestOrigin) -> str:
        """Reset step 3; gives what the browser holds from now on."""
        path = f"/resets/{reset_id}/password"
        return (await self._ask(DevicesView, "PUT", path, body=body, headers=origin.headers, slow=True)).devices

    async def sessions(self, token: str) -> SessionsView:
        """Where the account is signed in, and which browsers it trusts."""
        return await self._ask(SessionsView, "GET", "/sessions", headers={"Portal-Session": token})

    async def end_trusts(self, token: str) -> None:
        """Every browser is asked for a code again."""
        await self._call("DELETE", "/trusts", headers={"Portal-Session": token})

    async def end_other_session(self, token: str, session_id: str) -> None:
        """Ends one of them."""
        await self._call("DELETE", f"/sessions/others/{session_id}", headers={"Portal-Session": token})

    async def end_other_sessions(self, token: str) -> None:
        """Ends all but this one."""
        await self._call("DELETE", "/sessions/others", headers={"Portal-Session": token})

    async def opening(self, token: str) -> OpeningView:
        """What a council has said of whoever has still to take their account over; NotFound where nothing is to do."""
        return await self._ask(OpeningView, "GET", "/accounts/current/opening", headers={"Portal-Session": token})

    async def take_over(self, token: str, body: TakeOverBody, origin: RequestOrigin) -> SessionCreated:
        """The account is its owner's; the session that goes on."""
        headers = {**origin.headers, "Portal-Session": token}
        path = "/accounts/current/opening"
        return await self._ask(SessionCreated, "PUT", path, body=body, headers=headers, slow=True)

    async def account(self, token: str) -> AccountView:
        """Who the account's owner is, as they have said themselves."""
        return await self._ask(AccountView, "GET", "/accounts/current", headers={"Portal-Session": token})

    async def change_account_details(self, token: str, details: RegistrationDetails) -> None:
        """Replaces who they are."""
        body = RegistrationDetailsBody(details=details)
        await self._call("PUT", "/accounts/current/details", body=body, headers={"Portal-Session": token})

    async def change_profile(self, token: str, profile: ProfileBody) -> None:
        """Replaces what they keep about their work."""
        await self._call("PUT", "/accounts/current/profile", body=profile, headers={"Portal-Session": token})

    async def choose_digest(self, token: str, *, is_wanted: bool) -> None:
        """One email a day, or one for each thing."""
        body = DigestBody(is_wanted=is_wanted)
        await self._call("PUT", "/accounts/current/digest", body=body, headers={"Portal-Session": token})

    async def end_digest(self, ticket: str) -> None:
        """An email for each thing again, for whoever was sent this; NotFound where nobody was."""
        await self._call("DELETE", f"/digests/{quote(ticket, safe='')}")

    async def change_password(self, token: str, body: PasswordChangeBody, origin: RequestOrigin) -> SessionCreated:
        """Another password; the session goes on under another token."""
        headers = {**origin.headers, "Portal-Session": token}
        path = "/accounts/current/password"
        return await self._ask(SessionCreated, "PUT", path, body=body, headers=headers, slow=True)

    async def authenticator(self, token: str) -> AuthenticatorView:
        """The authenticator app that there is, and what is needed to add one, or another."""
        return await self._ask(AuthenticatorView, "GET", "/authenticator", headers={"Portal-Session": token})

    async def add_authenticator(self, token: str, body: AuthenticatorBody, origin: RequestOrigin) -> AuthenticatorAdded:
        """Adds the app that gives this code; gives the recovery codes and the session that goes on."""
        headers = {**origin.headers, "Portal-Session": token}
        return await self._ask(AuthenticatorAdded, "POST", "/authenticator", body=body, headers=headers, slow=True)

    async def remove_authenticator(self, token: str, password: str, origin: RequestOrigin) -> None:
        """Codes come by email again."""
        headers, body = {**origin.headers, "Portal-Session": token}, PasswordBody(password=password)
        await self._call("POST", "/authenticator/remove", body=body, headers=headers, slow=True)

    async def renew_recovery_codes(self, token: str, password: str, origin: RequestOrigin) -> list[str]:
        """Other recovery codes."""
        headers, body = {**origin.headers, "Portal-Session": token}, PasswordBody(password=password)
        path = "/authenticator/recovery-codes"
        return (await self._ask(RecoveryCodesView, "POST", path, body=body, headers=headers, slow=True)).codes

    async def calendar(self, token: str) -> CalendarFeedView:
        """Whether the account has a secret address for a calendar program."""
        return await self._ask(CalendarFeedView, "GET", "/calendar", headers={"Portal-Session": token})

    async def make_calendar(self, token: str) -> str:
        """Another secret in the place of the one before."""
        headers = {"Portal-Session": token}
        return (await self._ask(CalendarSecretBody, "POST", "/calendar", headers=headers)).secret

    async def end_calendar(self, token: str) -> None:
        """The secret is of no use any more."""
        await self._call("DELETE", "/calendar", headers={"Portal-Session": token})

    async def calendar_owner(self, secret: str) -> CalendarOwnerView:
        """Whose calendar has this secret; NotFound where nobody's has."""
        return await self._ask(CalendarOwnerView, "POST", "/calendar/owner", body=CalendarSecretBody(secret=secret))

    async def passkeys(self, token: str) -> list[PasskeyEntry]:
        """Those of the account."""
        return (await self._ask(PasskeysView, "GET", "/passkeys", headers={"Portal-Session": token})).passkeys

    async def begin_passkey(self, token: str, body: NewPasskeyBody, origin: RequestOrigin) -> PasskeyChallengeView:
        """What an authenticator is to make."""
        headers = {**origin.headers, "Portal-Session": token}
        return await self._ask(
            PasskeyChallengeView, "POST", "/passkeys/challenges", body=body, headers=headers, slow=True
        )

    async def add_passkey(self, token: str, body: PasskeyAnswerBody) -> None:
        """What it has made."""
        await self._call("POST", "/passkeys", body=body, headers={"Portal-Session": token}, slow=True)

    async def remove_passkey(self, token: str, passkey_id: str, password: str, origin: RequestOrigin) -> None:
        """It opens nothing any more."""
        headers, body = {**origin.headers, "Portal-Session": token}, PasswordBody(password=password)
        await self._call("POST", f"/passkeys/{passkey_id}/remove", body=body, headers=headers, slow=True)

    async def begin_passkey_sign_in(self, body: PasskeyChallengeBody) -> PasskeyChallengeView:
        """What any passkey is to sign."""
        return await self._ask(PasskeyChallengeView, "POST", "/passkey-sign-ins/challenges", body=body)

    async def sign_in_with_passkey(self, body: PasskeySignInBody, origin: RequestOrigin) -> SessionCreated:
        """Signed: a session."""
        return await self._ask(
            SessionCreated, "POST", "/passkey-sign-ins", body=body, headers=origin.headers, slow=True
        )

    async def close_account(self, token: str, password: str, origin: RequestOrigin) -> None:
        """The end of the account."""
        headers, body = {**origin.headers, "Portal-Session": token}, PasswordBody(password=password)
        await self._call("POST", "/accounts/current/close", body=body, headers=headers, slow=True)

    async def start_address_change(
        self, token: str, body: AddressChangeBody, origin: RequestOrigin
    ) -> AddressChangeView:
        """Another address is wanted: both mailboxes get a code."""
        headers = {**origin.headers, "Portal-Session": token}
        return await self._ask(AddressChangeView, "POST", "/address-changes", body=body, headers=headers, slow=True)

    async def confirm_address_change(
        self, token: str, change_id: str, body: AddressCodesBody, origin: RequestOrigin
    ) -> None:
        """Both codes right: the address is the account's."""
        headers = {**origin.headers, "Portal-Session": token}
        await self._call("POST", f"/address-changes/{change_id}/confirm", body=body, headers=headers, slow=True)

    async def council_token(self, body: CouncilTokenBody, origin: RequestOrigin) -> CouncilTokenView:
        """A council's access token; Unauthorised for wrong credentials."""
        return await self._ask(
            CouncilTokenView, "POST", "/council-tokens", body=body, headers=origin.headers, slow=True
        )
