import logging

import pytest
import structlog
from prometheus_client import REGISTRY

from chassis import security


def _counted(outcome: str) -> float:
    labels = {"event": "sign_in.password", "outcome": outcome}
    return REGISTRY.get_sample_value("portal_security_events_total", labels) or 0.0


def test_a_security_event_is_a_log_line_and_a_count(monkeypatch: pytest.MonkeyPatch) -> None:
    before, capture = _counted("failed"), structlog.testing.LogCapture()
    # The module's own logger is as an earlier test's service has configured it.
    levels = structlog.make_filtering_bound_logger(logging.INFO)
    own = structlog.wrap_logger(structlog.ReturnLogger(), processors=[capture], wrapper_class=levels)
    monkeypatch.setattr(security, "log", own)
    security.record("sign_in.password", "failed", account_id="a-1", authority=None)
    assert capture.entries == [
        {
            "event": "security",
            "log_level": "warning",
            "security_event": "sign_in.password",
            "outcome": "failed",
            "account_id": "a-1",
        }
    ]
    assert _counted("failed") == before + 1
