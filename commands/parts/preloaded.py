"""What a process that forks services has loaded before it does. Imported by the fork server, and by nothing else."""

import contextlib
import ctypes
import gc
from importlib import import_module

from contracts import registry

_MOST_ARENAS, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1
"""The C library's numbers of these settings: mallopt(3)."""
_LARGE_BYTES = 131_072


def _give_memory_back() -> None:
    """Motor's threads would each keep an arena of their own, and what hashing and PDFs took would not be given back."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(_MOST_ARENAS, 2)
        libc.mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
        libc.mallopt(_TRIM_THRESHOLD, _LARGE_BYTES)


_give_memory_back()
for _module in ("uvicorn.main", "chassis.server", *(f"services.{name}.app" for name in registry.names())):
    with contextlib.suppress(Exception):  # what cannot be loaded says so in the log of its own part
        import_module(_module)
# What is here for good is not looked through, and so not copied, by the collector of each fork.
gc.freeze()
