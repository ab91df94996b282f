"""Forms: what is asked, and what professionals answer.

Owns:      Definition (collection `definitions`), Contribution (collection `contributions`), PDF (GridFS bucket `pdfs`)
Listens:   tasks.task.opened.v1, tasks.task.amended.v1, tasks.task.assigned.v1, tasks.task.retracted.v1
Publishes: forms.definition.published.v1, forms.contribution.started.v1, forms.contribution.submitted.v1,
           portal.contribution.submitted.v1
"""
