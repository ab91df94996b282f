"""What the use cases work with. No door, no framework."""

from dataclasses import dataclass, field

from chassis import clock
from chassis.authorities import Authorities
from chassis.blobs import BlobStore
from chassis.erasure import Erasing
from chassis.errors import Conflict, Unavailable
from chassis.tokens import Signer
from contracts.authority import FileRules
from contracts.tasks import FormGrant
from services.files.clients import Scanner
from services.files.inspector import Inspector
from services.files.model.folder import REMOVED_KEPT, Attachment, Folder
from services.files.store import FolderStore
from services.files.usecases.lanes import Lanes


@dataclass(frozen=True)
class Files:
    """The service, composed."""

    folders: FolderStore
    contents: BlobStore
    scanner: Scanner
    inspector: Inspector
    authorities: Authorities
    signer: Signer
    erasing: Erasing
    lanes: Lanes = field(default_factory=Lanes)

    def rules(self, authority: str) -> FileRules:
        """What that authority takes."""
        return self.authorities.get(authority).files

    async def granted(self, grant: FormGrant) -> Folder:
        """The folder that a grant opens; refuses a grant older than what was heard of its task."""
        folder = await self.folders.get(grant.authority, grant.task_id)
        check_grant(folder, grant)
        return folder

    async def let_go(self, *files: Attachment) -> None:
        """Has the content of files that are about to be removed looked at when it may go.

        Before the folder says so: where that does not come to be, the folder holds it as before.
        """
        content_ids = [content_id for file in files for content_id in file.content_ids]
        await self.contents.unsettle(content_ids, clock.now() + REMOVED_KEPT)


def check_grant(folder: Folder, grant: FormGrant) -> None:
    """A grant from before the task changed hands opens nothing."""
    if grant.access_version < folder.access_version:
        raise Conflict("grant_outdated", "This form has changed since you opened it. Open it again.")


def check_open(folder: Folder, grant: FormGrant) -> None:
    """Nothing comes or goes after the submission or the retraction, but by an addendum to what was submitted."""
    if not folder.has_heard_of(grant.addendum):
        raise Unavailable("not_ready", "This form is being prepared. Try again in a moment.", retry_after=1)
    if folder.submitted_at is not None and not folder.takes(grant.addendum):
        raise Conflict("task_submitted", "This form has been submitted. Its files can no longer be changed.")
    if folder.retracted_at is not None:
        raise Conflict("task_retracted", "The council has withdrawn this form. Its files can no longer be changed.")
