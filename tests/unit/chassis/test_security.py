import structlog
from prometheus_client import REGISTRY

from chassis import security


def _counted(outcome: str) -> float:
    labels = {"event": "sign_in.password", "outcome": outcome}
    return REGISTRY.get_sample_value("portal_security_events_total", labels) or 0.0


def test_a_security_event_is_a_log_line_and_a_count() -> None:
    before = _counted("failed")
    with structlog.testing.capture_logs() as lines:
        security.record("sign_in.password", "failed", account_id="a-1", authority=None)
    assert lines == [
        {
            "event": "security",
            "log_level": "warning",
            "security_event": "sign_in.password",
            "outcome": "failed",
            "account_id": "a-1",
        }
    ]
    assert _counted("failed") == before + 1
