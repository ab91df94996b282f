"""A council's side, from the shell: over AMQP as its own broker user, over HTTP with its client credentials."""

import argparse
import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aio_pika.abc import AbstractIncomingMessage

from commands.parts.council_answer import CouncilEvents
from commands.parts.council_door import CouncilDoor
from commands.parts.instance import Instance
from commands.parts.options import Options
from commands.parts.trouble import Trouble

_REQUESTED = "council.delegation.requested.v1"
_SUBMITTED = "portal.contribution.submitted.v1"


def describe(parser: argparse.ArgumentParser) -> None:
    """`./portal council delegate|due-date|retract|return|decide|depart|group|account|watch|documents`."""
    options = Options(parser)
    options.add("--authority", default="bristol", help="the council's code (default: bristol)")
    delegate = options.verb("delegate", "delegate a form: FILE holds the body of council.delegation.requested.v1")
    delegate.add_argument("file", help="a JSON file, or - for the standard input")
    delegate.add_argument("--no-wait", action="store_true", help="do not wait for the portal's answer")
    due_date = options.verb("due-date", "ask which date a form would get, and why, before it is delegated")
    due_date.add_argument("form", help="its code")
    due_date.add_argument("--received-on", help="when the council received the request, as YYYY-MM-DD (default: today)")
    due_date.add_argument("--due-on", help="by when it is asked for (default: by the form's own period)")
    due_date.add_argument("--internal-due-on", help="by when it is asked for sooner than it is due")
    retract = options.verb("retract", "withdraw a delegation")
    retract.add_argument("id", help="its delegation_id")
    retract.add_argument("--reason", default="No longer needed")
    back = options.verb("return", "send a submitted form back, with questions")
    back.add_argument("id", help="its delegation_id")
    back.add_argument("--comments", default="", help="what is asked, in words")
    back.add_argument("--field", action="append", default=[], help="the key of an answer that is meant; any number")
    back.add_argument("--due-on", help="until when, as YYYY-MM-DD (default: as before)")
    decide = options.verb("decide", "answer a decline, of a form or of parts of it, or a request for more time")
    decide.add_argument("id", help="its delegation_id")
    decide.add_argument("decision", choices=("accepted", "refused", "re-delegated"))
    decide.add_argument("--comments", default="", help="what the professional is told")
    decide.add_argument("--due-on", help="until when, as YYYY-MM-DD (default: as asked for, or as before)")
    decide.add_argument("--ask", help="the ask_id that is answered; needed where parts of the form are declined")
    decide.add_argument("--to", help="re-delegated: the email of whoever is asked instead, or group:ID")
    depart = options.verb("depart", "say that somebody has left: their forms go to others, at once")
    depart.add_argument("email", help="the address that the council has delegated to")
    heir = depart.add_mutually_exclusive_group()
    heir.add_argument(
        "--to", help="the email of whoever gets all of them (default: each back to its work group, or declined)"
    )
    heir.add_argument("--to-group", help="the id of the work group that gets all of them")
    group = options.verb("group", "set a work group: FILE holds the body of council.work-group.defined.v1")
    group.add_argument("file", help="a JSON file, or - for the standard input")
    account = options.verb("account", "open an account: FILE holds the body of council.account.opened.v1")
    account.add_argument("file", help="a JSON file, or - for the standard input")
    watch = options.verb("watch", "print what the portal sends, one JSON line a message, and acknowledge it")
    watch.add_argument("--keep", action="store_true", help="leave the messages in the queue")
    watch.add_argument("--seconds", type=float, help="end after so long without a message (default: never)")
    documents = options.verb("documents", "fetch the PDF and the attachments of a submitted form")
    documents.add_argument("id", help="its delegation_id")
    documents.add_argument("--messages", help="a file with what `watch` printed, or - (default: what is in the queue)")
    documents.add_argument("--to", type=Path, help="the directory to write to (default: one named after the id)")


def run(arguments: argparse.Namespace) -> int:
    """Do one thing as the council."""
    door = CouncilDoor.of(Instance(arguments.data).running(), arguments.authority)
    return asyncio.run(_VERBS[arguments.verb](door, arguments)) or 0


async def _delegate(door: CouncilDoor, arguments: argparse.Namespace) -> int:
    """Publish and tell the answer: words on standard error, a JSON line on standard output; 1 where refused."""
    body = _read(arguments.file)
    if arguments.no_wait:
        await _publish(door, _REQUESTED, body)
        return 0
    async with door.signed_in() as session, door.connected() as connection:
        events, delegation_id = CouncilEvents(door, session), str(body.get("delegation_id"))
        before = await events.accepted_before(delegation_id)
        message_id = await door.publish(connection, _REQUESTED, body)
        answer = await events.wait(message_id, delegation_id, before)
    print(answer.words, file=sys.stderr)
    facts = {"code": answer.code, "field": answer.field, "task_id": answer.task_id, "reference": answer.reference}
    print(json.dumps({"message_id": message_id, "type": _REQUESTED, **{k: v for k, v in facts.items() if v}}))
    return 1 if answer.code else 0


async def _due_date(door: CouncilDoor, arguments: argparse.Namespace) -> None:
    """Tell the answer: the reasons in words on standard error, all of it as a JSON line on standard output."""
    asked = {name: getattr(arguments, name) for name in ("form", "received_on", "due_on", "internal_due_on")}
    async with door.signed_in() as session:
        answer = await door.ask(session, "due-dates", {name: value for name, value in asked.items() if value})
    print("\n".join(answer["why"]) or "It has no due date.", file=sys.stderr)
    print(json.dumps(answer))


