"""One portal in containers for all tests of this folder."""

from collections.abc import Iterator

import docker
import pytest

from commands.containers import engine
from tests.containers.deployment import Deployment, deployed


@pytest.fixture(scope="session")
def docker_engine() -> Iterator[docker.DockerClient]:
    client = engine()
    yield client
    client.close()


@pytest.fixture(scope="session")
def portal(docker_engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with deployed(tmp_path_factory.mktemp("portal")) as running:
        yield running
