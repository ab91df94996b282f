import pytest
from prometheus_client import REGISTRY

from chassis import security
from tests.support.security import SecurityLog


def _counted(outcome: str) -> float:
    labels = {"event": "sign_in.password", "outcome": outcome}
    return REGISTRY.get_sample_value("portal_security_events_total", labels) or 0.0


def test_a_security_event_is_a_log_line_and_a_count(monkeypatch: pytest.MonkeyPatch) -> None:
    before, recorded = _counted("failed"), SecurityLog(monkeypatch)
    security.record("sign_in.password", "failed", account_id="a-1", authority=None)
    assert recorded.lines == [
        {
            "event": "security",
            "log_level": "warning",
            "security_event": "sign_in.password",
            "outcome": "failed",
            "account_id": "a-1",
        }
    ]
    assert _counted("failed") == before + 1
