"""The security events that a test's own process records while it runs."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import structlog

from chassis import security
from chassis.security import SecurityEvent


class SecurityLog:
    """What an auditor would read of one test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """In place of the logger of `chassis.security`, which is as an earlier test's service has configured it."""
        self._capture = structlog.testing.LogCapture()
        levels = structlog.make_filtering_bound_logger(logging.INFO)
        own = structlog.wrap_logger(structlog.ReturnLogger(), processors=[self._capture], wrapper_class=levels)
        monkeypatch.setattr(security, "log", own)

    @property
    def lines(self) -> Sequence[Mapping[str, Any]]:
        """All that was recorded, the oldest first."""
        return self._capture.entries

    def outcomes(self, event: SecurityEvent, **ids: str) -> list[str]:
        """How each event of that name ended that was about these, the oldest first."""
        named = (line for line in self.lines if line["security_event"] == event)
        return [str(line["outcome"]) for line in named if ids.items() <= line.items()]
