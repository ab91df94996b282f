"""What the system tests share: people around a form."""

from collections.abc import AsyncIterator

import pytest

from tests.support.council import Council
from tests.support.portal import Portal
from tests.system.scene import Scene, around_a_form


@pytest.fixture
async def scene(portal: Portal, bristol: Council) -> AsyncIterator[Scene]:
    """People around a form of Bristol's."""
    async with around_a_form(portal, bristol) as scene:
        yield scene
