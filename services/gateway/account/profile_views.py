"""The page of one's professional profile (requirements M17). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.api.accounts import ProfileBody
from contracts.base import Profile
from services.gateway.kit.views.frame import FormErrors

NOT_REGISTERED = "none"
_BODIES = {
    NOT_REGISTERED: "I am not registered, or would rather not say",
    "hcpc": "Health and Care Professions Council (HCPC)",
    "gmc": "General Medical Council (GMC)",
    "nmc": "Nursing and Midwifery Council (NMC)",
    "gphc": "General Pharmaceutical Council (GPhC)",
    "social_work_england": "Social Work England",
    "teacher_reference_number": "Department for Education, by a teacher reference number (TRN)",
    "gdc": "General Dental Council (GDC)",
    "goc": "General Optical Council (GOC)",
    "other": "Another body",
}


@dataclass(frozen=True)
class ProfilePage:
    """Your professional profile."""

    typed: ProfileBody
    errors: FormErrors = field(default_factory=FormErrors)
    bodies: Mapping[str, str] = field(default_factory=lambda: _BODIES)

    @property
    def chosen(self) -> str:
        """Which of the bodies."""
        return self.typed.body or NOT_REGISTERED


def profile_page(profile: Profile) -> ProfilePage:
    """A profile as its owner would type it."""
    registration = profile.professional_registration
    known = registration.model_dump() if registration else {}
    return ProfilePage(ProfileBody(**known, works_for=profile.works_for))
