"""Fixtures of the tests that send mail."""

from collections.abc import Iterator

import pytest

from tests.component.notify.catcher import MailCatcher, free_port


@pytest.fixture(scope="session")
def catcher_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailCatcher]:
    """One catcher for the whole run."""
    catcher = MailCatcher(tmp_path_factory.mktemp("mail"), free_port(), free_port())
    catcher.start()
    yield catcher
    catcher.stop()


@pytest.fixture
def catcher(catcher_process: MailCatcher) -> MailCatcher:
    """An empty catcher that refuses nobody."""
    if catcher_process.process is None:
        catcher_process.start()
    catcher_process.text("/api/v1/messages", "DELETE")
    catcher_process.text("/api/v1/chaos", "PUT", {})
    return catcher_process
