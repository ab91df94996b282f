"""The use cases together, as doors and handlers get them."""

from dataclasses import dataclass

from chassis.erasure import Erasing
from services.forms.usecases.definitions import Definitions
from services.forms.usecases.delegated import Delegated
from services.forms.usecases.drafts import Drafts
from services.forms.usecases.printing import Printing
from services.forms.usecases.submissions import Submissions


@dataclass(frozen=True, slots=True)
class FormsService:
    """What forms can do."""

    definitions: Definitions
    delegated: Delegated
    drafts: Drafts
    submissions: Submissions
    printing: Printing
    erasing: Erasing
