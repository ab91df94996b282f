"""Between the containers: nobody answers what is asked in clear, or is spoken to with a certificate of others."""

import pytest

from commands.parts.instance import ROOT
from contracts.registry import stored
from tests.containers.deployment import Deployment

BROKER, DATABASE, MAIL = "AUTH_AMQP_URL", "AUTH_MONGO_URL", "NOTIFY_SMTP_URL"
SERVICES = [f"GATEWAY_SERVICE_URLS.{name}" for name in stored()]
OUR_CA, ANOTHER_CA = "/run/ca/ca.pem", "/tmp/another/ca/ca.pem"
SCRIPT = (ROOT / "tests/containers/ask.py").read_text(encoding="utf-8")


def ask(portal: Deployment, name: str, pattern: str = "$", replacement: str = "") -> str:
    """What the service whose variable that is hears from the address in it."""
    service = name.partition("_")[0].lower()
    return portal.compose("exec", "-T", service, "python", "-c", SCRIPT, name, pattern, replacement)


@pytest.mark.parametrize("name", [BROKER, DATABASE, MAIL, *SERVICES])
def test_who_asks_by_tls_is_answered(portal: Deployment, name: str) -> None:
    assert ask(portal, name) == "answered\n"


@pytest.mark.parametrize(
    ("name", "pattern", "replacement"),
    [
        (BROKER, "^amqps", "amqp"),
        (BROKER, "^amqps(.*):5671", r"amqp\1:5672"),
        (DATABASE, "&tls=.*", ""),
        (MAIL, r"\?.*", ""),
        *((service, "^https", "http") for service in SERVICES),
    ],
)
def test_who_asks_in_clear_is_not(portal: Deployment, name: str, pattern: str, replacement: str) -> None:
    assert "answered" not in ask(portal, name, pattern, replacement)


@pytest.mark.parametrize("name", [BROKER, DATABASE, MAIL, SERVICES[0]])
def test_a_service_with_another_ca_does_not_talk(portal: Deployment, name: str) -> None:
    service = name.partition("_")[0].lower()
    portal.compose("exec", "-T", service, "python", "-m", "deploy.certificates.prepare", "/tmp/another")
    assert "CERTIFICATE_VERIFY_FAILED" in ask(portal, name, OUR_CA, ANOTHER_CA)


def test_certificates_that_serve_outlive_a_start(portal: Deployment) -> None:
    before = portal.ca_file.read_bytes()
    portal.compose("run", "--rm", "--no-deps", "certificates")
    assert portal.ca_file.read_bytes() == before
