"""The mail catcher keeps what it is sent, shows it as Mailpit does, and refuses what it is told to refuse."""

import smtplib
from email.message import EmailMessage

import pytest

from tests.component.notify.catcher import MailCatcher, free_port


def send(catcher: MailCatcher, address: str, subject: str = "Your code") -> None:
    """One message over SMTP."""
    message = EmailMessage()
    message["From"] = "Example Council <noreply@council.example>"
    message["To"] = address
    message["Subject"] = subject
    message["Message-ID"] = "<one@council.example>"
    message.set_content("Your code is\n\n    7685 0798\n")
    message.add_alternative("<p>Your code is</p>", subtype="html")
    with smtplib.SMTP("127.0.0.1", catcher.smtp_port, timeout=2) as client:
        client.send_message(message)


def test_a_message_is_listed_and_shown_as_mailpit_does(catcher: MailCatcher) -> None:
    send(catcher, "sandra@school.example", "Første")
    send(catcher, "duty@school.example", "Second")
    listed = catcher.json("/api/v1/messages?start=0&limit=1")
    assert (listed["total"], listed["messages_count"], listed["count"], listed["start"]) == (2, 2, 1, 0)
    newest = listed["messages"][0]
    assert newest["Subject"] == "Second"
    assert newest["To"] == [{"Name": "", "Address": "duty@school.example"}]
    assert newest["From"] == {"Name": "Example Council", "Address": "noreply@council.example"}
    assert newest["MessageID"] == "one@council.example"
    assert newest["Snippet"] == "Your code is 7685 0798"
    shown = catcher.json(f"/api/v1/message/{newest['ID']}")
    assert "7685 0798" in shown["Text"]
    assert "<p>Your code is</p>" in shown["HTML"]
    assert catcher.json(f"/api/v1/message/{newest['ID']}/headers")["Delivered-To"] == ["duty@school.example"]
    assert catcher.json("/api/v1/messages")["unread"] == 1


def test_search_finds_by_recipient_and_by_subject(catcher: MailCatcher) -> None:
    send(catcher, "sandra@school.example", "Første")
    send(catcher, "duty@school.example", "Second")
    assert [one["Subject"] for one in catcher.sent_to("sandra@school.example")] == ["Første"]
    by_subject = catcher.json("/api/v1/search?query=subject:second")["messages"]
    assert [row["To"][0]["Address"] for row in by_subject] == ["duty@school.example"]
    assert catcher.json("/api/v1/search?query=to:nobody@school.example")["messages_count"] == 0


def test_an_address_can_ask_to_be_refused_a_number_of_times(catcher: MailCatcher) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="450"):
        send(catcher, "sandra+450x1@school.example")
    send(catcher, "sandra+450x1@school.example")
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="550"):
        send(catcher, "sandra+550@school.example")
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        send(catcher, "sandra+hangx1@school.example")
    assert catcher.json("/api/v1/messages")["total"] == 1


def test_chaos_refuses_everybody_until_it_is_called_off(catcher: MailCatcher) -> None:
    catcher.text("/api/v1/chaos", "PUT", {"Recipient": {"ErrorCode": 452, "Probability": 100}})
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="452"):
        send(catcher, "sandra@school.example")
    catcher.text("/api/v1/chaos", "PUT", {})
    send(catcher, "sandra@school.example")


def test_messages_outlive_a_restart(catcher: MailCatcher) -> None:
    send(catcher, "sandra@school.example")
    catcher.stop()
    catcher.start()
    assert len(catcher.sent_to("sandra@school.example")) == 1


def test_only_the_newest_are_kept(tmp_path_factory: pytest.TempPathFactory) -> None:
    small = MailCatcher(tmp_path_factory.mktemp("small"), free_port(), free_port(), kept=3)
    small.start()
    try:
        for number in range(5):
            send(small, f"person{number}@school.example")
        rows = small.json("/api/v1/messages")["messages"]
    finally:
        small.stop()
    assert [row["To"][0]["Address"] for row in rows] == [f"person{number}@school.example" for number in (4, 3, 2)]
