"""`./portal test containers`: finds an engine, has every image that compose.yaml names, runs tests/containers.

A published image that cannot be had is replaced by its stand-in (tests/containers/<service>), and said so.
Not here: bringing the portal up and driving it, which the tests do.
"""

import os
import subprocess
import sys
from collections.abc import Sequence

import docker
import yaml
from docker.errors import APIError, BuildError, DockerException, ImageNotFound
from docker.models.images import Image

from commands.parts.instance import ROOT
from commands.parts.trouble import Trouble

PORTAL_IMAGE = "portal:test"
STAND_INS = ROOT / "tests/containers"
STAND_IN = "standin"
_PING_SECONDS = 10
_BUILD_SECONDS = 900
_TEST_SECONDS = 900
"""The first test has the whole portal brought up, which takes minutes on a busy machine."""
HOW_TO_GET_AN_ENGINE = (
    "No Docker engine answers ({reason}). Start one, for example Docker Engine or Docker Desktop; where it does not "
    "listen at the usual place, name its address in DOCKER_HOST. Then try again: ./portal test containers"
)


def engine() -> docker.DockerClient:
    """The engine that DOCKER_HOST names, or the one at the usual place."""
    try:
        client = docker.from_env(timeout=_BUILD_SECONDS)
        client.api.timeout = _PING_SECONDS
        client.ping()
    except DockerException as failure:
        raise Trouble(HOW_TO_GET_AN_ENGINE.format(reason=failure)) from failure
    client.api.timeout = _BUILD_SECONDS
    return client


def published_images() -> dict[str, str]:
    """By service of compose.yaml, those that are somebody else's."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    return {name: service["image"] for name, service in services.items() if "build" not in service}


def build(client: docker.DockerClient, tag: str, containerfile: str) -> Image:
    """Build from the repository; what has not changed comes from the engine's cache."""
    print(f"Building {tag} ...", flush=True)
    try:
        image, _ = client.images.build(path=str(ROOT), dockerfile=containerfile, tag=tag, rm=True, forcerm=True)
    except BuildError as failure:
        log = "".join(line.get("stream", "") for line in failure.build_log)
        raise Trouble(f"{log}\n{tag} could not be built: {failure}") from failure
    return image


def is_stand_in(image: Image) -> bool:
    """Whether it says of itself that it only stands in for a published one."""
    return bool(image.labels.get(STAND_IN) == "true")


def obtain(client: docker.DockerClient, service: str, tag: str) -> Image:
    """The published image, from here or from its registry; else its stand-in, which is built anew when it changes."""
    try:
        image = client.images.get(tag)
    except ImageNotFound:
        try:
            return client.images.pull(tag)
        except APIError:
            return build(client, tag, f"tests/containers/{service}/Containerfile")
    return build(client, tag, f"tests/containers/{service}/Containerfile") if is_stand_in(image) else image


def prepare() -> list[str]:
    """Have every image; the names of those that are stand-ins, or stand on one."""
    client = engine()
    try:
        images = {tag: obtain(client, service, tag) for service, tag in published_images().items()}
        images[PORTAL_IMAGE] = build(client, PORTAL_IMAGE, "deploy/images/Containerfile")
    except APIError as failure:
        raise Trouble(f"The engine refused: {failure}") from failure
    finally:
        client.close()
    return [tag for tag, image in images.items() if is_stand_in(image)]


def run(arguments: Sequence[str]) -> int:
    """Prepare, test, and say what stood in for what."""
    stand_ins = prepare()
    environment = {**os.environ, "TESTCONTAINERS_RYUK_DISABLED": "true"}
    command = [sys.executable, "-m", "pytest", "--timeout", str(_TEST_SECONDS), str(STAND_INS), *arguments]
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    if stand_ins:
        print(f"Stand-ins, built from Debian, took the place of published images in this run: {', '.join(stand_ins)}.")
    return code


if __name__ == "__main__":
    try:
        sys.exit(run(sys.argv[1:]))
    except Trouble as trouble:
        sys.exit(str(trouble))
