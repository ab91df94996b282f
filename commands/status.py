"""What runs, where, and how to sign in. Every part is asked now; nothing is remembered."""

import argparse
import asyncio
import json
from collections.abc import Mapping
from typing import Any

from commands.parts.instance import Instance, State, add_data_option
from commands.parts.part import is_ready
from contracts import registry


def describe(parser: argparse.ArgumentParser) -> None:
    """The options of `./portal status`."""
    add_data_option(parser)
    parser.add_argument("--json", action="store_true", help="for programs")


def run(arguments: argparse.Namespace) -> int:
    """Print the status; the exit code is 0 where a portal runs."""
    instance = Instance(arguments.data)
    state = instance.state() if instance.is_held() else {}
    ready = asyncio.run(ask(state))
    if arguments.json:
        print(json.dumps(document(state, ready), indent=2))
    elif state:
        print(describe_parts(state, ready), describe_running(state), sep="\n\n")
    else:
        print("No portal runs here. ./portal up starts one.")
    return 0 if state else 1


async def ask(state: State) -> dict[str, bool]:
    """Whether each part takes work at this moment."""
    parts = state.get("parts", {})
    answers = await asyncio.gather(*(is_ready(row["probe"]) for row in parts.values()))
    return dict(zip(parts, answers, strict=True))


def document(state: State, ready: Mapping[str, bool]) -> dict[str, Any]:
    """The status as command-line.md fixes it; the same keys where nothing runs."""
    parts = state.get("parts", {})
    replicas = (name for name in parts if name.rpartition("-")[0] in registry.names())
    listed = ("broker", "database", *registry.names(), *replicas)
    return {
        "ready": bool(state.get("complete")) and all(ready.values()),
        "gateway": state.get("gateway"),
        "amqp": state.get("amqp", {"url": None, "councils": {}}),
        "mongo": state.get("mongo"),
        "mail": state.get("mail", {"smtp": None, "api": None}),
        "services": {
            name: {"url": parts[name]["url"], "ready": ready[name], "pid": parts[name]["pid"]}
            for name in listed
            if name in parts
        },
        "demo": state.get("demo", {"accounts": []}),
    }


def describe_parts(state: State, ready: Mapping[str, bool]) -> str:
    """One line a process."""
    return "\n".join(
        f"{name:<9} {'ready' if ready[name] else 'not ready':<10} process {row['pid'] or '-':<8} {row['url']}"
        + (f"  (started again {row['restarts']} times)" if row["restarts"] else "")
        for name, row in state["parts"].items()
    )


def describe_running(state: State) -> str:
    """Where everything is, for a person."""
    lines = [
        f"The portal     {state['gateway']}",
        *(f"               {url}  (as {code})" for code, url in state["brands"].items()),
        f"Emails         {state['mail']['api']}",
        *(f"Council        {code}: {where['url']}" for code, where in state["amqp"]["councils"].items()),
        *(f"Sign in as     {who['email']}  {who['password']}  ({who['name']})" for who in state["demo"]["accounts"]),
        *(f"Please note    {notice}" for notice in state["notices"]),
    ]
    return "\n".join(lines)
