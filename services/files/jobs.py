"""What files does by the clock; `jobs = [...]` at the bottom."""

from chassis.jobs import Job
from services.files import usecases

jobs = [
    Job("scan what waits", 3, usecases.sweep),
    Job("tidy content", 600, usecases.tidy),
]
