"""Emails lead to the authority's own host where there is one, else to the one address that the portal has."""

import pytest
from pydantic import ValidationError

from chassis.authorities import Authorities
from contracts.authority import Authority, Brand, Support
from services.notify.app import portal_urls
from services.notify.settings import Settings


def authority(code: str, *hosts: str) -> Authority:
    brand = Brand(name=code, signature=code, from_address=f"no-reply@{code}.example", from_name=code)
    return Authority(code=code, brand=brand, support=Support(practice="", technical=""), hosts=list(hosts))


BRISTOL = authority("bristol", "bristol.portal.example")
OXFORDSHIRE = authority("oxfordshire", "oxfordshire.portal.example")
WITHOUT = authority("without")
ALL = Authorities([BRISTOL, OXFORDSHIRE, WITHOUT])


def test_each_authority_has_its_own_host_where_the_portal_is_reached_by_them() -> None:
    link = portal_urls("https://bristol.portal.example:8443/", ALL)
    assert link(OXFORDSHIRE) == "https://oxfordshire.portal.example:8443/"
    assert link(WITHOUT) == "https://bristol.portal.example:8443/"


def test_a_portal_at_another_address_is_linked_as_it_is() -> None:
    assert portal_urls("http://127.0.0.1:8000/", ALL)(OXFORDSHIRE) == "http://127.0.0.1:8000/"


def test_a_missing_address_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NOTIFY_PUBLIC_URL",):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValidationError, match="public_url"):
        Settings.model_validate({"mongo_url": "mongodb://h", "amqp_url": "amqp://h"})
