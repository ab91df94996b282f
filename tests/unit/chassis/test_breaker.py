import asyncio

import pytest
from pymongo.errors import AutoReconnect

from chassis import breaker
from chassis.breaker import Breaker
from chassis.errors import AlreadyHandled, Refused, TryLater


class Work:
    """Work that ends as it is told, and counts how many are at it at once."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.at_once = 0
        self.most = 0

    async def __call__(self) -> None:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if self.error:
            raise self.error


async def _run(guard: Breaker, work: Work, times: int) -> None:
    await asyncio.gather(*(guard.run(work) for _ in range(times)), return_exceptions=True)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "_PAUSE_SECONDS", 0)


@pytest.mark.parametrize("fault", [AutoReconnect("away"), TimeoutError(), ConnectionRefusedError()])
async def test_after_ten_faults_in_a_row_one_goes_at_a_time_until_one_succeeds(fault: Exception) -> None:
    guard = Breaker()
    await _run(guard, Work(fault), 9)
    await _run(guard, nine := Work(), 5)
    assert nine.most == 5, "nine are not enough"
    await _run(guard, Work(fault), 10)
    await _run(guard, Work(fault), 3)
    await _run(guard, one := Work(fault), 5)
    assert one.most == 1
    await guard.run(Work())
    await _run(guard, after := Work(), 5)
    assert after.most == 5


@pytest.mark.parametrize("end", [AlreadyHandled(), Refused("x"), TryLater(1, "x"), ValueError(), RuntimeError()])
async def test_what_is_no_fault_of_something_needed_opens_nothing(end: Exception) -> None:
    guard = Breaker()
    await _run(guard, Work(end), 50)
    await _run(guard, after := Work(), 5)
    assert after.most == 5
