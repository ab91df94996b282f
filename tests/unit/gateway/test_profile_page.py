"""The page of a professional profile: what is chosen and typed there is what is kept."""

import re
from typing import Any, get_args

import pytest

from contracts.api.accounts import ProfileBody
from contracts.api.auth import RegistrationDetails
from contracts.base import ProfessionalBody, ProfessionalRegistration, Profile
from services.gateway.account.profile_views import NOT_REGISTERED, ProfilePage, profile_page
from services.gateway.kit.rendering import PageRenderer
from services.gateway.kit.views.details import DetailsPage
from services.gateway.kit.views.frame import Frame
from tests.unit.gateway.samples import AUTHORITIES


def test_every_body_that_auth_knows_is_offered_and_so_is_none() -> None:
    assert set(ProfilePage(ProfileBody()).bodies) == {NOT_REGISTERED, *get_args(ProfessionalBody)}


def test_a_profile_is_shown_as_it_would_be_typed() -> None:
    registration = ProfessionalRegistration(body="other", other_body="Example Council", number="A-1")
    page = profile_page(Profile(professional_registration=registration, works_for=["Hill View School"]))
    assert page.chosen == "other"
    assert page.typed == ProfileBody(
        body="other", other_body="Example Council", number="A-1", works_for=["Hill View School"]
    )


def test_where_there_is_none_the_page_says_so() -> None:
    page = profile_page(Profile())
    assert (page.chosen, page.typed) == (NOT_REGISTERED, ProfileBody())


@pytest.mark.parametrize(
    ("template", "page"),
    [("register_1.html", DetailsPage(RegistrationDetails())), ("account_profile.html", profile_page(Profile()))],
)
def test_what_people_say_of_themselves_is_written_in_its_own_direction(template: str, page: Any) -> None:
    frame = Frame(authority=AUTHORITIES.get("bristol"), nonce="n", csrf="c")
    fields = re.findall('<input [^>]*type="text"[^>]*>', PageRenderer("/static").render(template, frame, page))
    assert fields
    assert [field for field in fields if 'dir="auto"' not in field] == []
