"""Notify: what people are told by email.

Owns:      EmailDelivery (collection `deliveries`)
Listens:   auth.code.requested.v1, auth.registration.refused.v1, auth.password.reset.v1,
           tasks.task.opened.v1, tasks.task.assigned.v1, tasks.task.amended.v1, tasks.task.retracted.v1,
           tasks.task.completed.v1
Publishes: portal.delivery.failed.v1
"""
