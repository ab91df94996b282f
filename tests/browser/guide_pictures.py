"""Makes the pictures of the guide from those that the browser tests take of every page.

PORTAL_SCREENSHOTS=DIR ./portal test browser tests/browser/test_for_everyone.py tests/browser/test_asks.py
python -m tests.browser.guide_pictures DIR
"""

import sys
from pathlib import Path

from PIL import Image

from services.gateway.kit.assets import GUIDE

PICTURES = {
    "sign-in": "sign-in",
    "tasks": "tasks",
    "form": "form-1",
    "check": "form-check",
    "submitted": "submitted",
    "decline": "decline",
    "group-tasks": "group-tasks",
    "account": "account",
    "automatic-replies": "automatic-replies",
}
_WIDTH = 1280
_TALLEST = 900
_COLOURS = 64


def main(shots: Path) -> None:
    """The upper part of each page, in few colours: what a reader has to load is small."""
    for name, page in PICTURES.items():
        with Image.open(shots / f"{page}-{_WIDTH}.png") as shot:
            upper = shot.convert("RGB").crop((0, 0, shot.width, min(shot.height, _TALLEST)))
        upper.quantize(_COLOURS).save(GUIDE / f"pictures/{name}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
