"""Form definitions: list those of a running portal, add a version, check a file without one."""

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

from commands.parts.inside import inside
from commands.parts.instance import Instance
from commands.parts.options import Options
from commands.parts.table import print_rows
from commands.parts.trouble import Trouble
from contracts.base import Fault
from services.forms.model.definition import check

_COLUMNS = ("form", "version", "title", "due_days")


def describe(parser: argparse.ArgumentParser) -> None:
    """`./portal forms list|add FILE|check FILE`."""
    options = Options(parser)
    options.add("--authority", default="bristol", help="whose forms (default: bristol)")
    options.add("--json", action="store_true", default=False, help="for programs")
    options.verb("list", "the forms that can be delegated")
    for verb, does in (
        ("add", "publish a version of a form for the authority"),
        ("check", "say whether a file would be accepted: one JSON line a fault"),
    ):
        options.verb(verb, does).add_argument("file", type=Path)


def run(arguments: argparse.Namespace) -> int:
    """0 where it is done, 1 where a definition has faults."""
    return {"list": _list, "add": _add, "check": _check}[arguments.verb](arguments)


def _list(arguments: argparse.Namespace) -> int:
    rows = asyncio.run(_ask(arguments, "GET", "/definitions"))
    if arguments.json:
        print(json.dumps(rows, indent=2))
    else:
        print_rows(rows, _COLUMNS, none="No forms.")
    return 0


def _add(arguments: argparse.Namespace) -> int:
    definition = _checked(arguments.file)
    if definition is None:
        return 1
    code = str(definition["url"]).rstrip("/").rpartition("/")[2]
    added = asyncio.run(_ask(arguments, "PUT", f"/definitions/{code}", definition))
    print(f"{added['form']} {added['version']} can be delegated.")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    return 1 if _checked(arguments.file) is None else 0


def faults_of(file: Path) -> tuple[dict[str, Any] | None, list[Fault]]:
    """A definition from a file, and what is wrong with it."""
    try:
        definition = json.loads(file.read_bytes())
    except OSError as error:
        raise Trouble(f"{file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        return None, [Fault(path="", code="not_json", message=f"The file is not JSON: {error}.")]
    faults = check(definition)
    return (None if faults else definition), faults


def _checked(file: Path) -> dict[str, Any] | None:
    definition, faults = faults_of(file)
    for fault in faults:
        print(json.dumps({"path": fault.path, "code": fault.code, "message": fault.message}))
    return definition


async def _ask(arguments: argparse.Namespace, method: str, path: str, body: Any = None) -> Any:
    async with inside(Instance(arguments.data)) as services:
        status, answer = await services.ask("forms", method, path, body, authority=arguments.authority)
    if status >= 400:  # noqa: PLR2004 - HTTP's own border
        raise Trouble(f"The portal refused: {json.dumps(answer)}")
    return answer
