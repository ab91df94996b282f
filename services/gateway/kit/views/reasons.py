"""Reasons for declining a form or for needing more time, in words (regulation 8(2) of SI 2014/1530, and others)."""

from collections.abc import Mapping

_COMMON: dict[str, str] = {
    "exceptional_circumstances": "Exceptional circumstances of the child, the young person or a parent",
    "absent_from_area": "The child or young person is away from the area for four weeks or more",
    "missed_appointment": "An appointment for an examination or a test was missed",
}
DECLINE_REASONS: Mapping[str, str] = {
    "not_known": "The child or young person is not known to us",
    "no_longer_involved": "We are no longer involved",
    "not_the_right_person": "Somebody else should be asked",
    **_COMMON,
    "other": "Another reason",
}
EXTENSION_REASONS: Mapping[str, str] = {
    **_COMMON,
    "school_closed": "The school or setting is closed for four weeks or more",
    "other": "Another reason",
}
REGULATIONS: Mapping[str, str] = {
    "exceptional_circumstances": "regulation 8(2)(a)",
    "absent_from_area": "regulation 8(2)(b)",
    "missed_appointment": "regulation 8(2)(c)",
}
"""Where in SI 2014/1530 a reason stands; the others are no exceptions by law."""
