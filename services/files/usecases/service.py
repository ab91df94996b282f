"""What the use cases work with, and the way in which they change a folder. No door, no framework."""

from collections.abc import Callable
from dataclasses import dataclass, field

from chassis.authorities import Authorities
from chassis.errors import Conflict, NotFound, Refused, TryLater
from chassis.tokens import Signer
from contracts.authority import FileRules
from contracts.tasks import FormGrant
from services.files.clients import Scanner
from services.files.inspector import Inspector
from services.files.model import Folder
from services.files.store import ContentStore, FolderStore
from services.files.usecases.lanes import Lanes

TRIES = 8
"""Rounds of load, decide, save before giving up: as many uploads to one task at once go through."""

Decide = Callable[[Folder], Folder]


@dataclass(frozen=True)
class Files:
    """The service, composed."""

    folders: FolderStore
    contents: ContentStore
    scanner: Scanner
    inspector: Inspector
    authorities: Authorities
    signer: Signer
    lanes: Lanes = field(default_factory=Lanes)

    def rules(self, authority: str) -> FileRules:
        """What that authority takes."""
        return self.authorities.get(authority).files

    async def granted(self, grant: FormGrant) -> Folder:
        """The folder that a grant opens; refuses a grant older than what was heard of its task."""
        folder = await self.folders.get(grant.task_id) or Folder(task_id=grant.task_id, authority=grant.authority)
        check_grant(folder, grant)
        return folder

    async def change(self, task_id: str, authority: str, decide: Decide) -> Folder:
        """Load, decide, save; again where somebody else was faster."""
        for _ in range(TRIES):
            before = await self.folders.get(task_id) or Folder(task_id=task_id, authority=authority)
            if before.authority != authority:
                raise Refused("wrong_authority", "The task is another authority's.", field="/authority")
            after = decide(before)
            if after == before or await self.folders.save(after):
                return after
        raise TryLater(1, "the folder changes too fast")


def check_grant(folder: Folder, grant: FormGrant) -> None:
    """A grant of another authority, or from before the task changed hands, opens nothing."""
    if folder.authority != grant.authority:
        raise NotFound("unknown_task", "That form is not there.")
    if grant.version < folder.task_version:
        raise Conflict("grant_outdated", "This form has changed since you opened it. Open it again.")


def check_open(folder: Folder) -> None:
    """Nothing comes or goes after the submission or the retraction."""
    if folder.submitted_at is not None:
        raise Conflict("task_submitted", "This form has been submitted. Its files can no longer be changed.")
    if folder.retracted_at is not None:
        raise Conflict("task_retracted", "The council has withdrawn this form. Its files can no longer be changed.")
