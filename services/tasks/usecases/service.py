"""What the doors of tasks are given."""

from dataclasses import dataclass

from services.tasks.usecases.absences import Absences
from services.tasks.usecases.addenda import Addenda
from services.tasks.usecases.asks import Asks
from services.tasks.usecases.delegations import Delegations
from services.tasks.usecases.door import Door
from services.tasks.usecases.leaving import Leaving
from services.tasks.usecases.lists import Lists
from services.tasks.usecases.people import People
from services.tasks.usecases.profiles import Profiles
from services.tasks.usecases.re_assigning import ReAssigning
from services.tasks.usecases.reminders import Reminders
from services.tasks.usecases.retention import Retention
from services.tasks.usecases.snoozing import Snoozing
from services.tasks.usecases.work import Work


@dataclass(frozen=True, slots=True)
class TasksService:
    """The table of contents of this service."""

    absences: Absences
    addenda: Addenda
    asks: Asks
    delegations: Delegations
    door: Door
    leaving: Leaving
    lists: Lists
    people: People
    profiles: Profiles
    re_assigning: ReAssigning
    reminders: Reminders
    retention: Retention
    snoozing: Snoozing
    work: Work
