"""In the quiet hours of an authority nobody is emailed about a form; what somebody waits for comes all the same."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from chassis import clock
from chassis.clock import LONDON
from services.notify.app import build_app
from tests.component.notify.harness import Notify, address, code_for, opened
from tests.support.eventually import eventually, stays
from tests.support.service import running


@pytest.fixture
def quiet_for_an_hour(stopped: Notify, tmp_path: Path) -> Notify:
    """Bristol's hours began an hour ago and end in one."""
    at = clock.now().astimezone(LONDON)
    begin, end = ((at + timedelta(hours=hours)).time().isoformat("minutes") for hours in (-1, 1))
    for file in stopped.settings.authorities_dir.glob("*.json"):
        authority = json.loads(file.read_text()) | {"quiet": {"begin": begin, "end": end}}
        (tmp_path / file.name).write_text(json.dumps(authority))
    stopped.settings = stopped.settings.model_copy(update={"authorities_dir": tmp_path})
    return stopped


async def test_a_form_is_told_of_when_they_are_over_and_a_code_at_once(
    quiet_for_an_hour: Notify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify, person, other = quiet_for_an_hour, address(), address()
    file = tmp_path / "clock"
    monkeypatch.setenv("PORTAL_ENV", "test")
    monkeypatch.setenv("PORTAL_CLOCK_FILE", str(file))
    async with running(build_app(notify.settings)):
        await notify.hears(opened(person), code_for(other), times=2)
        assert len(await notify.mail_to(other)) == 1
        await eventually(lambda: notify.deliveries.find_one({"purpose": "delegation", "state": "queued"}))
        assert await stays(lambda: not notify.catcher.sent_to(person))
        file.write_text("PT61M")
        assert len(await notify.mail_to(person)) == 1
