"""A task's attachments: what may be added, removed, submitted, and when. Frozen values; no I/O, no clock, no async."""

from datetime import datetime, timedelta
from typing import Literal, Self

from chassis.blobs import Blob, Held
from contracts.authority import FileRules
from contracts.base import FrozenModel, Sealed
from contracts.tasks import AddendumGrant
from services.files.model.refusal import Code, Unacceptable
from services.files.model.scan import Verdict

State = Literal["waiting", "accepted", "refused", "removed"]

MOST_ENTRIES = 300
"""Files that a task may ever have had, removed ones included: removing and adding again must not fill the disks."""

SCAN_AGAIN = timedelta(seconds=5)
SCAN_AGAIN_MOST = timedelta(minutes=1)
GIVE_UP_AFTER = timedelta(hours=24)
"""When a scanner that works has not got through a file for so long, the person is told to try again."""

REMOVED_KEPT = timedelta(days=7)
"""How long a removed file's content stays: a submission that was under way names it, and may be heard of late."""


class Content(FrozenModel):
    """Stored bytes: where, how many, and their SHA-256 in hex."""

    content_id: str
    size: int
    sha256: str

    @classmethod
    def of(cls, blob: Blob) -> Self:
        """As an attachment keeps it."""
        return cls(content_id=blob.blob_id, size=blob.size, sha256=blob.sha256)

    @property
    def blob(self) -> Blob:
        """As the store knows it."""
        return Blob(self.content_id, self.size, self.sha256)


class Attachment(FrozenModel):
    """One file of a task.

    `original` is what was uploaded, where that differs from the copy to keep, until its scan.
    """

    file_id: str
    name: Sealed[str]
    extension: str
    media_type: str
    content: Content
    original: Content | None = None
    state: State = "waiting"
    uploaded_by: Sealed[str]
    uploaded_at: datetime
    scans: int = 0
    scan_at: datetime | None = None
    accepted_at: datetime | None = None
    removed_at: datetime | None = None
    refusal: Code | None = None
    is_frozen: bool = False
    received_at: datetime | None = None
    """When the council confirmed receipt."""
    added_by: str | None = None
    """The addendum by which it came, until that is submitted."""
    removed_by: str | None = None
    """The addendum by which it went from what was submitted, until that is."""

    @property
    def is_live(self) -> bool:
        """Whether it goes, or may come to go, with the submission."""
        return self.state in {"waiting", "accepted"}

    def is_part_of(self, addendum_id: str | None) -> bool:
        """Whether it goes with what was submitted, or with this addendum to that."""
        if self.is_frozen and (self.state == "accepted" or self.removed_by):
            return addendum_id is None or self.removed_by != addendum_id
        return addendum_id is not None and self.added_by == addendum_id and self.state != "removed"

    def to_scan(self) -> list[Content]:
        """All that must be clean before the file is released."""
        return [self.content] if self.original is None else [self.original, self.content]

    @property
    def content_ids(self) -> list[str]:
        """All that is stored for it."""
        return [content.content_id for content in self.to_scan()]

    def holds(self, at: datetime) -> Held:
        """Whether its content is of use still; what the council has got it keeps, whatever is removed since."""
        if self.state == "removed" and not self.is_frozen:
            return "for now" if self.removed_at is not None and at < self.removed_at + REMOVED_KEPT else "no"
        if self.state == "waiting":
            return "for now"
        return "no" if self.state == "refused" else "for good"

    def settled(self, verdict: Verdict, at: datetime) -> Self:
        """After a scan; only `CLEAN` releases, and what could not be scanned goes on waiting."""
        match verdict:
            case Verdict.CLEAN:
                return self._with(state="accepted", accepted_at=at, scan_at=None, original=None)
            case Verdict.INFECTED:
                return self._with(state="refused", refusal=Code.VIRUS, scan_at=None)
            case Verdict.PASSWORD_PROTECTED:
                return self._with(state="refused", refusal=Code.PASSWORD_PROTECTED, scan_at=None)
            case Verdict.DAMAGED:
                return self._with(state="refused", refusal=Code.NOT_UPLOADED, scan_at=None)
            case Verdict.NOT_SCANNED:
                return self._postponed(at)

    def removed(self, at: datetime, by: str | None = None) -> Self:
        """Not wanted any more; a second time changes nothing."""
        if self.state == "removed":
            return self
        return self._with(state="removed", removed_at=at, scan_at=None, removed_by=by)

    def back(self) -> Self:
        """As it went with what was submitted."""
        return self._with(state="accepted", removed_at=None, removed_by=None)

    def left_out(self, at: datetime) -> Self:
        """Not part of what takes the place of what it went with; of that, the council keeps it."""
        return self.removed(at).model_copy(update={"removed_by": None}) if self.is_frozen else self

    def unless_refused(self) -> Self:
        """The file, unless it was refused: then the reason, raised."""
        if self.refusal is not None:
            raise Unacceptable(self.refusal)
        return self

    def _postponed(self, at: datetime) -> Self:
        if at - self.uploaded_at > GIVE_UP_AFTER:
            return self._with(state="refused", refusal=Code.NOT_UPLOADED, scan_at=None)
        wait = min(SCAN_AGAIN * 2 ** min(self.scans, 10), SCAN_AGAIN_MOST)
        return self._with(scans=self.scans + 1, scan_at=at + wait)

    def _with(self, **changes: object) -> Self:
        return self.model_copy(update=changes)


