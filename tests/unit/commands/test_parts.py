"""Ports, secrets, addresses and the state of one local portal."""

import importlib
import json
import os
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from chassis.settings import ServiceSettings
from commands.parts import broker, database, demo_content, ports, secrets, services
from commands.parts.instance import CONTENTS, ROOT, Instance
from commands.parts.processes import birth, is_same
from commands.parts.scanner import _TEST_SIGNATURE
from commands.parts.services import Addresses, as_user, authorities_in, environment
from commands.parts.trouble import Trouble
from commands.status import document
from contracts.council import DelegationRequested, DelegationRetracted, WorkGroupDefined
from contracts.registry import names, stored

ADDRESSES = Addresses(
    amqp="amqp://127.0.0.1:5672/",
    mongo="mongodb://127.0.0.1/",
    smtp="smtp://127.0.0.1:25",
    clamd="tcp://127.0.0.1:3310",
    gateway="http://127.0.0.1:8000",
    services={name: f"http://127.0.0.1/{name}" for name in names()},
    replicas={"tasks-2": ("tasks", "http://127.0.0.1:20002")},
    is_broker_outside=False,
    has_broker_users=True,
)


def test_a_part_gets_the_port_that_it_had_before() -> None:
    first = ports.pick(["broker", "mail"], {})
    assert ports.pick(["broker", "mail"], first) == first
    assert len(set(first.values())) == 2


def test_a_port_that_is_taken_is_not_given_again() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        assert ports.pick(["broker"], {"broker": number})["broker"] != number


def test_two_that_pick_at_the_same_time_pick_different_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    lowest, names_of_parts = ports.pick(["any"], {})["any"], [f"part-{number}" for number in range(20)]
    few = {"_LOWEST": lowest, "_HIGHEST": lowest + 60}
    for name, value in few.items():
        monkeypatch.setattr(ports, name, value)
    ours = ports.pick(names_of_parts, {})
    script = f"""
from commands.parts import ports
ports._LOWEST, ports._HIGHEST = {few["_LOWEST"]}, {few["_HIGHEST"]}
print(*ports.pick({names_of_parts}, {ours}).values())
"""
    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    theirs = {int(port) for port in told.split()}
    assert len(theirs) == len(names_of_parts)
    assert not theirs & set(ours.values()), "also where they had the same ports before"


def test_secrets_are_made_once_and_are_for_their_owner_only(tmp_path: Path) -> None:
    instance = Instance(tmp_path)
    made = secrets.load(instance, ["bristol"])
    assert secrets.load(instance, ["bristol"]) == made
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0
    grown = secrets.load(instance, ["bristol", "oxfordshire"])
    assert grown.passwords["bristol"] == made.passwords["bristol"]
    assert len(set(grown.passwords.values())) == len(grown.passwords)


def test_each_service_signs_in_to_the_broker_as_itself(tmp_path: Path) -> None:
    made = secrets.load(Instance(tmp_path), ["bristol"])
    amqp = {name: environment(name, ADDRESSES, made, ("bristol",))[f"{name.upper()}_AMQP_URL"] for name in stored()}
    assert amqp["tasks"] == f"amqp://tasks:{made.passwords['tasks']}@127.0.0.1:5672/"
    assert len(set(amqp.values())) == len(stored())


@pytest.mark.parametrize(
    ("wanted", "has_mongod", "engine"),
    [(None, True, "mongod"), ("", False, "secantusdb"), ("secantusdb", True, "secantusdb"), ("mongod", True, "mongod")],
)
def test_the_database_is_the_one_asked_for_else_the_better_one(
    wanted: str | None, has_mongod: bool, engine: str
) -> None:
    assert database.choose(wanted, has_mongod=has_mongod) == engine


@pytest.mark.parametrize(("wanted", "told"), [("mongod", "No mongod starts"), ("couch", "mongod or secantusdb")])
def test_a_database_that_cannot_be_had_is_told(wanted: str, told: str) -> None:
    with pytest.raises(Trouble, match=told):
        database.choose(wanted, has_mongod=False)


