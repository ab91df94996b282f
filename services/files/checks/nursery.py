"""The child process that inspects files: warm, and each file in a child of its own that cannot outgrow its limits.

Reads jobs from stdin: a line of JSON with `extension` and `size`, then that many bytes. Answers each on stdout: a line
of JSON, then `size` bytes, the copy to keep; none where the file itself is to be kept. Holds nothing between jobs.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import BinaryIO, NoReturn

from services.files.checks import inspect
from services.files.model.refusal import Code, Unacceptable

MOST_MEMORY = 1024 * 1024 * 1024
MOST_SECONDS = 10
"""Of work. By the clock three times that, for a machine that is busy with something else is not the file's fault."""
_NEW_NETWORK, _NEW_USER = 0x4000_0000, 0x1000_0000
"""Of Linux's unshare(2)."""


def main(jobs: BinaryIO, answers: BinaryIO) -> None:
    """Takes jobs until the pipe is closed, which is how the service ends this process, even by dying."""
    while line := jobs.readline():
        job = json.loads(line)
        answers.write(_in_a_child(job["extension"], jobs.read(job["size"])))
        answers.flush()


def leave_the_network() -> bool:
    """A network of its own, with nobody in it, for this process and its children. False where the system grants none.

    Who is not root needs a user namespace for it, which containers often refuse: then the limits alone hold.
    """
    if sys.platform != "linux":
        return False
    unshare = ctypes.CDLL(None).unshare
    return bool(unshare(_NEW_NETWORK) == 0 or unshare(_NEW_NETWORK | _NEW_USER) == 0)


def _in_a_child(extension: str, content: bytes) -> bytes:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _work(extension, content, writer)
    os.close(writer)
    with open(reader, "rb") as pipe:  # noqa: PTH123 - a pipe, not a path
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    return answer if status == 0 else _answer(Code.NOT_UPLOADED)


def _work(extension: str, content: bytes, writer: int) -> NoReturn:
    """One file, in the child. A parser that crashes, loops or swells takes this process with it and no other."""
    _limit()
    try:
        kept = inspect(extension, content)
        answer = _answer(None, b"" if kept is content else kept)
    except Unacceptable as found:
        answer = _answer(found.code)
    except BaseException as fault:  # noqa: BLE001 - what a parser trips over is the file's fault; its text may quote the file
        os.write(2, f"inspection failed: {type(fault).__name__}\n".encode())
        os._exit(1)
    with open(writer, "wb") as pipe:
        pipe.write(answer)
    os._exit(0)


def _limit() -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, 3 * MOST_SECONDS)
    limits = {resource.RLIMIT_CPU: MOST_SECONDS, resource.RLIMIT_CORE: 0, resource.RLIMIT_NPROC: 0}
    if sys.platform == "linux":
        limits[resource.RLIMIT_AS] = MOST_MEMORY  # other systems do not know it
        Path("/proc/self/oom_score_adj").write_text("1000")  # where memory runs out, the service is not the first to go
    for what, most in {**limits, resource.RLIMIT_FSIZE: 0}.items():
        resource.setrlimit(what, (most, most))


def _answer(code: Code | None, kept: bytes = b"") -> bytes:
    return json.dumps({"code": code, "size": len(kept)}).encode() + b"\n" + kept


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    leave_the_network()
    main(sys.stdin.buffer, sys.stdout.buffer)
