"""HTTP in: one function per route, for the gateway and its councils' door."""

from services.tasks.api import absences, councils, lists, re_assigning, snoozing, work

routes = [
    *lists.routes,
    *work.routes,
    *re_assigning.routes,
    *snoozing.routes,
    *absences.routes,
    *councils.routes,
]
