"""What files has signed about attachments, believed for its own task only."""

from dataclasses import dataclass

from chassis.errors import Forbidden
from chassis.tokens import Verifier
from contracts.files import AttachedFile, Manifest
from contracts.tasks import FormGrant


@dataclass(frozen=True, slots=True)
class Manifests:
    """Two kinds: one goes with a submission; the other a draft may show, and nothing can be submitted with it."""

    submissions: Verifier
    drafts: Verifier

    def submitted(self, grant: FormGrant, manifest: str) -> list[AttachedFile]:
        """The attachments that go with a submission."""
        return _of(grant, self.submissions, manifest)

    def drafted(self, grant: FormGrant, manifest: str) -> list[AttachedFile]:
        """The attachments that a draft has so far."""
        return _of(grant, self.drafts, manifest)


def _of(grant: FormGrant, verifier: Verifier, manifest: str) -> list[AttachedFile]:
    signed = Manifest.model_validate(verifier.verify(manifest))
    if signed.task_id != grant.task_id or signed.authority != grant.authority:
        raise Forbidden("wrong_manifest", "The attachments are another form's.")
    return signed.files
