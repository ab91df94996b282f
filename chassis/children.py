"""Child processes that run one of our modules: apart from this process, and with nothing of its environment."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_ENVIRONMENT = {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"}


async def start(module: str) -> Process:
    """`python -m module`, by pipes; what it says on stderr is lost, for it may hold what somebody wrote."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=_ROOT, env=_ENVIRONMENT
    )
