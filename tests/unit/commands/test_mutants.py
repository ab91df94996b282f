"""The list of mutants speaks of rules that still stand, and what survives is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from commands import mutants
from commands.mutants import Mutant
from commands.parts.instance import ROOT
from commands.parts.trouble import Trouble

RULE = Mutant("a rule", "rule.py", "LIMIT = 3", "LIMIT = 9", ("tests/unit/test_rule.py",))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "tests/unit").mkdir(parents=True)
    (tmp_path / "rule.py").write_text("LIMIT = 3\nOTHER = 4\nAGAIN = 4\n")
    (tmp_path / "tests/unit/test_rule.py").write_text(
        "import rule\n\ndef test_three() -> None:\n    assert rule.LIMIT == 3\n"
    )
    return tmp_path


def test_every_mutant_breaks_a_rule_that_stands_once_in_its_file() -> None:
    assert mutants.outdated(mutants.mutants(), ROOT) == []


@pytest.mark.parametrize(
    "changed",
    [
        replace(RULE, text="LIMIT = 4"),
        replace(RULE, text=" = 4"),
        replace(RULE, instead=RULE.text),
        replace(RULE, tests=("tests/unit/test_gone.py",)),
    ],
)
def test_a_mutant_that_the_tree_has_outgrown_is_named(tree: Path, changed: Mutant) -> None:
    assert mutants.outdated([RULE], tree) == []
    assert [told.startswith("a rule: ") for told in mutants.outdated([changed], tree)] == [True]


def test_a_survivor_and_a_mutant_that_no_test_can_load_fail_the_run(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    same, broken = replace(RULE, name="the same", instead="LIMIT = 2 + 1"), replace(RULE, name="no", instead="LIMIT =")
    _in(tree, [RULE, same, broken], monkeypatch)
    assert mutants.run(()) == 1
    rows = [line.split("  ") for line in capsys.readouterr().out.splitlines()[1:-1]]
    assert [[cell.strip() for cell in row if cell][:3] for row in rows] == [
        ["a rule", "rule.py", "killed"],
        ["the same", "rule.py", "survived"],
        ["no", "rule.py", "no test ran"],
    ]
    assert "LIMIT = 3\n" in (tree / "rule.py").read_text()
    assert mutants.run(["a rule"]) == 0
    assert mutants.run(["unheard of"]) == 1


def test_tests_that_fail_by_themselves_kill_nothing(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "tests/unit/test_rule.py").write_text("def test_never() -> None:\n    assert False\n")
    _in(tree, [RULE], monkeypatch)
    with pytest.raises(Trouble, match="fail without any mutant"):
        mutants.run(())


def _in(tree: Path, listed: list[Mutant], monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.setattr(mutants, "ROOT", tree)
    monkeypatch.setattr(mutants, "mutants", lambda: listed)
