"""Auth: who a professional is, and how they show it.

Owns:      Account (collection `accounts`), Registration (`registrations`), SignIn and Session (`sessions`),
           Reset (`resets`), AddressChange (`address_changes`), PasskeyChallenge (`passkey_challenges`),
           counts of guesses and codes (`limits`)
Listens:   council.account.opened.v1, auth.password.reset.v1, auth.account.readdressed.v1, auth.account.changed.v1,
           auth.account.closed.v1, tasks.account-reset.asked.v1
Publishes: auth.account.registered.v1, auth.account.readdressed.v1, auth.account.changed.v1, auth.account.closed.v1,
           auth.profile.changed.v1, auth.digest.changed.v1, auth.code.requested.v1,
           auth.address-code.requested.v1, auth.registration.refused.v1, auth.password.reset.v1, auth.device.added.v1,
           auth.factor.changed.v1, auth.calendar.changed.v1, auth.reset.refused.v1,
           auth.temporary-password.set.v1, portal.message.rejected.v1
"""
