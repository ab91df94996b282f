"""Forms: what is asked, and what professionals answer.

Owns:      Definition (collection `definitions`), Contribution (collection `contributions`), PDF (GridFS bucket `pdfs`),
           what it has erased (`erasures`)
Listens:   tasks.task.opened.v1, tasks.task.amended.v1, tasks.task.assigned.v1, tasks.task.retracted.v1,
           tasks.task.returned.v1, tasks.task.declined.v1, tasks.task.decided.v1, tasks.addendum.started.v1,
           tasks.addendum.discarded.v1, tasks.delegation.erased.v1
Publishes: forms.definition.published.v1, forms.contribution.started.v1, forms.contribution.submitted.v1,
           forms.contribution.received.v1, forms.contribution.erased.v1, portal.contribution.submitted.v1
"""
