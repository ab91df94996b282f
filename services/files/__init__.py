"""Files: the attachments of tasks, from upload and virus scan to the council's download.

Owns:      Folder (collection `folders`), its content (GridFS bucket `content`)
Listens:   forms.contribution.submitted.v1, tasks.task.retracted.v1
Publishes: nothing; what others need of a file stands in a manifest that it signs
"""
