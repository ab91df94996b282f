"""What a service says is wrong with a simple page's form, beside its fields. Pure."""

from chassis.errors import Forbidden, Refused
from services.gateway.kit.views.frame import FormErrors


def form_errors(refused: Refused) -> FormErrors:
    """A refusal beside its fields; as a whole where it names none. A path's last step is the field's name."""
    faults = {fault.path.rpartition("/")[2]: fault.message for fault in refused.faults}
    return FormErrors(faults, "" if faults else refused.detail or "Something went wrong. Try again.")


def raise_unless_correctable(refused: Refused) -> None:
    """Raises what the form's own page cannot mend: a service that is away, a form that is not this browser's."""
    if refused.status >= 500 or isinstance(refused, Forbidden):  # noqa: PLR2004 - nothing that the person did
        raise refused
