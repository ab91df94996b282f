"""The printer: a paper or a cover in, PDF/UA-1 and PDF/A-2a bytes out, whatever stands in it.

What they say: `model.document` and `model.cover`; what makes one of several: `binder`.
"""

import asyncio
import json
import re
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import typst

from services.forms.binder import Binder
from services.forms.model.cover import Cover
from services.forms.model.document import Paper

TEMPLATES = Path(__file__).parent / "templates"
_SHOWN_INSTEAD = "\N{WHITE SQUARE}"
_NOTE = (
    f"Some characters have no shape in the fonts of this document and show as {_SHOWN_INSTEAD}. "
    "The contribution itself holds them as they were typed."
)
_NAMED = re.compile(r"the (?:text|PDF contains the codepoint) `\"(.*?)\"`", re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_TRIES = 6
_THREADS = 2


class Printer:
    """Compiles in its own threads, each with a warm compiler: the event loop never waits."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="printer")
        self._local = threading.local()
        self._binder = Binder()

    async def print(self, paper: Paper | Cover) -> bytes:
        """The document; the same paper gives the same bytes."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self.print_now, paper)

    async def print_together(self, cover: Cover, documents: Sequence[bytes]) -> bytes:
        """The cover and what this printer made, as one document."""
        return await self._binder.bind([await self.print(cover), *documents])

    def print_now(self, paper: Paper | Cover) -> bytes:
        """The document, in this thread. A character that no font has is replaced visibly, and said so."""
        data = paper.data()
        for _ in range(_TRIES):
            try:
                return self._compile(paper.template, data, int(paper.made_at.timestamp()))
            except typst.TypstError as error:
                missing = _missing(error)
                if not missing:
                    raise
                data = {**_replace(data, missing), "note": _NOTE}
        return self._compile(paper.template, _plain({**data, "note": _NOTE}), int(paper.made_at.timestamp()))

    def close(self) -> None:
        """Lets the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _compile(self, template: str, data: Mapping[str, Any], timestamp: int) -> bytes:
        compiler: typst.Compiler | None = getattr(self._local, template, None)
        if compiler is None:
            compiler = typst.Compiler(str(TEMPLATES / template), root=str(TEMPLATES))
            setattr(self._local, template, compiler)
        made = compiler.compile(
            sys_inputs={"data": json.dumps(data)}, pdf_standards=["ua-1", "a-2a"], timestamp=timestamp
        )
        return cast("bytes", made)


def _missing(error: typst.TypstError) -> set[str]:
    """The characters that the compiler names: no font has them, or the standard forbids them."""
    named = _NAMED.findall(str(getattr(error, "diagnostic", error)))
    characters = {
        character
        for text in named
        for character in _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text)
        if ord(character) > 0x7E  # noqa: PLR2004 - every font has ASCII
    }
    shapes = {character for character in characters if unicodedata.category(character) != "Cf"}
    return shapes or characters


def _replace(data: Any, missing: set[str]) -> Any:
    if isinstance(data, str):
        return "".join(_SHOWN_INSTEAD if character in missing else character for character in data)
    if isinstance(data, list):
        return [_replace(each, missing) for each in data]
    return {key: _replace(each, missing) for key, each in data.items()} if isinstance(data, dict) else data


def _plain(data: Any) -> Any:
    """The last resort: Latin letters alone, everything else shown as replaced."""
    if isinstance(data, str):
        return "".join(character if ord(character) < 0x180 else "?" for character in data)  # noqa: PLR2004
    if isinstance(data, list):
        return [_plain(each) for each in data]
    return {key: _plain(each) for key, each in data.items()} if isinstance(data, dict) else data