class Folder(FrozenModel):
    """The attachments of one task, whole: its limits and its freezing are decided on this one value."""

    task_id: str
    authority: str
    access_version: int = 0
    """The newest one of the task that this service has heard of: grants of before open nothing."""
    files: tuple[Attachment, ...] = ()
    submitted_at: datetime | None = None
    contributions: dict[str, datetime] = {}
    """When which was submitted; not those from before there could be several."""
    sent_back: tuple[str, ...] = ()
    """The ids of the contributions that the council has sent back: files come and go again.

    Those too that an addendum has taken the place of: no more than of the others is to be done about them.
    """
    retracted_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether files may still come and go."""
        return self.submitted_at is None and self.retracted_at is None

    def takes(self, addendum: AddendumGrant | None) -> bool:
        """Whether files may come and go by this addendum, after the submission: it adds to what stands."""
        # Of a folder from before there could be several contributions, none is known by its id.
        if addendum is None or self.submitted_at is None or addendum.contribution_id in self.sent_back:
            return False
        return addendum.contribution_id in self.contributions or not self.contributions

    def has_heard_of(self, addendum: AddendumGrant | None) -> bool:
        """Whether what an addendum adds to is known to be submitted; true where there is none."""
        if addendum is None or addendum.contribution_id in self.contributions:
            return True
        return self.submitted_at is not None and not self.contributions

    @property
    def scan_at(self) -> datetime | None:
        """When the next waiting file is due."""
        return min((file.scan_at for file in self.files if file.state == "waiting" and file.scan_at), default=None)

    def find(self, file_id: str) -> Attachment | None:
        """The file of an id, whatever its state."""
        return next((file for file in self.files if file.file_id == file_id), None)

    def holds(self, content_id: str, at: datetime) -> Held:
        """Whether any file needs this content; the uploaded one beside a copy to keep is needed until its scan."""
        holders = (file for file in self.files if content_id in file.content_ids)
        return next((file.holds(at) for file in holders), "no")

    def listed(self, addendum: AddendumGrant | None = None) -> list[Attachment]:
        """What a page shows: after the submission, what went with it, as far as an addendum has not changed that."""
        if self.submitted_at is None:
            return [file for file in self.files if file.state != "removed"]
        by = addendum.addendum_id if addendum and self.takes(addendum) else None
        return [file for file in self.files if file.is_part_of(by)]

    def check_room(self, size: int, rules: FileRules) -> None:
        """Refuses one file more than the authority takes, in number or together."""
        if len(self._live()) >= rules.max_count or len(self.files) >= MOST_ENTRIES:
            raise Unacceptable(Code.TOO_MANY)
        if sum(file.content.size for file in self._live()) + size > rules.max_total:
            raise Unacceptable(Code.TOO_LARGE_TOGETHER)

    def with_file(self, file: Attachment, rules: FileRules) -> Self:
        """One file more; the same one again changes nothing."""
        if self.find(file.file_id) is not None:
            return self
        self.check_room(file.content.size, rules)
        return self.model_copy(update={"files": (*self.files, file)})

    def with_changed(self, changed: Attachment) -> Self:
        """The folder with this file in the place of the one with its id."""
        return self.model_copy(
            update={"files": tuple(changed if file.file_id == changed.file_id else file for file in self.files)}
        )

    def without(self, file_id: str, at: datetime, addendum: AddendumGrant | None = None) -> Self:
        """A soft removal: a submission that was under way can still restore the file, and so can who discards."""
        file = self.find(file_id)
        if file is None or file.state == "removed":
            return self
        return self.with_changed(file.removed(at, addendum.addendum_id if addendum and file.is_frozen else None))

    def discarded(self, addendum_id: str, access_version: int, at: datetime) -> Self:
        """As it was before an addendum: what came by it goes, and what went by it is there."""

        def as_before(file: Attachment) -> Attachment:
            if file.added_by == addendum_id:
                return file.removed(at)
            return file.back() if file.removed_by == addendum_id else file

        files = tuple(as_before(file) for file in self.files)
        return self.model_copy(update={"files": files}).seen(access_version)

    def submitted(self, contribution_id: str, file_ids: list[str], at: datetime, replaces: str | None = None) -> Self:
        """Frozen: the listed files stand, one removed since the list was signed too; nothing comes or goes any more.

        Of a contribution that was sent back or replaced before, the files are the council's, and nothing else changes.
        """
        if contribution_id in self.contributions:
            return self
        is_over, files = contribution_id in self.sent_back, []
        for file in self.files:
            if file.file_id in file_ids:
                files.append(self._frozen(file, is_over=is_over))
            else:
                files.append(file.left_out(at) if replaces and not is_over else file)
        contributions = {**self.contributions, contribution_id: at}
        return self._in_rounds(contributions, replaces).model_copy(update={"files": tuple(files)})

    def returned(self, contribution_id: str, access_version: int) -> Self:
        """The council has sent this contribution back; what it has got stays its own."""
        return self._in_rounds(self.contributions, contribution_id).seen(access_version)

    def _in_rounds(self, contributions: dict[str, datetime], over: str | None) -> Self:
        """Closed by whatever was submitted and is not over, in whichever order that is heard."""
        sent_back = self.sent_back if over in {None, *self.sent_back} else (*self.sent_back, over)
        rounds = {"contributions": contributions, "sent_back": sent_back}
        standing = [at for contribution_id, at in contributions.items() if contribution_id not in sent_back]
        return self.model_copy(update={**rounds, "submitted_at": max(standing, default=None)})

    def retracted(self, access_version: int, at: datetime) -> Self:
        """The council has withdrawn the task."""
        return self.model_copy(
            update={
                "access_version": max(self.access_version, access_version),
                "retracted_at": self.retracted_at or at,
            }
        )

    def seen(self, access_version: int) -> Self:
        """The folder with the version that a grant speaks of, where it is news."""
        return self.model_copy(update={"access_version": max(self.access_version, access_version)})

    def _live(self) -> list[Attachment]:
        return [file for file in self.files if file.is_live]

    @staticmethod
    def _frozen(file: Attachment, *, is_over: bool) -> Attachment:
        """Only what had been accepted can stand in a signed list, so that is what a removed one goes back to."""
        if file.accepted_at is None:
            return file
        if is_over:
            return file.model_copy(update={"is_frozen": True})
        return file.back().model_copy(update={"is_frozen": True, "received_at": None, "added_by": None})
