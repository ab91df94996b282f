"""A posted form: read within bounds, its token checked, and kept safe where the session has ended meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from chassis.errors import BadRequest, Forbidden, TooLarge
from services.gateway.visit import Visit

USUAL_BYTES = 2 * 1024 * 1024
LARGEST_BYTES = 128 * 1024 * 1024
"""A form's page with its uploads; each file's own limit is the authority's, and files says so."""
_MAX_FIELDS = 20_000
_MAX_FILES = 20
_MAX_FIELD_BYTES = 2 * 1024 * 1024
_HELD_SECONDS = 2 * 60 * 60
_NOT_HELD = frozenset({"csrf", "held"})


@dataclass(frozen=True)
class Form:
    """What was posted: texts by name, files."""

    fields: dict[str, list[str]]
    files: list[UploadFile]

    def text(self, name: str) -> str:
        """One text, without blanks at its ends."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        """One text exactly as typed."""
        return self.fields.get(name, [""])[-1]


def check_size(request: Request, most: int) -> None:
    """TooLarge for a body that says that it is; what says nothing is cut off while it is read."""
    said = request.headers.get("content-length", "")
    if said.isascii() and said.isdigit() and int(said) > most:
        raise TooLarge("too_large", f"The portal takes at most {most // (1024 * 1024)} MB at once.")


async def read_form(request: Request, most: int = USUAL_BYTES) -> Form:
    """The posted form; BadRequest where it cannot be read, TooLarge where it says that it is."""
    check_size(request, most)
    try:
        data: FormData = await request.form(
            max_files=_MAX_FILES, max_fields=_MAX_FIELDS, max_part_size=_MAX_FIELD_BYTES
        )
    except HTTPException as error:
        if error.status_code == 413:  # noqa: PLR2004 - too large, and it never said so
            raise
        raise BadRequest("unreadable_form", "The form cannot be read.") from error
    fields: dict[str, list[str]] = {}
    files = []
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            files.append(value)
        else:
            fields.setdefault(name, []).append(value.replace("\0", ""))
    return Form(fields, [file for file in files if file.filename])


async def own_form(visit: Visit) -> Form:
    """The posted form, made by this portal for this session or browser; Forbidden otherwise."""
    if not visit.is_own_origin():
        raise Forbidden("foreign_form")
    form = await read_form(visit.request)
    if not visit.fits(form.raw("csrf")):
        raise Forbidden("stale_form")
    return form


def hold(visit: Visit, path: str, fields: Mapping[str, list[str]]) -> str:
    """What was typed, sealed, so that the pages of signing in can carry it along."""
    kept = {name: values for name, values in fields.items() if name not in _NOT_HELD}
    return visit.gateway.seals.seal("held", {"path": path, "fields": kept})


def held(visit: Visit, sealed: str) -> tuple[str, Form] | None:
    """What was typed, and on which page; None where it is too old."""
    content = visit.gateway.seals.open("held", sealed, _HELD_SECONDS) if sealed else None
    return (content["path"], Form(content["fields"], [])) if content else None
