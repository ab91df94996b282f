"""Each council's settings, loaded from a folder of JSON files. What they are stands in contracts.authority."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Self

from chassis.errors import NotFound
from contracts.authority import Authority


class Authorities:
    """The authorities that this deployment serves, by code and by host name."""

    def __init__(self, authorities: list[Authority]) -> None:
        self._by_code = {authority.code: authority for authority in authorities}
        self._by_host = {host: authority for authority in authorities for host in authority.hosts}

    @classmethod
    def load(cls, folder: Path) -> Self:
        """One authority a file; a file that breaks a rule stops the start."""
        return cls([Authority.model_validate_json(path.read_bytes()) for path in sorted(folder.glob("*.json"))])

    def __iter__(self) -> Iterator[Authority]:
        return iter(self._by_code.values())

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    @property
    def codes(self) -> list[str]:
        """The codes of all of them."""
        return list(self._by_code)

    def without(self, withheld: Collection[str]) -> "Authorities":
        """The others; the same where none is withheld."""
        return Authorities([each for each in self if each.code not in withheld]) if withheld else self

    def get(self, code: str) -> Authority:
        """The authority of a code; NotFound where it is not served here."""
        if code not in self._by_code:
            raise NotFound("unknown_authority", "This portal does not serve that authority.")
        return self._by_code[code]

    def at_host(self, host: str, default: str) -> Authority:
        """The authority whose brand a host name shows."""
        return self._by_host.get(host) or self.get(default)
