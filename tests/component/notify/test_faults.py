"""T42: whatever the mail server or the machine does, no email is lost, and none comes twice but for a crash."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

import pytest

from services.notify.app import build_app
from tests.component.notify.catcher import ROOT, free_port
from tests.component.notify.harness import Notify, address, code_for, opened
from tests.support.eventually import eventually
from tests.support.measures import Measures
from tests.support.sealing import SETTINGS as SEALING
from tests.support.service import running

FAILED = "portal.delivery.failed.v1"
BURST = 100
SENDERS = 4


async def test_t42_a_refusal_for_now_is_tried_again_and_sent_once(notify: Notify, measures: Measures) -> None:
    people = [address(f"+{code}x1") for code in (421, 450, 451, 452)]
    for person in people:
        await notify.hears(opened(person), times=3)
    await notify.all_in("sent", len(people), within=60)
    sent = sent_to(notify)
    report(measures, "4xx", people, sent, refused=len(people))
    assert sent == dict.fromkeys(people, 1)
    # 421 says that the server is going: that is no fault of the address's.
    assert sorted([row["attempts"] async for row in notify.deliveries.find({})]) == [0, 1, 1, 1]


async def test_t42_every_refusal_for_good_is_told_and_never_tried_again(
    notify: Notify, measures: Measures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = (550, 551, 552, 553, 554)
    events = {code: opened(address(f"+{code}x1")) for code in codes}
    await notify.hears(*events.values(), times=2)
    await notify.all_in("failed", len(codes))
    # Each would be taken now, and whatever is still owed is due by tomorrow.
    move_clock("P1D", tmp_path, monkeypatch)
    await notify.hears(opened(other := address()))
    await notify.mail_to(other)
    told = [notify.recorder.of(FAILED, delegation_id=event.delegation_id) for event in events.values()]
    report(measures, "5xx", events, sent_to(notify) - Counter([other]), bounced=sum(map(len, told)))
    assert [[each.body["reason"] for each in one] for one in told] == [
        [f"refused by the mail server: {code}"] for code in codes
    ]
    assert sent_to(notify) == {other: 1}
    assert await notify.deliveries.count_documents({"attempts": {"$gt": 0}}) == 0


async def test_a_refusal_for_good_is_told_to_the_council_and_to_tasks_once(notify: Notify) -> None:
    person = address("+550")
    event = opened(person)
    await notify.hears(event, times=2)
    told = await notify.recorder.expect(FAILED, delegation_id=event.delegation_id)
    assert told == {
        "authority": "bristol",
        "delegation_id": event.delegation_id,
        "email_masked": "p***@school.example",
        "purpose": "delegation",
        "reason": "refused by the mail server: 550",
    }
    heard = await notify.recorder.expect("notify.email.failed.v1", delegation_id=event.delegation_id)
    assert heard["person"]["email"] == person
    await notify.all_in("failed", 1)
    await notify.hears(event)
    await notify.hears(opened(other := address()))
    await notify.mail_to(other)
    assert len(notify.recorder.of(FAILED, delegation_id=event.delegation_id)) == 1
    (kept,) = await notify.deliveries.find({"state": "failed"}).to_list(None)
    assert kept["attempts"] == 0
    assert person not in str(kept)


async def test_an_address_that_nobody_can_have_fails_and_holds_nobody_up(notify: Notify) -> None:
    event = opened("a,b@school.example", person := address())
    await notify.hears(event)
    await notify.mail_to(person)
    told = await notify.recorder.expect(FAILED, delegation_id=event.delegation_id)
    assert told["reason"] == "the address is not valid"


async def test_t42_a_server_that_hangs_after_data_holds_up_one_email_only_and_nobody_else_takes_it(
    stopped: Notify, measures: Measures
) -> None:
    stuck, person = address("+hangx1"), address()
    began = time.monotonic()
    async with running(build_app(stopped.settings)), running(build_app(stopped.settings)):
        await stopped.hears(opened(stuck))
        await stopped.hears(opened(person))
        await stopped.mail_to(person)
        await eventually(lambda: _is_one_queued(stopped))
        # The server goes on hanging: that the email is sent again says that nobody waits for that.
        await stopped.all_in("sent", 2)
    sent, taken = sent_to(stopped), round(time.monotonic() - began, 1)
    report(measures, "hang-after-DATA", [stuck, person], sent, sent_in_s=taken)
    assert sent == {stuck: 1, person: 1}
    assert await stopped.deliveries.count_documents({"attempts": 1}) == 1


async def _is_one_queued(notify: Notify) -> bool:
    return await notify.deliveries.count_documents({"state": "queued"}) == 1


async def test_t42_a_slow_server_is_waited_for_and_gets_each_email_once(notify: Notify, measures: Measures) -> None:
    people = [*(address("+slow") for _ in range(SENDERS)), address()]
    await notify.hears(*[opened(person) for person in people])
    await notify.all_in("sent", len(people))
    sent = sent_to(notify)
    put_off = await notify.deliveries.count_documents({"attempts": {"$gt": 0}})
    report(measures, "slow", people, sent, put_off=put_off)
    assert sent == dict.fromkeys(people, 1)


async def test_t42_while_the_server_is_away_for_half_an_hour_everything_is_kept_and_then_sent_once(
    stopped: Notify, measures: Measures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [address() for _ in range(BURST)]
    stopped.catcher.stop()
    async with running(build_app(stopped.settings)), running(build_app(stopped.settings)):
        await stopped.hears(*[opened(person) for person in people])
        await stopped.all_in("queued", BURST)
        move_clock("PT30M", tmp_path, monkeypatch)
        stopped.catcher.start()
        await stopped.all_in("sent", BURST)
    sent = sent_to(stopped)
    report(measures, "down-30-min", people, sent)
    assert sent == dict.fromkeys(people, 1)


async def test_a_code_that_expired_while_the_server_was_away_is_not_sent(notify: Notify) -> None:
    late, in_time = address(), address()
    notify.catcher.stop()
    await notify.hears(code_for(late, lasting=timedelta(seconds=2)), code_for(in_time))
    await notify.all_in("queued", 2)
    await eventually_past(2)
    notify.catcher.start()
    await notify.mail_to(in_time)
    await eventually(lambda: state_is(notify, "expired"))
    assert not notify.catcher.sent_to(late)


async def test_somebody_who_waits_for_a_code_does_not_wait_for_a_burst(notify: Notify) -> None:
    person = address()
    notify.catcher.stop()
    await notify.hears(*[opened(address()) for _ in range(BURST)])
    await notify.all_in("queued", BURST)
    await notify.hears(code_for(person))
    notify.catcher.start()
    await notify.all_in("sent", BURST + 1)
    order = [row["To"][0]["Address"] for row in reversed(notify.catcher.json("/api/v1/messages?limit=500")["messages"])]
    assert order.index(person) <= 2 * SENDERS


async def test_a_stop_and_a_start_lose_nothing_and_repeat_nothing(stopped: Notify) -> None:
    people = [address() for _ in range(BURST)]
    events = [opened(person) for person in people]
    async with running(build_app(stopped.settings)):
        await stopped.hears(*events)
    async with running(build_app(stopped.settings)):
        await stopped.all_in("sent", BURST)
    assert sent_to(stopped) == dict.fromkeys(people, 1)


async def test_two_instances_share_the_work_and_send_each_email_once(stopped: Notify) -> None:
    people = [address() for _ in range(BURST)]
    async with running(build_app(stopped.settings)), running(build_app(stopped.settings)):
        await stopped.hears(*[opened(person) for person in people], times=2)
        await stopped.all_in("sent", BURST)
    assert sent_to(stopped) == dict.fromkeys(people, 1)


async def test_t42_a_crash_loses_nothing_and_repeats_no_more_than_was_under_way(
    stopped: Notify, measures: Measures
) -> None:
    people = [address() for _ in range(BURST)]
    service = start_process(stopped)
    try:
        await stopped.hears(*[opened(person) for person in people])
        await eventually(lambda: len(sent_to(stopped)) > BURST // 4)
    finally:
        os.kill(service.pid, signal.SIGKILL)
        service.wait()
    async with running(build_app(stopped.settings)):
        await stopped.all_in("sent", BURST, within=45)
    sent = sent_to(stopped)
    report(measures, "crash", people, sent, crashes=1)
    assert set(sent) == set(people)
    # Each of the few that were under way once more at most: what the server has taken and nobody has marked (ADR 0071).
    assert max(sent.values()) <= 2
    assert sum(sent.values()) - BURST <= SENDERS


def report(measures: Measures, fault: str, owed: Collection[object], sent: Counter[str], **more: object) -> None:
    """The figures of a fault: what was owed, what came, what never did, and what came again."""
    twice = sent.total() - len(sent)
    lost = 0 if more.get("bounced") == len(owed) else len(owed) - len(sent)
    measures.report("T42", fault=fault, owed=len(owed), sent=len(sent), lost=lost, duplicated=twice, **more)


def move_clock(duration: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the service in this process, from now on."""
    (folder / "clock").write_text(duration)
    monkeypatch.setenv("PORTAL_ENV", "test")
    monkeypatch.setenv("PORTAL_CLOCK_FILE", str(folder / "clock"))


