"""The operators' and the council's commands about a running portal."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.support.council import request
from tests.support.eventually import wait_until
from tests.support.person import Person
from tests.support.portal import Portal

ROW = {"queue", "message_id", "type", "code", "reason", "attempts", "first_seen"}
SHIPPED = Path("services/forms/definitions/ehc-needs-assessment-contributions.json")


def messages(portal: Portal, delegation_id: str) -> list[dict[str, Any]]:
    """What the council was told about a delegation."""
    watched = portal.command("council", "watch", "--keep", "--seconds", "1").stdout.splitlines()
    found = [json.loads(line) for line in watched]
    return [message for message in found if message["body"].get("delegation_id") == delegation_id]


def told(portal: Portal, delegation_id: str) -> list[str]:
    """The same by the names of the messages."""
    return [message["type"] for message in messages(portal, delegation_id)]


def holders(portal: Portal, delegation_id: str) -> list[dict[str, str]]:
    """Who was given it after its assignee, in that order."""
    moves = [
        each["body"] for each in messages(portal, delegation_id) if each["type"] == "portal.delegation.assigned.v1"
    ]
    return [move["to"] for move in moves]


def dead(portal: Portal, *which: str) -> list[dict[str, Any]]:
    return list(json.loads(portal.command("dead", "list", "--json", *which).stdout))


@pytest.fixture
def delegation_id() -> str:
    return f"CLI-{uuid4().hex[:8]}"


def test_a_form_is_delegated_and_withdrawn_from_the_shell(portal: Portal, delegation_id: str) -> None:
    body = json.dumps(request(delegation_id, "cli@school.example"))
    sent = portal.command("council", "delegate", "-", given=body)
    answer = json.loads(sent.stdout)
    assert answer["type"] == "council.delegation.requested.v1"
    assert sent.stderr.strip() == f"accepted, task {answer['task_id']}, reference {answer['reference']}"
    assert "portal.delegation.accepted.v1" in told(portal, delegation_id)
    again = portal.command("council", "delegate", "-", given=body)
    assert again.stderr.startswith(f"accepted before; nothing was changed, task {answer['task_id']}")
    portal.command("council", "retract", delegation_id, "--reason", "Moved away")


def test_who_has_left_is_said_from_the_shell_and_who_gets_their_forms(portal: Portal, delegation_id: str) -> None:
    leaver, heir, group = (f"{word}.{uuid4().hex[:8]}@school.example" for word in ("leaver", "heir", "team"))
    defined = {"work_group_id": group, "name": "Hill View", "members": [{"email": heir}], "version": 1}
    portal.command("council", "group", "-", given=json.dumps(defined))
    portal.command("council", "delegate", "-", given=json.dumps(request(delegation_id, leaver)))
    portal.command("council", "depart", leaver, "--to", heir)
    wait_until(lambda: holders(portal, delegation_id) == [{"kind": "person", "email": heir}])
    portal.command("council", "depart", heir, "--to-group", group)
    wait_until(lambda: holders(portal, delegation_id)[1:] == [{"kind": "work_group", "work_group_id": group}])
    both = portal.command("council", "depart", heir, "--to", leaver, "--to-group", group, check=False)
    assert both.returncode == 2
    portal.command("council", "delegate", "-", given=json.dumps(request(f"{delegation_id}-2", leaver)))
    portal.command("council", "depart", leaver)
    wait_until(lambda: "portal.delegation.declined.v1" in told(portal, f"{delegation_id}-2"))


def test_a_date_is_asked_for_from_the_shell(portal: Portal) -> None:
    form = "ehc-needs-assessment-contributions"
    asked = portal.command("council", "due-date", form, "--received-on", "2031-01-02")
    assert json.loads(asked.stdout)["due_on"] == "2031-02-13"
    assert asked.stderr.splitlines()[0] == "Received on 02-Jan-2031."
    assert "So it is required by 13-Feb-2031." in asked.stderr
    refused = portal.command("council", "due-date", form, "--due-on", "tomorrow", check=False)
    assert refused.returncode == 1
    assert "/due_on" in refused.stderr


def test_a_submitted_forms_documents_are_fetched_from_the_shell(
    portal: Portal, delegation_id: str, tmp_path: Path
) -> None:
    email = f"cli.{uuid4().hex[:8]}@school.example"
    portal.command("council", "delegate", "-", given=json.dumps(request(delegation_id, email)))
    with Person(portal.gateway) as person:
        person.register(portal.mail, email)
        page = person.open(person.sign_in(portal.mail, email).link("EHC Needs Assessment Contributions"))
        page = person.press(page, "Next")
        page = person.press(page, "Save", {"Date Assessment Completed": "01/03/2026", "Yes": True})
        page = person.press(page, "Next")
        person.press(person.press(page, "Submit Contribution"), "Yes")
    wait_until(lambda: "portal.contribution.submitted.v1" in told(portal, delegation_id))
    fetched = portal.command("council", "documents", delegation_id, "--to", str(tmp_path / "fetched"))
    files = [json.loads(line) for line in fetched.stdout.splitlines()]
    assert len(files) == 1
    content = Path(files[0]["file"]).read_bytes()
    assert content.startswith(b"%PDF")
    assert sha256(content).hexdigest() == files[0]["sha256"]
    portal.command("council", "return", delegation_id, "--comments", "How often?", "--field", "preferred_name")
    portal.mail.wait_for(email, "Sent back")


def test_an_address_is_signed_out_everywhere_from_the_shell(portal: Portal) -> None:
    email = f"cli.{uuid4().hex[:8]}@school.example"
    with Person(portal.gateway) as person:
        person.register(portal.mail, email)
        person.sign_in(portal.mail, email)
        ended = portal.command("sessions", "end", "--email", email)
        assert ended.stdout.strip() == f"{email} is signed out everywhere. Sessions and sign-ins that ended: 1."
        assert str(person.open("/tasks").response.url.path) == "/sign-in"
    unknown = portal.command("sessions", "end", "--email", f"not.{email}", check=False)
    assert (unknown.returncode, unknown.stderr.strip()) == (1, f"No account has the email address not.{email}.")


def test_a_council_that_is_not_served_is_named(portal: Portal) -> None:
    refused = portal.command("council", "watch", "--authority", "nowhere", check=False)
    assert refused.returncode == 1
    assert "bristol" in refused.stderr


def test_dead_letters_are_looked_at_mended_and_sent_again(portal: Portal, delegation_id: str, tmp_path: Path) -> None:
    good = request(delegation_id, "cli@school.example")
    bad = json.dumps({**good, "form": "no-such-form"})
    refused = portal.command("council", "delegate", "-", given=bad, check=False)
    assert refused.returncode == 1
    assert refused.stderr.startswith("refused: ")
    sent = json.loads(refused.stdout)["message_id"]
    rows = wait_until(lambda: dead(portal, sent))
    assert rows
    assert set(rows[0]) == ROW
    assert dead(portal) == dead(portal)
    shown = json.loads(portal.command("dead", "show", sent).stdout)[0]
    assert shown["body"]["form"] == "no-such-form"
    mended = tmp_path / "mended.json"
    mended.write_text(json.dumps({**good, "authority": "bristol"}))
    portal.command("dead", "replay", sent, "--body", str(mended))
    wait_until(lambda: "portal.delegation.accepted.v1" in told(portal, delegation_id))
    assert dead(portal, sent) == []


def test_a_dead_letter_is_dropped_by_its_id_and_no_other(portal: Portal) -> None:
    ids = [
        json.loads(
            portal.command("council", "delegate", "--no-wait", "-", given=json.dumps({"delegation_id": name})).stdout
        )["message_id"]
        for name in ("CLI-drop-1", "CLI-drop-2")
    ]
    wait_until(lambda: len(dead(portal, *ids)) == 2)
    portal.command("dead", "drop", ids[0])
    assert [row["message_id"] for row in dead(portal, *ids)] == [ids[1]]
    portal.command("dead", "drop", ids[1])


def test_the_outbox_of_a_healthy_portal_is_empty(portal: Portal) -> None:
    wait_until(lambda: json.loads(portal.command("outbox", "--json").stdout) == [])


def test_a_new_version_of_a_councils_form_can_be_added(portal: Portal, tmp_path: Path) -> None:
    definition = json.loads(SHIPPED.read_text())
    code = f"cli-{uuid4().hex[:8]}"
    definition["url"] = definition["url"].rpartition("/")[0] + f"/{code}"
    file = tmp_path / "form.json"
    file.write_text(json.dumps(definition))
    portal.command("forms", "add", str(file))
    listed = json.loads(portal.command("forms", "list", "--json").stdout)
    assert {"ehc-needs-assessment-contributions", code} <= {row["form"] for row in listed}
