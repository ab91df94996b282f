"""The mail catcher as tests read it, by Mailpit's API."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

from commands.parts.mail import code_in
from tests.support.engines import local
from tests.support.eventually import wait_until


@dataclass(frozen=True)
class Mail:
    """`smtp` is where to send, `api` where to read."""

    smtp: str
    api: str

    def all(self) -> list[dict[str, Any]]:
        """The messages, newest first, as Mailpit lists them."""
        return list(self._ask("/api/v1/messages?limit=500")["messages"])

    def to(self, email: str) -> list[dict[str, Any]]:
        """The messages to one address, newest first."""
        query = quote(f'to:"{email}"')
        found = self._ask(f"/api/v1/search?limit=500&query={query}")["messages"]
        return [row for row in found if any(one["Address"].lower() == email.lower() for one in row["To"])]

    def read(self, row: dict[str, Any]) -> dict[str, Any]:
        """One whole message."""
        return dict(self._ask(f"/api/v1/message/{row['ID']}"))

    def wait_for(self, email: str, subject: str = "", *, more_than: int = 0) -> dict[str, Any]:
        """The newest message to an address whose subject holds `subject`, when there are more than `more_than`."""

        def found() -> dict[str, Any] | None:
            rows = [row for row in self.to(email) if subject.lower() in row["Subject"].lower()]
            return rows[0] if len(rows) > more_than else None

        row = wait_until(found)
        assert row
        return self.read(row)

    def codes_for(self, email: str) -> list[str]:
        """Every code that was sent to an address, newest first."""
        return [code for row in self.to(email) if (code := code_in(self.read(row)["Text"]))]

    def code_for(self, email: str, *, more_than: int = 0) -> str:
        """The eight digits that were sent to an address last, when there are more than `more_than`."""

        def found() -> str | None:
            codes = self.codes_for(email)
            return codes[0] if len(codes) > more_than else None

        return wait_until(found) or ""

    def temporary_password_for(self, email: str, *, more_than: int = 0) -> str:
        """The temporary password that was sent to an address last, as it is shown."""
        text = self.wait_for(email, "Your account on the", more_than=more_than)["Text"]
        found = re.search(r"^\s*((?:[A-Z0-9]{4} ){3}[A-Z0-9]{4})\s*$", text, re.MULTILINE)
        assert found, text
        return found.group(1)

    def clear(self) -> None:
        """Forget everything."""
        with urlopen(Request(f"{self.api}/api/v1/messages", method="DELETE"), timeout=30):
            pass

    def _ask(self, path: str) -> Any:
        with urlopen(f"{self.api}{path}", timeout=30) as answer:
            return json.load(answer)


@contextmanager
def mail(data: Path) -> Iterator[Mail]:
    """The mail catcher of this test run."""
    smtp, api = os.environ.get("PORTAL_SMTP_URL"), os.environ.get("PORTAL_MAIL_API_URL")
    if smtp and api:
        yield Mail(smtp, api)
    else:
        with local("mail", data) as state:
            yield Mail(**state["mail"])
