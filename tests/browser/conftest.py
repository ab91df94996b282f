"""One Chromium for the run; every test has a browser context of its own in it. What the walks of pages share."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.page_checks import SERVED, unchecked
from tests.support import markup
from tests.support.eventually import WITHIN_SECONDS
from tests.support.portal import Portal

expect.set_options(timeout=WITHIN_SECONDS * 1000)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, or what PORTAL_CHROMIUM names."""
    path = os.environ.get("PORTAL_CHROMIUM") or shutil.which("chromium-headless-shell")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        await chromium.close()


@pytest.fixture(scope="session")
def valid_html(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Every page and email that the tests were sent is valid HTML; asked once, at the end of them all."""
    yield
    kinds = {row["Subject"]: row for row in portal.mail.all()}
    emails = {subject: portal.mail.read(row)["HTML"] for subject, row in kinds.items()}
    wrong = markup.faults({**SERVED, **emails}, tmp_path_factory.mktemp("served"))
    assert not wrong, "\n".join(wrong)


@pytest.fixture(scope="session", autouse=True)
def every_page(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where all the walks were asked for, they have checked a page of every template; a part of them need not."""
    yield
    asked_for = {item.path for item in request.session.items}
    if asked_for >= {*Path(__file__).parent.glob("test_*.py")} and not request.config.getoption("keyword"):
        assert unchecked() == set(), "no walk checks a page of these templates"


@pytest.fixture
def shots() -> Path | None:
    """Where pictures of every page go: PORTAL_SCREENSHOTS; none are taken without it."""
    folder = os.environ.get("PORTAL_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder) if folder else None
