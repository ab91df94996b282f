"""A posted form: read within bounds, its token checked."""

from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass

from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import Request

from chassis.errors import BadRequest, Forbidden, Refused, TooLarge
from services.gateway.kit.request_body import ANONYMOUS_BYTES, FIELDS_BYTES, TooMuchText, body_of
from services.gateway.kit.request_context import RequestContext

_MAX_FIELDS = 20_000
_MAX_FILES = 50


@dataclass(frozen=True)
class SubmittedForm:
    """What was posted: texts by name, files."""

    fields: dict[str, list[str]]
    files: list[UploadFile]
    left: tuple[str, ...] = ()
    """The names of files that were chosen and not taken: they have to be chosen again."""

    @property
    def chosen(self) -> tuple[str, ...]:
        """The names of all files that were chosen."""
        return (*self.left, *(file.filename or "" for file in self.files))

    def text(self, name: str) -> str:
        """One text, without blanks at its ends."""
        return self.raw(name).strip()

    def texts(self, name: str) -> list[str]:
        """Every text of this name, as where boxes are ticked."""
        return [text.strip() for text in self.fields.get(name, []) if text.strip()]

    def raw(self, name: str) -> str:
        """One text exactly as typed."""
        return self.fields.get(name, [""])[-1]


class _Parser(MultiPartParser):
    """Holds as much of fields as its request's body says. Knows the names of all files, of one that was cut too."""

    def __init__(self, request: Request) -> None:
        super().__init__(
            request.headers,
            self._within_bounds(request),
            max_files=_MAX_FILES,
            max_fields=_MAX_FIELDS,
            max_part_size=FIELDS_BYTES,
        )
        self.names: list[str] = []
        self._body = body_of(request)
        self._in_files = 0

    async def _within_bounds(self, request: Request) -> AsyncGenerator[bytes, None]:
        read, refused = 0, None
        async for piece in request.stream():
            if refused is not None:
                # Let go of: a browser that is cut off while it sends does not show why.
                continue
            read += len(piece)
            yield piece
            try:
                self._body.hold(read - self._in_files)
            except Refused as error:
                refused = error
        if refused is not None:
            raise refused

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        super().on_part_data(data, start, end)
        if self._current_part.file is not None:
            self._in_files += end - start

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        file = self._current_part.file
        if file is not None:
            self._body.keep(file.file)
            self.names += [file.filename] if file.filename else []


async def read_fields(request: Request) -> SubmittedForm:
    """The fields in what may be read of a posted form: of files the names alone, and nothing of what comes after."""
    body_of(request).cut()
    _check_charset(request.headers.get("content-type", ""))
    parser = _parser(request)
    if not isinstance(parser, _Parser):
        return await read_form(request)
    try:
        await parser.parse()
    except TooLarge:
        pass  # The parser has let go of the file that it was in; the fields before it are whole.
    except MultiPartException as error:
        raise BadRequest("unreadable_form", "The form cannot be read.") from error
    form = _submitted(parser.items)
    for file in form.files:
        await file.close()
    return SubmittedForm(form.fields, [], tuple(parser.names))


async def read_form(request: Request) -> SubmittedForm:
    """The posted form; BadRequest where it cannot be read. Its `RequestBody` knows how much of it may come.

    TooMuchText has the fields that were whole before there was too much.
    """
    _check_charset(request.headers.get("content-type", ""))
    if (parser := _parser(request)) is None:
        return SubmittedForm({}, [])
    try:
        return _submitted((await parser.parse()).multi_items())
    except MultiPartException as error:
        raise BadRequest("unreadable_form", "The form cannot be read.") from error
    except TooMuchText as refused:
        if isinstance(parser, _Parser):
            refused.fields = _submitted(parser.items).fields
        raise


def _parser(request: Request) -> _Parser | FormParser | None:
    kind, _ = parse_options_header(request.headers.get("content-type", ""))
    if kind == b"multipart/form-data":
        return _Parser(request)
    if kind == b"application/x-www-form-urlencoded":
        return FormParser(request.headers, _short(request), max_fields=_MAX_FIELDS, max_part_size=ANONYMOUS_BYTES)
    return None


async def _short(request: Request) -> AsyncGenerator[bytes, None]:
    """Pages that may be long are posted in parts; one field of this kind takes a second to read where it is long."""
    read = 0
    async for piece in request.stream():
        read += len(piece)
        if read > ANONYMOUS_BYTES:
            raise TooMuchText("too_much_text")
        yield piece


def _submitted(items: Iterable[tuple[str, str | UploadFile]]) -> SubmittedForm:
    fields: dict[str, list[str]] = {}
    files = []
    for name, value in items:
        if isinstance(value, UploadFile):
            files.append(value)
        else:
            fields.setdefault(name, []).append(value.replace("\0", ""))
    return SubmittedForm(fields, [file for file in files if file.filename])


def _check_charset(content_type: str) -> None:
    """Browsers post UTF-8. The parser would take any codec of Python's, of which some are slow and some no Unicode."""
    _, options = parse_options_header(content_type)
    if options.get(b"charset", b"utf-8").lower() not in (b"utf-8", b"utf8"):
        raise BadRequest("unreadable_form", "The form must be UTF-8.")


async def verified_form(context: RequestContext) -> SubmittedForm:
    """The posted form, made by this portal for this session or browser; Forbidden otherwise."""
    if not context.csrf.is_own_origin():
        raise Forbidden("foreign_form")
    form = await read_form(context.request)
    if not context.csrf.verify(form.raw("csrf")):
        raise Forbidden("stale_form")
    return form
