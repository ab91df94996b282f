"""What fault tests share: rigs for the chassis."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.faults.rigs import Rig
from tests.support.broker import Broker

RigMaker = Callable[..., AbstractAsyncContextManager[Rig]]


@pytest.fixture
def rig_of(shared_broker: Broker, mongo_url: str, tmp_path: Path) -> RigMaker:
    """Starts a rig with options: delays, prefetch, timeout_seconds."""

    def start(**options: Any) -> AbstractAsyncContextManager[Rig]:
        return Rig.running(shared_broker.url, mongo_url, tmp_path, **options)

    return start
