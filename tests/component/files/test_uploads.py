"""Uploads through the real door: what is kept, what is refused, and what the person reads."""

import asyncio
import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from services.files.settings import Settings
from tests.component.files.harness import Desk, stored
from tests.support.eventually import eventually
from tests.support.scanner import EICAR
from tests.unit.files import samples

MEGABYTE = 1024 * 1024


async def test_an_honest_file_is_accepted_and_can_be_read_back(desk: Desk) -> None:
    answer = await desk.upload("Bericht über Gabriel.pdf", samples.pdf())
    assert answer.status_code == 201
    view = answer.json()
    assert view["state"] == "accepted"
    assert view["name"] == "Bericht über Gabriel.pdf"
    assert view["uploaded_by"] == "Sandra Example"
    assert await desk.files() == [view]
    content = await desk.content(view["file_id"])
    assert content.content == samples.pdf()
    assert len(content.content) == view["size"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", samples.docx()),
        ("a.doc", samples.doc()),
        ("A.JPG", samples.picture()),
        ("a.jpeg", samples.picture()),
        ("a.png", samples.picture("PNG")),
    ],
)
async def test_every_type_of_the_authority_is_accepted(desk: Desk, name: str, content: bytes) -> None:
    assert (await desk.upload(name, content)).status_code == 201


@pytest.mark.parametrize(
    ("name", "content", "code", "detail"),
    [
        ("a.pdf", b"", "file_empty", "The selected file is empty"),
        ("a.pdf", b"x" * (10 * MEGABYTE + 1), "file_too_large", "The selected file must be smaller than 10MB"),
        ("a.exe", b"MZ", "file_wrong_type", "The selected file must be a DOC, DOCX, PDF, JPG or PNG"),
        ("", b"MZ", "file_wrong_type", "The selected file must be a DOC, DOCX, PDF, JPG or PNG"),
        ("a.pdf", b"MZ", "file_wrong_type", "The selected file must be a DOC, DOCX, PDF, JPG or PNG"),
        (
            "a.pdf",
            samples.pdf_with_attachment(b"x"),
            "pdf_has_active_content",
            "The selected file must be a PDF without scripts, attachments or media",
        ),
        (
            "a.docx",
            samples.docx_with_picture(EICAR),
            "file_has_virus",
            "The selected file contains a virus",
        ),
        ("a.jpg", samples.picture() + EICAR, "file_has_virus", "The selected file contains a virus"),
        (
            "a.docx",
            samples.ole({"EncryptedPackage": b"1" * 4096}),
            "file_password_protected",
            "The selected file is password protected",
        ),
    ],
)
async def test_a_bad_file_is_refused_with_its_sentence_and_nothing_stays(  # noqa: PLR0917
    desk: Desk, chosen: Settings, name: str, content: bytes, code: str, detail: str
) -> None:
    before = await stored(chosen.mongo_url.get_secret_value(), chosen.mongo_database)
    answer = await desk.upload(name, content)
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (422, code, detail)
    assert answer.headers["content-type"] == "application/problem+json"
    assert await desk.files() == []
    assert await stored(chosen.mongo_url.get_secret_value(), chosen.mongo_database) == before


async def test_a_refusal_does_not_touch_what_is_there(desk: Desk) -> None:
    kept = await desk.attach("a.pdf", samples.pdf())
    await desk.upload("b.exe", b"MZ")
    assert [file["file_id"] for file in await desk.files()] == [kept]


async def test_the_limit_holds_whatever_is_announced(desk: Desk) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(15):
            yield b"%PDF-" + b"x" * MEGABYTE

    answer = await desk.upload("a.pdf", endless())
    assert (answer.status_code, answer.json()["code"]) == (422, "file_too_large")


async def test_another_authority_has_its_own_limit(desk: Desk) -> None:
    desk.authority = "oxfordshire"
    answer = await desk.upload("a.pdf", b"x" * (10 * MEGABYTE + 1))
    assert answer.json()["code"] == "file_wrong_type"
    answer = await desk.upload("a.pdf", b"x" * (15 * MEGABYTE + 1))
    assert answer.json()["detail"] == "The selected file must be smaller than 15MB"


async def test_a_large_file_goes_through_whole(desk: Desk) -> None:
    content = samples.docx_with_picture(bytes(range(256)) * 4096)
    padded = samples.pdf() + b"%" + b"a" * (9 * MEGABYTE) + b"\n%%EOF\n"
    assert (await desk.content(await desk.attach("a.pdf", padded))).content == padded
    assert (await desk.content(await desk.attach("a.docx", content))).content == content


async def test_a_picture_is_kept_without_its_place(desk: Desk) -> None:
    kept = (await desk.content(await desk.attach("a.jpg", samples.picture_with_place()))).content
    with Image.open(io.BytesIO(kept)) as picture:
        assert not dict(picture.getexif())


async def test_the_same_key_is_the_same_file(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.upload("a.pdf", samples.pdf(), "key-1") for _ in range(3)))
    again = await desk.upload("a.pdf", samples.pdf(), "key-1")
    other = await desk.upload("a.pdf", samples.pdf(), "key-2")
    assert len({answer.json()["file_id"] for answer in [*answers, again]}) == 1
    assert other.json()["file_id"] != again.json()["file_id"]
    assert len(await desk.files()) == 2
    for file in await desk.files():
        assert (await desk.content(file["file_id"])).content == samples.pdf()


async def test_a_removed_file_can_come_again_with_its_key(desk: Desk) -> None:
    first = (await desk.upload("a.pdf", samples.pdf(), "key-1")).json()["file_id"]
    await desk.remove(first)
    again = [(await desk.upload("a.pdf", samples.pdf(), "key-1")).json()["file_id"] for _ in range(2)]
    assert again[0] == again[1] != first
    assert [file["file_id"] for file in await desk.files()] == again[:1]


async def test_many_at_once_are_all_kept(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.upload(f"{number}.pdf", samples.pdf()) for number in range(4)))
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len(await desk.files()) == 4


async def test_one_person_cannot_take_every_lane(desk: Desk) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"%PDF-"
        await asyncio.sleep(1)
        yield b"x"

    answers = await asyncio.gather(*(desk.upload("a.pdf", slow()) for _ in range(8)))
    codes = sorted(answer.json()["code"] for answer in answers)
    assert codes == ["file_wrong_type"] * 4 + ["too_many_uploads"] * 4
    assert all(answer.headers["retry-after"] for answer in answers if answer.status_code == 429)


async def test_a_sender_who_hangs_up_leaves_nothing(desk: Desk, chosen: Settings) -> None:
    before = await stored(chosen.mongo_url.get_secret_value(), chosen.mongo_database)

    async def broken() -> AsyncIterator[bytes]:
        yield b"%PDF-" + b"x" * MEGABYTE * 2
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        await desk.upload("a.pdf", broken())
    assert await desk.files() == []

    async def is_as_before() -> bool:
        return await stored(chosen.mongo_url.get_secret_value(), chosen.mongo_database) == before

    await eventually(is_as_before)
