"""Parsers at work on strangers' files: in a child process, within limits."""

import asyncio
import io
import socket
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from services.files.inspector import SECONDS, Inspector
from services.files.model.refusal import Code, Unacceptable
from tests.unit.files import samples


@pytest.fixture
async def inspector() -> AsyncIterator[Inspector]:
    made = Inspector(most=2)
    await made.start()
    yield made
    await made.stop()


async def test_a_file_without_fault_is_kept_as_it_is(inspector: Inspector) -> None:
    content = samples.pdf()
    assert await inspector.inspect("pdf", content) is content


async def test_a_picture_comes_back_drawn_anew(inspector: Inspector) -> None:
    kept = await inspector.inspect("jpg", samples.picture_with_place())
    with Image.open(io.BytesIO(kept)) as picture:
        assert not dict(picture.getexif())


async def test_a_refusal_crosses_the_border(inspector: Inspector) -> None:
    with pytest.raises(Unacceptable, match=Code.ACTIVE_PDF):
        await inspector.inspect("pdf", samples.pdf_with_action(samples.javascript()))


async def test_many_at_once_each_get_their_own_answer(inspector: Inspector) -> None:
    async def ask(number: int) -> bool:
        try:
            await inspector.inspect("pdf", samples.pdf() if number % 2 else b"%PDF- no")
        except Unacceptable:
            return False
        return True

    assert await asyncio.gather(*map(ask, range(20))) == [bool(number % 2) for number in range(20)]


async def test_a_flood_of_pixels_is_refused_for_their_number(inspector: Inspector) -> None:
    with pytest.raises(Unacceptable, match=Code.TOO_MANY_PIXELS):
        await inspector.inspect("png", samples.flood_of_pixels())


def test_the_child_holds_nothing_of_the_service() -> None:
    program = "import sys, services.files.checks.nursery; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert not {"chassis", "motor", "faststream", "aio_pika"} & {*done.stdout.split()}


def test_a_file_has_longer_by_the_clock_than_it_may_work_so_that_a_busy_machine_refuses_none() -> None:
    program = (
        "import resource, signal; from services.files.checks.nursery import _limit; _limit()\n"
        "print(signal.getitimer(signal.ITIMER_REAL)[0], resource.getrlimit(resource.RLIMIT_CPU)[0])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    by_the_clock, of_work = map(float, said)
    assert 2 * of_work < by_the_clock < SECONDS


def test_a_process_that_left_the_network_reaches_nobody() -> None:
    program = (
        "import socket, sys; from services.files.checks.nursery import leave_the_network; left = leave_the_network()\n"
        "try: socket.create_connection(('127.0.0.1', int(sys.argv[1])), 2)\n"
        "except OSError: print(left, 'unreached')\n"
        "else: print(left, 'reached')"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        asked = [sys.executable, "-c", program, str(server.getsockname()[1])]
        said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
    assert said in (["True", "unreached"], ["False", "reached"]), "where the system grants it, nobody is reached"


async def test_a_child_that_dies_is_replaced(inspector: Inspector) -> None:
    child = inspector._idle[-1]
    child.kill()
    await child.wait()
    with pytest.raises(Unacceptable, match=Code.NOT_UPLOADED):
        await inspector.inspect("pdf", samples.pdf())
    assert await inspector.inspect("pdf", samples.pdf())
