"""What a person types, and what they are told when it is wrong."""

import argparse
import importlib.machinery
import importlib.util
import json
import socket
from pathlib import Path
from types import ModuleType

import pytest

from commands import council, dead, forms
from commands.__main__ import COMMANDS, main
from commands.parts.instance import ROOT
from commands.test import FOLDERS, LANES


@pytest.fixture(scope="module")
def portal() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("portal_script", str(ROOT / "portal"))
    spec = importlib.util.spec_from_loader("portal_script", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_a_later_round_is_told_with_its_reason_and_what_changed() -> None:
    first = {"round": 1, "reason": None, "changed": None}
    nothing: dict[str, list[str]] = {"answers": [], "documents_added": [], "documents_removed": []}
    some = {"answers": ["views", "needs"], "documents_added": ["Advice.pdf"], "documents_removed": []}
    assert council.round_words({"answers": {}}) == council.round_words(first) == "", "a portal of before tells neither"
    assert council.round_words({"round": 2, "reason": None, "changed": nothing}) == "round 2; nothing has changed"
    words = council.round_words({"round": 3, "reason": "It came late.", "changed": some})
    assert words == "round 3; why: It came late.; changed: views, needs; documents added: Advice.pdf"


def test_the_help_names_every_command(portal: ModuleType) -> None:
    assert all(f"./portal {name}" in (portal.__doc__ or "") for name in COMMANDS)


def test_only_what_needs_engines_asks_for_their_packages(portal: ModuleType) -> None:
    assert "rabbitmq-server" in portal.needed(["up", "--detach"])
    assert {"chromium-headless-shell", "npm", "default-jre-headless"} <= set(portal.needed(["test"]))
    assert "chromium-headless-shell" not in portal.needed(["test", "component"])
    for words in (
        ["check"],
        ["test", "unit"],
        ["test", "contracts", "-q"],
        ["status", "--json"],
        ["test", "containers"],
        ["test", "mutants"],
    ):
        assert portal.needed(words) == {}


def test_a_package_is_not_missing_where_a_variable_names_another(
    portal: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = {"rabbitmq-server": (("/nowhere/rabbitmq",), "PORTAL_AMQP_URL")}
    monkeypatch.delenv("PORTAL_AMQP_URL", raising=False)
    assert portal.missing(packages) == ["rabbitmq-server"]
    monkeypatch.setenv("PORTAL_AMQP_URL", "amqp://broker.example/")
    assert portal.missing(packages) == []


@pytest.mark.parametrize("words", [["--data", "/x", "list"], ["list", "--data", "/x"]])
def test_the_data_directory_may_stand_before_or_behind_the_verb(words: list[str]) -> None:
    parser = argparse.ArgumentParser()
    dead.describe(parser)
    assert parser.parse_args(words).data == Path("/x")


def test_the_authority_is_bristol_unless_said_otherwise() -> None:
    parser = argparse.ArgumentParser()
    council.describe(parser)
    assert parser.parse_args(["retract", "D-1"]).authority == "bristol"
    assert parser.parse_args(["retract", "D-1", "--authority", "oxfordshire"]).authority == "oxfordshire"


def test_an_unknown_command_is_answered_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["upp"]) == 2
    assert "outbox" in capsys.readouterr().err


def test_commands_about_a_running_portal_say_when_there_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["outbox", "--data", str(tmp_path)]) == 1
    assert "./portal up starts one" in capsys.readouterr().err


def test_the_shipped_forms_are_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    for file in sorted((ROOT / "services/forms/definitions").glob("*.json")):
        assert main(["forms", "check", str(file)]) == 0
    assert capsys.readouterr().out == ""


def test_each_fault_of_a_form_is_one_line_of_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "form.json"
    file.write_text('{"resourceType": "Questionnaire"}')
    assert main(["forms", "check", str(file)]) == 1
    faults = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(faults) > 1
    assert all(set(fault) == {"path", "code", "message"} for fault in faults)


def test_a_form_that_is_not_json_has_one_fault(tmp_path: Path) -> None:
    file = tmp_path / "form.json"
    file.write_text("{")
    definition, faults = forms.faults_of(file)
    assert definition is None
    assert [fault.code for fault in faults] == ["not_json"]


def test_all_runs_every_folder_but_those_that_stand_apart() -> None:
    assert {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name[0].isalpha()} <= {
        *FOLDERS,
        "support",
        "containers",
        "mutants",
    }


def test_every_test_runs_in_one_lane() -> None:
    lanes = [(ROOT / "tests" / folder).parts for lane in LANES for folder in lane]
    files = [file for folder in FOLDERS for file in (ROOT / "tests" / folder).rglob("test_*.py")]
    assert files
    assert [file for file in files if sum(file.parts[: len(lane)] == lane for lane in lanes) != 1] == []


@pytest.mark.parametrize("words", [["up", "--port", "{}"], ["up", "--detach", "--port={}"]])
def test_a_taken_port_is_told_before_anything_is_set_up(
    portal: ModuleType, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit):
            portal.refuse_taken_port([word.format(port) for word in words])
    assert f"Port {port} is taken" in capsys.readouterr().err
    portal.refuse_taken_port([word.format(port) for word in words])


def test_the_set_up_tells_its_step_its_packages_and_its_seconds(
    portal: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    with portal.Progress(3) as progress:
        for line in ("Collecting attrs==1", "  Downloading attrs", "Collecting orjson==3"):
            progress.follow(line)
        progress.tell()
        progress.follow("Installing collected packages: attrs, orjson")
    told = capsys.readouterr().err.splitlines()
    assert told == ["fetching packages: 2 of 3, 0 s", "installing packages: 2 of 2, 0 s"]
