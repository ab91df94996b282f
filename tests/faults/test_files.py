"""T75 and T76: whatever the scanner does, no file is released that it has not called clean in its own exact words."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from httpx2 import AsyncClient

from commands.parts.instance import Instance
from commands.parts.ports import pick
from tests.component.files.harness import Desk, Keys, running, settings
from tests.faults.clamd_faults import Fault, FaultyClamd
from tests.support.broker import Broker
from tests.support.engines import local
from tests.support.eventually import eventually
from tests.support.measures import Measures
from tests.support.scanner import EICAR
from tests.unit.files import samples

FAULTS: tuple[Fault, ...] = ("down", "frozen", "cut off", "empty", "error", "almost", "stale")
UPLOADS_A_FAULT = 30
DESKS = 6
FAULTS_AT_ONCE = 2
CLEAN = samples.pdf()
INFECTED = samples.docx_with_picture(EICAR)
VIRUS = "The selected file contains a virus"


@asynccontextmanager
async def files_at(clamd_url: str, mongo_url: str, broker: Broker) -> AsyncIterator[tuple[AsyncClient, Keys]]:
    """The service with this scanner."""
    keys = Keys()
    database = f"files_{uuid4().hex[:8]}"
    chosen = settings(
        keys, mongo_url=mongo_url, database=database, amqp_url=broker.url_of("files"), clamd_url=clamd_url
    )
    async with running(chosen) as started, AsyncClient(base_url=started.url, timeout=60) as client:
        yield client, keys


class Round:
    """Uploads while something is wrong, one in five infected, and what became of them."""

    def __init__(self, client: AsyncClient, keys: Keys) -> None:
        self.desks = [Desk(client, keys) for _ in range(DESKS)]
        self.kept: list[tuple[Desk, str, bool]] = []
        self.released = 0

    async def upload(self) -> None:
        """All of them; each must be kept, be waiting, and be out of everybody's reach."""
        await asyncio.gather(*(self._upload_at(desk) for desk in self.desks))
        assert len(self.kept) == UPLOADS_A_FAULT

    async def _upload_at(self, desk: Desk) -> None:
        for number in range(UPLOADS_A_FAULT // DESKS):
            is_infected = number == 0
            answer = await desk.upload("b.docx" if is_infected else "a.pdf", INFECTED if is_infected else CLEAN)
            assert (answer.status_code, answer.json()["state"]) == (202, "waiting"), answer.text
            self.kept.append((desk, answer.json()["file_id"], is_infected))
        assert (await desk.manifest()).json()["code"] == "files_waiting"

    async def check_closed(self) -> None:
        """Nothing is released, however often the sweeper has tried by now."""
        for desk, file_id, _ in self.kept:
            self.released += (await desk.content(file_id)).status_code == 200
        assert self.released == 0

    async def check_settled(self) -> bool:
        """Clean files are accepted, infected ones refused with their sentence."""
        for desk in self.desks:
            listed = {file["file_id"]: file for file in await desk.files()}
            for other, file_id, is_infected in self.kept:
                if other is desk:
                    file = listed[file_id]
                    expected = ("refused", VIRUS) if is_infected else ("accepted", "")
                    if (file["state"], file["refusal"]) != expected:
                        return False
        return True


async def test_t75_a_failing_scanner_releases_nothing(
    mongo_url: str, shared_broker: Broker, clamd_url: str, measures: Measures
) -> None:
    at_once = asyncio.Semaphore(FAULTS_AT_ONCE)

    async def failing(fault: Fault) -> tuple[Round, float]:
        """One service at a scanner of its own, which fails and then works."""
        async with (
            at_once,
            FaultyClamd.before(clamd_url, fault) as clamd,
            files_at(clamd.url, mongo_url, shared_broker) as (client, keys),
        ):
            here = Round(client, keys)
            await here.upload()
            await asyncio.sleep(3.5)  # the sweeper comes round at least once
            await here.check_closed()
            clamd.fault, began = "none", time.monotonic()
            await eventually(here.check_settled, within=90, every=0.5)
            return here, time.monotonic() - began

    ended = await asyncio.gather(*map(failing, FAULTS))
    measures.report(
        "T75",
        attempted=sum(len(here.kept) for here, _ in ended),
        released=sum(here.released for here, _ in ended),
        recovered_in_s=round(max(seconds for _, seconds in ended), 1),
    )


async def test_t75_a_real_clamd_stopped_and_killed_releases_nothing(
    mongo_url: str, shared_broker: Broker, tmp_path: Path, measures: Measures
) -> None:
    with local("scanner", tmp_path / "scanner") as state:
        instance = Instance(tmp_path / "scanner")
        async with files_at(state["scanner"], mongo_url, shared_broker) as (client, keys):
            here = Round(client, keys)
            os.kill(_pid(instance), signal.SIGSTOP)
            try:
                await here.upload()
                await here.check_closed()
            finally:
                os.kill(_pid(instance), signal.SIGKILL)
            began = time.monotonic()
            await eventually(here.check_settled, within=60)
    recovered = round(time.monotonic() - began, 1)
    measures.report(
        "T75", fault="real clamd", attempted=len(here.kept), released=here.released, recovered_in_s=recovered
    )


async def test_t75_over_stream_max_length_releases_nothing(
    mongo_url: str, shared_broker: Broker, tmp_path: Path, measures: Measures
) -> None:
    async with narrow_clamd(tmp_path) as clamd_url, files_at(clamd_url, mongo_url, shared_broker) as (client, keys):
        desk = Desk(client, keys)
        large = await desk.upload("a.pdf", samples.pdf() + b"%" + b"a" * 300_000 + b"\n%%EOF\n")
        small = await desk.upload("b.pdf", CLEAN)
        assert (large.status_code, small.status_code) == (202, 202 if small.json()["state"] == "waiting" else 201)
        await asyncio.sleep(4)
        assert await desk.state(large.json()["file_id"]) == "waiting"
        fetched = (await desk.content(large.json()["file_id"])).status_code
        assert fetched == 404
    measures.report("T75", fault="StreamMaxLength", attempted=1, released=int(fetched == 200))


@asynccontextmanager
async def narrow_clamd(folder: Path) -> AsyncIterator[str]:
    """A clamd that takes 64 KB at most."""
    port = pick(["scanner"], {})["scanner"]
    (folder / "signatures").mkdir()
    (folder / "signatures/test.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
    configuration = folder / "clamd.conf"
    configuration.write_text(
        f"Foreground yes\nTCPSocket {port}\nTCPAddr 127.0.0.1\nDatabaseDirectory {folder / 'signatures'}\n"
        f"TemporaryDirectory {folder}\nStreamMaxLength 64K\n"
    )
    process = await asyncio.create_subprocess_exec(
        "/usr/sbin/clamd", "--config-file", configuration, stdout=asyncio.subprocess.DEVNULL
    )
    try:

        async def answers() -> bool:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return True

        await eventually(answers)
        yield f"tcp://127.0.0.1:{port}"
    finally:
        process.kill()
        await process.wait()


def _pid(instance: Instance) -> int:
    return int(instance.state()["parts"]["scanner"]["pid"])


def nested(depth: int) -> bytes:
    content = EICAR
    for level in range(depth):
        content = samples.zipped({f"level-{level}.zip": content})
    return content


HIDDEN = {
    "plain.pdf": EICAR,
    "plain.docx": EICAR,
    "pdf.pdf": samples.pdf() + EICAR + b"\n%%EOF\n",
    "attached.pdf": samples.pdf_with_attachment(EICAR),
    "media.docx": INFECTED,
    "embedded.docx": samples.docx({"word/embeddings/oleObject1.bin": EICAR}),
    "zip.docx": samples.docx_with_picture(b"\x89PNG" + nested(1)),
    "zips.docx": samples.docx_with_picture(b"\x89PNG" + nested(20)),
    "chart.docx": samples.docx_with_chart(EICAR),
    "legacy.doc": samples.doc(text=EICAR),
    "behind.jpg": samples.picture() + EICAR,
    "behind.png": samples.picture("PNG") + EICAR,
    "locked.docx": samples.ole({"EncryptedPackage": EICAR.ljust(4096, b"\0")}),
}


@pytest.mark.parametrize("times", [10])
async def test_t76_eicar_is_never_released(
    mongo_url: str, shared_broker: Broker, clamd_url: str, measures: Measures, times: int
) -> None:
    released: list[str] = []
    async with files_at(clamd_url, mongo_url, shared_broker) as (client, keys):
        for _ in range(times):
            desk = Desk(client, keys)
            for name, content in HIDDEN.items():
                answer = await desk.upload(name, content)
                if answer.status_code != 422:
                    released.append(name)
            assert await desk.files() == []
    attempted = times * len(HIDDEN)
    measures.report("T76", attempted=attempted, refused=attempted - len(released), released=len(released))
    assert released == []
