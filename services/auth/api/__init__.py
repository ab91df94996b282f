"""HTTP in: one function per route, for the gateway alone."""

from services.auth.api import (
    accounts,
    address_changes,
    authenticators,
    calendars,
    councils,
    openings,
    operators,
    passkeys,
    registrations,
    resets,
    sessions,
    sign_ins,
)

routes = [
    *registrations.routes,
    *sign_ins.routes,
    *sessions.routes,
    *resets.routes,
    *accounts.routes,
    *address_changes.routes,
    *authenticators.routes,
    *calendars.routes,
    *passkeys.routes,
    *openings.routes,
    *councils.routes,
    *operators.routes,
]
