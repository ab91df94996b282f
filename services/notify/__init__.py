"""Notify: what people are told by email.

Owns:      EmailDelivery (collection `deliveries`), DigestChoice (`choices`), what it has erased (`erasures`)
Listens:   auth.code.requested.v1, auth.address-code.requested.v1, auth.account.readdressed.v1,
           auth.registration.refused.v1, auth.password.reset.v1, auth.device.added.v1,
           auth.account.closed.v1, auth.digest.changed.v1, auth.factor.changed.v1, auth.calendar.changed.v1,
           auth.reset.refused.v1, auth.temporary-password.set.v1,
           tasks.task.opened.v1, tasks.task.assigned.v1, tasks.task.amended.v1, tasks.task.retracted.v1,
           tasks.task.returned.v1, tasks.task.decided.v1, tasks.task.reminded.v1,
           tasks.task.completed.v1, tasks.delegation.erased.v1
Publishes: portal.delivery.failed.v1, notify.email.failed.v1, notify.emails.erased.v1
"""
