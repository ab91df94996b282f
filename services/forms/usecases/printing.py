"""Printing several forms together, for whoever has them all."""

import hashlib
from collections.abc import Sequence

from chassis import clock
from chassis.authorities import Authorities
from chassis.blobs import Damaged
from chassis.errors import NotFound, Refused
from chassis.telemetry import log
from contracts.tasks import FormGrant
from services.forms.model.cover import Cover, PrintedForm, check_fits
from services.forms.pdf import Printer
from services.forms.store import Stores
from services.forms.usecases.drafts import Opened
from services.forms.usecases.submissions import Document, Submissions

Asked = tuple[FormGrant, str | None]
"""What opens a form, and what files has signed of its attachments."""

_CANNOT = "It cannot be printed now."


class Printing:
    """One document of many, with a page before them that says which they are and which were left out."""

    def __init__(self, stores: Stores, authorities: Authorities, printer: Printer, submissions: Submissions) -> None:
        self._authorities = authorities
        self._printer = printer
        self._submissions = submissions
        self._opened = Opened(stores)

    async def print_together(self, asked: Sequence[Asked], left: Sequence[str]) -> Document:
        """Each form as its own document shows it; one that cannot be had is left out.

        Refused, as the first of them is, where none can be had. They are printed one after the other, so that
        whoever submits meanwhile waits for one of them at most.
        """
        listed: list[PrintedForm] = []
        contents: list[bytes] = []
        refusals: list[Refused] = []
        for one in asked:
            try:
                line, content = await self._one(*one)
                check_fits([*contents, content])
            except Refused as refused:
                refusals.append(refused)
            else:
                listed.append(line)
                contents.append(content)
        if not contents:
            raise refusals[0]
        portal = self._authorities.get(asked[0][0].authority).brand.portal_name
        cover = Cover(listed, [*left, *(one.detail or _CANNOT for one in refusals)], portal, clock.now())
        content = await self._printer.print_together(cover, contents)
        return Document(cover.file_name, content, hashlib.sha256(content).hexdigest())

    async def _one(self, grant: FormGrant, manifest: str | None) -> tuple[PrintedForm, bytes]:
        contribution, form = await self._opened.open(grant)
        try:
            document = await self._submissions.paper_of(contribution, form, grant, manifest)
        except Damaged as gone:
            log.error("content is gone", task_id=grant.task_id)
            raise NotFound("unknown_file", "Its PDF cannot be read.") from gone
        return PrintedForm.of(contribution, form.definition), document.content