def sent_to(notify: Notify) -> Counter[str]:
    """How many emails came, by address."""
    rows = notify.catcher.json("/api/v1/messages?limit=1000")["messages"]
    return Counter(row["To"][0]["Address"] for row in rows)


async def state_is(notify: Notify, state: str) -> bool:
    return bool(await notify.deliveries.count_documents({"state": state}))


async def eventually_past(seconds: float) -> None:
    """Lets time pass that is itself what the test is about."""
    began = time.monotonic()
    await eventually(lambda: time.monotonic() - began > seconds)


def start_process(notify: Notify) -> subprocess.Popen[bytes]:
    """The service as a process of its own, which can be killed."""
    settings = notify.settings
    environment = {
        **os.environ,
        "PORTAL_ENV": "test",
        "PORTAL_LOG_LEVEL": "CRITICAL",
        "NOTIFY_MONGO_URL": settings.mongo_url.get_secret_value(),
        "NOTIFY_MONGO_DATABASE": settings.mongo_database,
        "NOTIFY_AMQP_URL": settings.amqp_url.get_secret_value(),
        **{f"NOTIFY_{name.upper()}": key for name, key in SEALING.items()},
        "NOTIFY_CODE_KEY": settings.code_key.get_secret_value(),
        "NOTIFY_INDEX_KEY": settings.index_key.get_secret_value(),
        "NOTIFY_SMTP_URL": settings.smtp_url.get_secret_value(),
        "NOTIFY_PUBLIC_URL": str(settings.public_url),
        "NOTIFY_GATEWAY_PUBLIC_KEY": settings.gateway_public_key,
    }
    port = str(free_port())
    command = [sys.executable, "-m", "uvicorn", "services.notify.app:create_app", "--factory", "--port", port]
    return subprocess.Popen([*command, "--log-level", "warning"], cwd=ROOT, env=environment)