async def _retract(door: CouncilDoor, arguments: argparse.Namespace) -> None:
    body = {"delegation_id": arguments.id, "reason": arguments.reason, "retracted_at": _now()}
    await _publish(door, "council.delegation.retracted.v1", body)


async def _return(door: CouncilDoor, arguments: argparse.Namespace) -> None:
    body = {"delegation_id": arguments.id, "comments": arguments.comments, "fields": arguments.field}
    due_on = {"due_on": arguments.due_on} if arguments.due_on else {}
    await _publish(door, "council.delegation.returned.v1", {**body, **due_on})


async def _decide(door: CouncilDoor, arguments: argparse.Namespace) -> None:
    body = {"delegation_id": arguments.id, "decision": arguments.decision, "comments": arguments.comments}
    if arguments.due_on:
        body["due_on"] = arguments.due_on
    if arguments.ask:
        body["ask_id"] = arguments.ask
    if arguments.to:
        kind, _, group = arguments.to.partition(":")
        body["assignee"] = _assignee(arguments.to, group if kind == "group" else "")
    await _publish(door, "council.delegation.decided.v1", body)


async def _depart(door: CouncilDoor, arguments: argparse.Namespace) -> None:
    body = {"email": arguments.email, "departed_at": _now()}
    if arguments.to or arguments.to_group:
        body["assignee"] = _assignee(arguments.to, arguments.to_group)
    await _publish(door, "council.professional.departed.v1", body)


def _assignee(email: str, group: str) -> dict[str, str]:
    """The work group where there is one, else the person."""
    return {"kind": "work_group", "work_group_id": group} if group else {"kind": "person", "email": email}


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


async def _group(door: CouncilDoor, arguments: argparse.Namespace) -> None:
    await _publish(door, "council.work-group.defined.v1", _read(arguments.file))


async def _account(door: CouncilDoor, arguments: argparse.Namespace) -> None:
    await _publish(door, "council.account.opened.v1", _read(arguments.file))


async def _publish(door: CouncilDoor, name: str, body: dict[str, Any]) -> None:
    async with door.connected() as connection:
        message_id = await door.publish(connection, name, body)
    print(json.dumps({"message_id": message_id, "type": name}))


async def _watch(door: CouncilDoor, arguments: argparse.Namespace) -> None:
    async with door.connected() as connection:
        async for message in door.read(connection, arguments.seconds, hold=arguments.keep):
            print(json.dumps(_line(message)), flush=True)
            # What is not acknowledged goes back to its place when the connection closes.
            if not arguments.keep:
                await message.ack()


async def _documents(door: CouncilDoor, arguments: argparse.Namespace) -> None:
    submitted = await _submitted(door, arguments.id, arguments.messages)
    folder = arguments.to or Path(arguments.id)
    folder.mkdir(parents=True, exist_ok=True)
    async with door.signed_in() as session:
        for document in (submitted["pdf"], *submitted["attachments"]):
            content = await door.fetch(session, document)
            # The name comes from whoever uploaded it: only its last part names a file here.
            path = folder / f"{document['document_id']}-{Path(document['name']).name}"
            path.write_bytes(content)
            print(json.dumps({"file": str(path), "size": len(content), "sha256": document["sha256"]}))
    if words := round_words(submitted):
        print(words, file=sys.stderr)


def round_words(submitted: dict[str, Any]) -> str:
    """In which round a form was submitted, why, and what is not as before; nothing in the first."""
    changed = submitted.get("changed")
    if not changed:
        return ""
    parts = {
        "changed": changed["answers"],
        "documents added": changed["documents_added"],
        "documents removed": changed["documents_removed"],
    }
    why = [f"why: {submitted['reason']}"] if submitted.get("reason") else []
    said = [f"{what}: {', '.join(names)}" for what, names in parts.items() if names]
    return "; ".join([f"round {submitted['round']}", *why, *(said or ["nothing has changed"])])


async def _submitted(door: CouncilDoor, delegation_id: str, messages: str | None) -> dict[str, Any]:
    """What was sent when the form was submitted, newest first: from kept lines, or from the queue, where it stays."""
    if messages is not None:
        lines = [dict(json.loads(line)) for line in _text(messages).splitlines() if line.strip()]
    else:
        async with door.connected() as connection:
            lines = [_line(message) async for message in door.read(connection, 1, hold=True)]
    for line in reversed(lines):
        if line["type"] == _SUBMITTED and line["body"]["delegation_id"] == delegation_id:
            return dict(line["body"])
    raise Trouble(
        f"No submitted form for {delegation_id} waits in the queue of {door.authority}. Where it was read before, "
        "--messages names the file with what `./portal council watch` printed."
    )


def _line(message: AbstractIncomingMessage) -> dict[str, Any]:
    return {"message_id": message.message_id, "type": message.type, "body": json.loads(message.body)}


def _read(file: str) -> dict[str, Any]:
    try:
        return dict(json.loads(_text(file)))
    except ValueError as error:
        raise Trouble(f"{file} cannot be read as a JSON object: {error}") from error


def _text(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(f"{file} cannot be read: {error}") from error


_VERBS = {
    "delegate": _delegate,
    "due-date": _due_date,
    "retract": _retract,
    "return": _return,
    "decide": _decide,
    "depart": _depart,
    "group": _group,
    "account": _account,
    "watch": _watch,
    "documents": _documents,
}
