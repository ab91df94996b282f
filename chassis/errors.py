"""How work can end other than done: the closed vocabulary of handlers and HTTP doors."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import ClassVar

from bson.errors import BSONError
from pymongo.errors import ConnectionFailure, DuplicateKeyError, ExecutionTimeout, WriteError, WTimeoutError

from chassis.telemetry import log
from contracts.base import Fault

DATABASE_AWAY = (ConnectionFailure, ExecutionTimeout, WTimeoutError)
"""What the driver raises when nobody answers in time. Anything else it raises is a bug of ours, or bad data."""

_OF_THE_DATA = frozenset({2, 22, 28, 52, 57, 10334, 17419, 17420})
"""Codes by which the database refuses one document for what is in it: bad values, names, sizes."""


class AlreadyHandled(Exception):  # noqa: N818 - an outcome, not an error
    """The same message or the same fact was handled before: nothing more to do."""


class TryLater(Exception):  # noqa: N818 - an outcome, not an error
    """Known and temporary; the delivery comes again after `after` seconds, and that counts as no attempt."""

    def __init__(self, after: int, why: str) -> None:
        super().__init__(why)
        self.after = after


class Refused(Exception):  # noqa: N818 - an outcome, not an error
    """Understood, and can never succeed: dead-lettered, or answered with a problem document."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "Refused"

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        field: str | None = None,
        faults: tuple[Fault, ...] = (),
        holder: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.field = field
        self.faults = faults
        self.holder = holder
        self.retry_after = retry_after


class BadRequest(Refused):
    """The request cannot be read."""

    status = 400
    title = "Bad request"


class Unauthorised(Refused):
    """Nobody is signed in, or the credentials are wrong."""

    status = 401
    title = "Sign in"


class Forbidden(Refused):
    """Known, and not allowed."""

    status = 403
    title = "Not allowed"


class NotFound(Refused):
    """Not there, or not there for you: the two look the same from outside."""

    status = 404
    title = "Not found"


class Conflict(Refused):
    """True before, no longer: somebody else was first."""

    status = 409
    title = "Conflict"


class TooLarge(Refused):
    """More than is taken."""

    status = 413
    title = "Too large"


class TooMany(Refused):
    """Too often; `retry_after` says when again."""

    status = 429
    title = "Too many requests"


class Unavailable(Refused):
    """Something the work needs is not there at the moment."""

    status = 503
    title = "Not available"


@contextmanager
def refusing_unfit_data() -> Iterator[None]:
    """Works on what somebody outside wrote: what cannot be reckoned with or kept is refused, and never tried again.

    A mistake of ours looks the same, so the log says where it was raised; not its text, in which the data may stand.
    """
    try:
        yield
    except DuplicateKeyError:
        raise
    except (ValueError, OverflowError, BSONError) as error:
        _log_unfit(error)
        raise Refused("invalid", f"The portal cannot keep a value in it ({type(error).__name__}).") from error
    except WriteError as error:
        if error.code not in _OF_THE_DATA:
            raise
        _log_unfit(error)
        raise Refused("invalid", "The portal cannot keep it: a value, a name or its size.") from error


def _log_unfit(error: Exception) -> None:
    frames = traceback.extract_tb(error.__traceback__)
    raised_at = [f"{PurePath(each.filename).name}:{each.lineno} {each.name}" for each in frames]
    log.warning("unfit data", error=type(error).__name__, raised_at=raised_at)