@pytest.mark.parametrize("name", names())
def test_a_service_knows_every_setting_that_it_is_given_and_gets_each_that_it_must_have(
    name: str, tmp_path: Path
) -> None:
    made = secrets.load(Instance(tmp_path), ["bristol"])
    module = importlib.import_module(f"services.{name}.settings")
    fields = {
        f"{name}_{setting}".upper(): field
        for settings in vars(module).values()
        if isinstance(settings, type) and issubclass(settings, ServiceSettings)
        for setting, field in settings.model_fields.items()
    }
    given = set(environment(name, ADDRESSES, made, ("bristol",)))
    assert given <= fields.keys()
    assert {variable for variable, field in fields.items() if field.is_required()} <= given


def test_auth_gets_no_secret_of_a_council_in_clear(tmp_path: Path) -> None:
    made = secrets.load(Instance(tmp_path), ["bristol"])
    told = environment("auth", ADDRESSES, made, ("bristol",))
    assert made.client_secrets["bristol"] not in json.dumps(told)
    assert json.loads(told["AUTH_COUNCIL_CLIENTS"])["bristol"]["client_id"] == "bristol"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("amqp://127.0.0.1:5672/", "amqp://bristol:a%2Fb@127.0.0.1:5672/"),
        ("amqp://guest:guest@broker.example/vhost", "amqp://bristol:a%2Fb@broker.example/vhost"),
    ],
)
def test_credentials_replace_those_of_an_address(given: str, expected: str) -> None:
    assert as_user(given, "bristol", "a/b") == expected


def test_two_supervisors_cannot_share_a_directory(tmp_path: Path) -> None:
    first = Instance(tmp_path)
    with first.alone():
        assert first.is_held()
        with pytest.raises(Trouble, match="already runs"), Instance(tmp_path).alone():
            pass
    assert not first.is_held()


def test_asking_about_a_portal_leaves_no_trace(tmp_path: Path) -> None:
    assert not Instance(tmp_path / "nowhere").is_held()
    assert not (tmp_path / "nowhere").exists()


