"""Files: the attachments of tasks, from upload and virus scan to the council's download.

Owns:      Folder (collection `folders`), its content (GridFS bucket `content`), what it has erased (`erasures`)
Listens:   forms.contribution.submitted.v1, tasks.task.retracted.v1, tasks.task.returned.v1,
           tasks.addendum.discarded.v1, tasks.delegation.erased.v1
Publishes: files.folder.erased.v1; what others need of a file stands in a manifest that it signs
"""
