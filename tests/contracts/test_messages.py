"""What every message and every service must keep to. Each test walks the catalogue: a new message needs no new test."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any, get_args, get_type_hints

import jsonschema_rs
import pytest
from pydantic import BaseModel

from chassis.messaging import Subscription
from commands.messages import generated, named_in_card, publishers_of
from commands.topology import subscriptions
from contracts.base import CouncilMessage, Message, PersonalData, PortalMessage
from contracts.catalogue import CATALOGUE, OWNERS, taker_of
from contracts.portal import MessageRejected
from contracts.registry import stored
from tests.support.reach import built_in

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = sorted(CATALOGUE.items())
EXAMPLES = sorted(ROOT.glob("contracts/examples/*/*.json"))
PUBLISHES = r"(broker|publisher|exchange|channel)\.publish\(|basic_publish"
OPENS = r"AsyncIOMotorClient\(|MongoClient\("
TELLS_TIME = r"datetime\.now\(|utcnow\(|date\.today\("
PAST = re.compile(r"(ed|set|told|sent|overdue)$")


@pytest.fixture(scope="module")
def files() -> dict[Path, str]:
    return generated()


def test_what_is_generated_is_committed(files: dict[Path, str]) -> None:
    stale = [str(path) for path, text in files.items() if (ROOT / path).read_text(encoding="utf-8") != text]
    assert not stale, f"run ./portal messages and commit: {stale}"


def test_no_schema_is_left_over() -> None:
    kept = {path.name.removesuffix(".json") for path in ROOT.glob("contracts/schemas/*.json")}
    assert kept == set(CATALOGUE)


@pytest.mark.parametrize(("name", "message"), MESSAGES)
def test_a_message_is_named_told_and_shown(name: str, message: type[Message]) -> None:
    owner, *_, action, version = name.split(".")
    assert owner in OWNERS
    assert message.__doc__
    assert message.__doc__.strip().endswith(".")
    assert PAST.search(action), f"{name}: the action is not in the past tense"
    assert re.fullmatch(r"v[1-9]\d*", version)
    assert list(ROOT.glob(f"contracts/examples/{name}/*.json")), f"{name} has no example"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_example_fits_its_model_and_its_schema(path: Path) -> None:
    message = CATALOGUE[path.parent.name]
    parsed = message.model_validate_json(path.read_bytes())
    frozen = json.loads((ROOT / f"contracts/schemas/{path.parent.name}.json").read_text(encoding="utf-8"))
    validator = jsonschema_rs.Draft202012Validator(frozen, validate_formats=True)
    assert [str(error) for error in validator.iter_errors(json.loads(path.read_bytes()))] == []
    assert [str(error) for error in validator.iter_errors(json.loads(parsed.model_dump_json(by_alias=True)))] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_newer_sender_does_no_harm(path: Path) -> None:
    CATALOGUE[path.parent.name].model_validate({**json.loads(path.read_bytes()), "added_later": 1})


def _subscriptions() -> list[tuple[str, Subscription[Any, Any]]]:
    return [(service, one) for service, own in subscriptions().items() for one in own]


def test_a_councils_message_is_heard_by_the_service_that_takes_it_over_http_and_by_no_other() -> None:
    heard = {one.model: service for service, one in _subscriptions() if one.is_from_councils}
    takers = {message: taker_of(name) for name, message in MESSAGES if issubclass(message, CouncilMessage)}
    assert heard == takers
    assert len(takers) == sum(one.is_from_councils for _, one in _subscriptions())


def test_what_is_listened_to_is_published_and_what_is_published_is_heard() -> None:
    heard = {one.model.wire_name for _, one in _subscriptions() if one.model is not None}
    published = {name for name in CATALOGUE if publishers_of(name)}
    from_councils = {name for name, message in MESSAGES if issubclass(message, CouncilMessage)}
    to_councils = {name for name, message in MESSAGES if issubclass(message, PortalMessage)}
    assert heard - from_councils <= published
    assert published - to_councils <= heard, "the broker returns what nobody hears"


@pytest.mark.parametrize("service", stored())
def test_a_card_names_what_the_service_hears(service: str) -> None:
    own = [one for owner, one in _subscriptions() if owner == service and one.model is not None]
    assert sorted(named_in_card(service, "Listens")) == sorted({one.model.wire_name for one in own if one.model})


@pytest.mark.parametrize("service", stored())
def test_a_card_names_what_the_service_publishes(service: str) -> None:
    built = built_in(ROOT / "services" / service)
    told = {name for name, message in MESSAGES if f"{message.__module__}.{message.__name__}" in built}
    # The chassis builds it, for whoever hears councils.
    told |= {MessageRejected.wire_name for owner, one in _subscriptions() if owner == service and one.refusal}
    assert set(named_in_card(service, "Publishes")) == told


def test_what_nobody_calls_counts_as_not_built(tmp_path: Path) -> None:
    (tmp_path / "handlers.py").write_text(
        "from contracts.tasks import TaskOpened, TaskRetracted as Withdrawn\n"
        "from contracts import portal\n"
        "def told(): return portal.DelegationAccepted(), Withdrawn()\n"
        "def forgotten(): return TaskOpened()\n"
        "subscriptions = [told]\n"
    )
    assert built_in(tmp_path) == {"contracts.portal.DelegationAccepted", "contracts.tasks.TaskRetracted"}


@pytest.mark.parametrize(("service", "subscription"), _subscriptions(), ids=lambda one: getattr(one, "queue", one))
def test_what_a_service_hears_is_told_by_one_service_alone(service: str, subscription: Subscription[Any, Any]) -> None:
    name = subscription.model.wire_name if subscription.model else ""
    assert ([subscription.teller] if subscription.teller else []) == publishers_of(name), f"{service} hears {name}"


@pytest.mark.parametrize(("service", "subscription"), _subscriptions(), ids=lambda one: getattr(one, "queue", one))
def test_a_handler_hears_the_message_of_its_queue(service: str, subscription: Subscription[Any, Any]) -> None:
    """mypy says so too, but for a table that somebody gives a type of its own."""
    heard, *_ = get_type_hints(subscription.handler).values()
    assert heard is subscription.message, service


def test_a_queue_has_one_handler_and_its_service_in_its_name() -> None:
    names = [one.queue for _, one in _subscriptions()]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(rf"{service}\.[a-z]+(-[a-z]+)*", one.queue) for service, one in _subscriptions())


def _parts(annotation: Any) -> list[Any]:
    return [annotation, *(inner for part in get_args(annotation) for inner in _parts(part))]


@pytest.mark.parametrize(("name", "message"), MESSAGES)
def test_personal_data_is_in_fields_made_for_it(name: str, message: type[Message]) -> None:
    allowed = {"person", "subject", "sender", "tell", "members", "signed_by", "former", "managers", "profile"}
    for field_name, field in message.model_fields.items():
        holds = any(isinstance(part, type) and issubclass(part, PersonalData) for part in _parts(field.annotation))
        assert not holds or field_name in allowed, f"{name}.{field_name}"


def test_models_are_frozen() -> None:
    for message in CATALOGUE.values():
        assert issubclass(message, BaseModel)
        assert message.model_config["frozen"], message


def _files_with(pattern: str) -> set[str]:
    found = subprocess.run(
        ["git", "grep", "-lE", pattern, "--", "services", "chassis"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return set(found.stdout.split())


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        pytest.param(
            PUBLISHES,
            {f"chassis/{name}.py" for name in ("outbox", "relay", "endings", "retell")},
            id="only the outbox publishes",
        ),
        pytest.param(OPENS, {"chassis/database.py"}, id="only the chassis opens the database"),
        pytest.param(TELLS_TIME, {"chassis/clock.py"}, id="only the clock tells the time"),
    ],
)
def test_some_things_are_done_in_one_place(pattern: str, allowed: set[str]) -> None:
    found = _files_with(pattern)
    assert found, "the pattern finds not even the place where it is allowed"
    assert found <= allowed
