from datetime import date, timedelta
from typing import Any

import pytest
import structlog
from pymongo.errors import DuplicateKeyError, OperationFailure, WriteError
from structlog.testing import capture_logs

from chassis import errors
from chassis.errors import Refused, refusing_unfit_data


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Any:
    with capture_logs() as lines:
        monkeypatch.setattr(errors, "log", structlog.get_logger())
        yield lines


def _mistake() -> None:
    int("Gabriel")


def test_what_is_refused_as_unfit_says_in_the_log_where_it_was_raised_and_not_what_it_was(lines: Any) -> None:
    with pytest.raises(Refused, match="invalid"), refusing_unfit_data():
        _mistake()
    assert lines[0]["error"] == "ValueError"
    assert lines[0]["raised_at"][-1].startswith("test_errors.py:")
    assert lines[0]["raised_at"][-1].endswith(" _mistake")
    assert "Gabriel" not in str(lines)


@pytest.mark.parametrize("error", [WriteError("too large", 10334), OverflowError()])
def test_data_that_the_database_or_python_cannot_take_is_refused(lines: Any, error: Exception) -> None:
    with pytest.raises(Refused), refusing_unfit_data():
        raise error
    assert len(lines) == 1


@pytest.mark.parametrize("error", [DuplicateKeyError("x"), WriteError("x", 112), OperationFailure("x", 2), KeyError()])
def test_what_is_no_fault_of_the_data_goes_on(lines: Any, error: Exception) -> None:
    with pytest.raises(type(error)), refusing_unfit_data():
        raise error
    assert not lines


def test_a_date_beyond_the_calendar_is_unfit(lines: Any) -> None:
    with pytest.raises(Refused), refusing_unfit_data():
        date.max + timedelta(days=1)
    assert lines[0]["error"] == "OverflowError"
