"""What the containers may not do, and what their images may not hold."""

import json
import re

import docker
import pytest
from docker.errors import ContainerError
from docker.models.containers import Container

from commands.containers import PORTAL_IMAGE
from contracts.registry import names, stored
from tests.containers.deployment import Deployment

SECRET_NAMES = re.compile(r"(PASSWORD|SECRET|SIGNING_KEY|REPLICA_SET_KEY|PASSWORDS|SECRETS)$")
TOOLS = ("gcc", "cc", "make", "git", "cargo", "npm")
TEST_MODULES = ("pytest", "yara", "yara_x", "pdfalyzer", "yaralyzer")


@pytest.fixture
def containers(portal: Deployment, docker_engine: docker.DockerClient) -> list[Container]:
    label = f"com.docker.compose.project={portal.project}"
    return list(docker_engine.containers.list(all=True, filters={"label": label}))


def service(container: Container) -> str:
    return str(container.labels["com.docker.compose.service"])


def test_nobody_is_root_and_nothing_can_be_changed(containers: list[Container]) -> None:
    assert containers
    for one in containers:
        host = one.attrs["HostConfig"]
        assert host["ReadonlyRootfs"], service(one)
        assert host["CapDrop"] == ["ALL"], service(one)
        assert "no-new-privileges:true" in host["SecurityOpt"], service(one)
        assert host["PidsLimit"], service(one)
        if one.status == "running":
            assert host["Memory"] > 0, service(one)
            assert int(one.exec_run(["id", "-u"]).output) > 0, service(one)
            assert one.exec_run(["touch", "/srv/changed"]).exit_code != 0, service(one)


def test_what_must_run_starts_again(containers: list[Container]) -> None:
    running = [one for one in containers if one.status == "running"]
    assert {one.attrs["HostConfig"]["RestartPolicy"]["Name"] for one in running} == {"unless-stopped"}
    assert all(one.attrs["State"]["Health"]["Status"] == "healthy" for one in running)


def test_no_secret_is_in_an_image(portal: Deployment, docker_engine: docker.DockerClient) -> None:
    image = docker_engine.images.get(PORTAL_IMAGE)
    told = json.dumps([image.history(), image.attrs])
    assert [name for name in portal.values if SECRET_NAMES.search(name) and name in told] == []
    found = docker_engine.containers.run(
        PORTAL_IMAGE, ["find", "/srv", "-name", ".env*", "-o", "-name", "*.pem", "-o", "-name", "*.key"], remove=True
    )
    assert found == b""


def test_the_image_holds_no_build_tools_and_no_test_tools(docker_engine: docker.DockerClient) -> None:
    tools = f"for tool in {' '.join(TOOLS)}; do command -v $tool; done"
    found = "import sys; from importlib.util import find_spec; print(*filter(find_spec, sys.argv[1:]))"
    modules = f"python -c '{found}' {' '.join(TEST_MODULES)} | grep ."
    assert docker_engine.containers.run(PORTAL_IMAGE, ["sh", "-c", f"{tools}; {modules}; true"], remove=True) == b""


@pytest.mark.parametrize("name", names())
def test_a_service_without_its_secrets_does_not_start(docker_engine: docker.DockerClient, name: str) -> None:
    command = f"uvicorn services.{name}.app:create_app"
    with pytest.raises(ContainerError) as stopped:
        docker_engine.containers.run(PORTAL_IMAGE, command, environment={"PORTAL_ENV": "production"}, remove=True)
    assert "Field required" in str(stopped.value)


def test_the_broker_lets_nobody_in_with_the_published_password(portal: Deployment) -> None:
    answer = portal.compose("exec", "-T", "rabbitmq", "rabbitmqctl", "-q", "list_users", "--formatter", "json")
    users = {row["user"] for row in json.loads(answer)}
    assert "guest" not in users
    assert {*stored(), "bristol", "oxfordshire"} <= users
