"""Tasks: the work that waits for people.

Owns:      Task (collection `tasks`), WorkGroup (`work_groups`), what may be delegated (`forms`), names, profiles
           and absences of those who have registered (`people`), content of the documents that councils send along
           (bucket `shared`)
Listens:   council.delegation.requested.v1, council.delegation.amended.v1, council.delegation.retracted.v1,
           council.delegation.returned.v1, council.delegation.decided.v1, council.work-group.defined.v1,
           council.account.reset.v1, council.professional.departed.v1,
           forms.definition.published.v1, forms.contribution.started.v1, forms.contribution.submitted.v1,
           forms.contribution.received.v1, auth.account.registered.v1, auth.account.readdressed.v1,
           auth.account.changed.v1, auth.account.closed.v1, auth.profile.changed.v1, tasks.delegation.erased.v1,
           forms.contribution.erased.v1, files.folder.erased.v1, notify.emails.erased.v1,
           notify.email.failed.v1
Publishes: tasks.task.opened.v1, tasks.task.amended.v1, tasks.task.assigned.v1, tasks.task.retracted.v1,
           tasks.task.returned.v1, tasks.task.declined.v1, tasks.task.decided.v1, tasks.task.reminded.v1,
           tasks.task.completed.v1, tasks.addendum.started.v1, tasks.addendum.discarded.v1,
           tasks.delegation.erased.v1, tasks.account-reset.asked.v1,
           portal.delegation.accepted.v1,
           portal.delegation.assigned.v1, portal.delegation.declined.v1, portal.sections.declined.v1,
           portal.extension.requested.v1,
           portal.reminder.sent.v1, portal.delegation.overdue.v1, portal.erasure.announced.v1,
           portal.delegation.erased.v1, portal.account.registered.v1, portal.profile.told.v1, portal.absence.changed.v1,
           portal.message.rejected.v1
"""
