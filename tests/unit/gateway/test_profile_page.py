"""The page of a professional profile: what is chosen and typed there is what is kept."""

from typing import get_args

from contracts.api.auth import ProfileBody
from contracts.base import ProfessionalBody, ProfessionalRegistration, Profile
from services.gateway.account.profile_views import NOT_REGISTERED, ProfilePage, profile_page


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
