"""The kept messages: one SQLite file, and how a message is summarised. No SMTP, no HTTP."""

import json
import re
import secrets
import sqlite3
import threading
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

Json = dict[str, Any]

KEPT = 5_000
PAGE = 50
SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, created TEXT, is_read INTEGER DEFAULT 0,
    addressees TEXT, sender TEXT, subject TEXT, summary TEXT, raw BLOB
);
"""
COLUMNS = {"to": "addressees", "from": "sender", "subject": "subject"}
TERM = re.compile(r'(?:(?P<key>to|from|subject):)?(?:"(?P<quoted>[^"]*)"|(?P<plain>\S+))', re.IGNORECASE)


def addresses(message: EmailMessage, header: str) -> list[Json]:
    """The addresses of one header, as Mailpit shows them."""
    found = cast("AddressHeader | None", message[header])
    return [{"Name": a.display_name, "Address": a.addr_spec} for a in found.addresses] if found else []


def body(message: EmailMessage, kind: str) -> str:
    """The text or HTML body, empty where there is none or its character set is unknown."""
    part = message.get_body(preferencelist=(kind,))
    try:
        return str(part.get_content()).replace("\r\n", "\n") if part else ""
    except LookupError:
        return ""


def parse(raw: bytes) -> EmailMessage:
    """Headers and parts of a message as it came."""
    return message_from_bytes(raw, policy=policy.default)


def rfc3339(moment: datetime) -> str:
    """A time as JSON has it, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def summarise(message_id: str, created: str, raw: bytes) -> Json:
    """What a list shows of one message."""
    message = parse(raw)
    senders = addresses(message, "From")
    return {
        "ID": message_id,
        "MessageID": str(message["Message-ID"] or "").strip("<> "),
        "From": senders[0] if senders else {"Name": "", "Address": ""},
        "To": addresses(message, "To"),
        "Cc": addresses(message, "Cc"),
        "Bcc": [],
        "ReplyTo": addresses(message, "Reply-To"),
        "Subject": str(message["Subject"] or ""),
        "Created": created,
        "Username": "",
        "Tags": [],
        "Size": len(raw),
        "Attachments": sum(1 for _ in message.iter_attachments()),
        "Snippet": " ".join(body(message, "plain").split())[:250],
    }


def terms(query: str) -> tuple[list[str], tuple[str, ...]]:
    """A search as columns and what each must hold."""
    found = list(TERM.finditer(query))
    columns = [COLUMNS.get((term["key"] or "").lower(), "summary") for term in found]
    return columns, tuple((term["quoted"] or term["plain"] or "").lower() for term in found)


class Mailbox:
    """The kept messages, in one SQLite file; SMTP and HTTP reach it from different threads.

    A message is parsed when somebody first looks for it, not when it comes: taking mail must cost little.
    """

    def __init__(self, path: Path, kept: int = KEPT) -> None:
        self._kept = kept
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.executescript(SCHEMA)

    def add(self, raw: bytes, return_path: str, recipients: list[str]) -> str:
        """Keep one message and forget the oldest beyond the limit."""
        message_id, created = secrets.token_hex(11), rfc3339(datetime.now(UTC))
        envelope = f"Return-Path: <{return_path}>\r\nDelivered-To: {', '.join(recipients)}\r\n"
        row = (message_id, created, " ".join(recipients), envelope.encode() + raw)
        with self._lock:
            self._db.execute("INSERT INTO messages (id, created, addressees, raw) VALUES (?, ?, ?, ?)", row)
            self._db.execute("DELETE FROM messages WHERE seq <= (SELECT max(seq) FROM messages) - ?", (self._kept,))
        return message_id

    def page(self, start: int, limit: int, query: str = "") -> Json:
        """Newest first, with the counts that Mailpit gives."""
        columns, values = terms(query)
        where = " AND ".join([f"instr(lower({column}), ?)" for column in columns] or ["1"])
        counts = "SELECT count(*), coalesce(sum(is_read = 0), 0) FROM messages WHERE "
        with self._lock:
            if set(columns) - {"addressees"}:
                self._summarise("summary IS NULL", ())
            total, unread = self._db.execute(counts + "1").fetchone()
            matching, new = self._db.execute(counts + where, values).fetchone()
            rows = self._summarise(f"{where} ORDER BY seq DESC LIMIT ? OFFSET ?", (*values, limit, start))
        return {
            "total": total,
            "unread": unread,
            "count": len(rows),
            "messages_count": matching,
            "messages_unread": new,
            "start": start,
            "tags": [],
            "messages": rows,
        }

    def _summarise(self, which: str, values: tuple[str | int, ...]) -> list[Json]:
        found = self._db.execute(
            "SELECT id, created, is_read, summary, iif(summary IS NULL, raw, '') "  # noqa: S608 - our own text
            f"FROM messages WHERE {which}",
            values,
        ).fetchall()
        rows = []
        for message_id, created, is_read, known, raw in found:
            row = json.loads(known) if known else summarise(message_id, created, raw)
            if not known:
                self._db.execute(
                    "UPDATE messages SET sender = ?, subject = ?, summary = ? WHERE id = ?",
                    (row["From"]["Address"], row["Subject"], json.dumps(row), message_id),
                )
            rows.append({**row, "Read": bool(is_read)})
        return rows

    def message(self, message_id: str) -> tuple[Json, bytes] | None:
        """One message whole, marked as read; `latest` is the newest."""
        with self._lock:
            if message_id == "latest":
                newest = self._db.execute("SELECT id FROM messages ORDER BY seq DESC LIMIT 1").fetchone()
                message_id = newest[0] if newest else ""
            rows = self._summarise("id = ?", (message_id,))
            if not rows:
                return None
            self._db.execute("UPDATE messages SET is_read = 1 WHERE id = ?", (message_id,))
            (raw,) = self._db.execute("SELECT raw FROM messages WHERE id = ?", (message_id,)).fetchone()
        return rows[0], raw

    def delete(self, ids: list[str]) -> None:
        """Forget these messages, or all of them when none is named."""
        with self._lock:
            if ids:
                self._db.executemany("DELETE FROM messages WHERE id = ?", [(one,) for one in ids])
            else:
                self._db.execute("DELETE FROM messages")
