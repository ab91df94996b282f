"""What a process that forks services has loaded before it does. Imported by the fork server, and by nothing else."""

import contextlib
import ctypes
import gc
from importlib import import_module

from contracts import registry

_ARENA_MAX = -8
"""The C library's number of this setting: mallopt(3)."""
_ARENAS = 2

_libc = ctypes.CDLL(None)
if hasattr(_libc, "mallopt"):
    # Motor's threads would each keep an arena of their own. What stays, stays: to give the 19 MB of a password's hash
    # back each time, and to fetch them anew, makes it take 44 ms instead of 25.
    _libc.mallopt(_ARENA_MAX, _ARENAS)
for _module in ("uvicorn.main", "chassis.server", *(f"services.{name}.app" for name in registry.names())):
    with contextlib.suppress(Exception):  # what cannot be loaded says so in the log of its own part
        import_module(_module)
# What is here for good is not looked through, and so not copied, by the collector of each fork.
gc.freeze()