def test_fresh_empties_what_a_portal_keeps_and_nothing_else(tmp_path: Path) -> None:
    for name in (*CONTENTS, "mine.txt"):
        (tmp_path / name).write_text("{}")
    instance = Instance(tmp_path)
    instance.prepare(fresh=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["logs", "mine.txt"]


def test_status_has_the_same_keys_whether_something_runs_or_not() -> None:
    keys = {"ready", "gateway", "amqp", "mongo", "mail", "services", "demo"}
    nothing = document({}, {})
    assert set(nothing) == keys
    assert nothing["ready"] is False
    row = {"url": "http://127.0.0.1:1", "probe": "", "pid": 7, "birth": "1", "restarts": 0}
    state = {"complete": True, "parts": {"tasks": row, "epmd": row}}
    running = document(state, {"tasks": True, "epmd": True})
    assert set(running) == keys
    assert running["ready"] is True
    assert running["services"] == {"tasks": {"url": "http://127.0.0.1:1", "ready": True, "pid": 7}}
    assert document(state, {"tasks": False, "epmd": True})["ready"] is False


def test_a_number_that_another_process_got_is_not_our_process() -> None:
    own = os.getpid()
    assert is_same(own, birth(own))
    assert not is_same(own, "another birth")
    assert not is_same(None, None)


def test_the_scanners_one_signature_is_the_test_file() -> None:
    name, target, offset, signature = _TEST_SIGNATURE.split(":")
    assert (name, target, offset) == ("Eicar-Test-Signature", "0", "*")
    text = bytes.fromhex(signature)
    assert len(text) == 68
    assert text.endswith(b"ANTIVIRUS-TEST-FILE!$H+H*")


def test_the_demo_says_what_the_contract_allows() -> None:
    for message, said in (
        (DelegationRequested, demo_content.delegations(date(2026, 11, 21))),
        (WorkGroupDefined, demo_content.groups()),
        (DelegationRetracted, demo_content.retracted()),
    ):
        for authority, bodies in said.items():
            for body in bodies:
                message.model_validate({**body, "authority": authority})


def test_the_demo_shows_every_shipped_form_of_both_councils_some_to_a_group() -> None:
    delegated = demo_content.delegations(date(2026, 11, 21))
    shipped = {path.stem for path in (ROOT / "services/forms/definitions").glob("*.json")}
    assert set(delegated) == set(authorities_in(ROOT / "deploy/authorities"))
    assert {body["form"] for bodies in delegated.values() for body in bodies} == shipped
    assert all(
        {body["assignee"]["kind"] for body in bodies} == {"person", "work_group"} for bodies in delegated.values()
    )


def test_a_further_replica_has_the_settings_of_its_service_and_a_port_of_its_own(tmp_path: Path) -> None:
    known = secrets.load(Instance(tmp_path), ["bristol"])
    made = {part.name: part for part in services.parts(ADDRESSES, known, after=(), authorities=("bristol",))}
    assert made["tasks-2"].environment == made["tasks"].environment
    assert made["tasks-2"].url == "http://127.0.0.1:20002"
    assert "services.tasks.app:create_app" in made["tasks-2"].command
    assert "20002" in made["tasks-2"].command


def test_definitions_are_made_anew_for_other_code_other_councils_and_other_passwords(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance, councils, code = Instance(tmp_path / "data"), tmp_path / "authorities", tmp_path / "services"
    for folder in (instance.data / "broker", councils, code):
        folder.mkdir(parents=True)
    monkeypatch.setattr(broker, "ROOT", tmp_path)
    kept = broker.stamp_of(councils, {"tasks": "one"})
    assert not broker.has_definitions(instance, kept)
    broker.write_definitions(instance, "{}", kept)
    assert broker.has_definitions(instance, broker.stamp_of(councils, {"tasks": "one"}))
    assert not broker.has_definitions(instance, broker.stamp_of(councils, {"tasks": "two"}))
    (councils / "bristol.json").write_text("{}")
    other_councils = broker.stamp_of(councils, {"tasks": "one"})
    assert not broker.has_definitions(instance, other_councils)
    (code / "handlers.py").touch()
    assert broker.stamp_of(councils, {"tasks": "one"}) != other_councils
    (instance.data / "broker" / broker.DEFINITIONS).unlink()
    assert not broker.has_definitions(instance, kept)


def test_a_broker_is_laid_out_with_the_libraries_that_it_leans_on_and_no_plugins(tmp_path: Path) -> None:
    applications = {
        "rabbit-3.1": "{applications,\n [kernel,rabbit_common,\n  ranch]},",
        "rabbit_common-3.1": "{applications, [stdlib, rabbit]},",
        "ranch-2.1.0": '{vsn,"2.1.0"}',
        "rabbitmq_management-3.1": "{applications,[rabbit]},",
    }
    for name, text in applications.items():
        file = tmp_path / f"installed/plugins/{name}/ebin/{name.rpartition('-')[0]}.app"
        file.parent.mkdir(parents=True)
        file.write_text(text)
    server = tmp_path / "installed/sbin/rabbitmq-server"
    server.parent.mkdir()
    server.write_text("starts")
    for _ in range(2):
        started = broker._lay_out(server, tmp_path / "own")
    assert started.read_text() == "starts"
    linked = {path.name: path.resolve() for path in (tmp_path / "own/plugins").iterdir()}
    assert linked == {name: tmp_path / "installed/plugins" / name for name in (*applications,)[:3]}
    lone = tmp_path / "lone/sbin/rabbitmq-server"
    assert broker._lay_out(lone, tmp_path / "other") == lone
