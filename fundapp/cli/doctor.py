"""``fundapp doctor``: what this machine lacks, what each lack costs, and the one line that mends it."""

import ctypes
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from fundapp.cli.output import print_json


@dataclass(frozen=True)
class Need:
    """A thing of the system: ``kind`` (pdf, browser, pg) is what fails without it; ``demo``: the demo uses it."""

    name: str
    package: str
    kind: str
    purpose: str
    demo: bool
    present: Callable[[], bool]


def has_library(file: str) -> bool:
    """Tell whether the dynamic linker finds *file*."""
    try:
        ctypes.CDLL(file)
    except OSError:
        return False
    return True


def has_chinese_font() -> bool:
    """Tell whether fontconfig knows a font with Chinese glyphs."""
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    listed = subprocess.run([lister, ":lang=zh", "family"], capture_output=True, text=True, check=False)  # noqa: S603
    return bool(listed.stdout.strip())


def postgres_programs() -> Path | None:
    """Give the folder of the newest PostgreSQL's programs; Debian keeps them off the PATH."""
    kept = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if kept:
        return max(kept, key=lambda folder: int(folder.parent.name))
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def chromium_program() -> str | None:
    """Give the path of the system's Chromium, which is not the snap that some systems put in its place."""
    return shutil.which("chromium")


NEEDS = (
    Need(
        name="pango",
        package="libpangoft2-1.0-0",
        kind="pdf",
        purpose="papers as PDF",
        demo=True,
        present=lambda: has_library("libpangoft2-1.0.so.0") and has_library("libpango-1.0.so.0"),
    ),
    Need(
        name="harfbuzz-subset",
        package="libharfbuzz-subset0",
        kind="pdf",
        purpose="small PDF files",
        demo=True,
        present=lambda: has_library("libharfbuzz-subset.so.0"),
    ),
    Need(
        name="a Chinese font",
        package="fonts-noto-cjk",
        kind="pdf",
        purpose="Chinese in PDF (without one the glyphs are silently missing)",
        demo=True,
        present=has_chinese_font,
    ),
    Need(
        name="pdftoppm",
        package="poppler-utils",
        kind="pdf",
        purpose="tests that look at papers",
        demo=False,
        present=lambda: shutil.which("pdftoppm") is not None,
    ),
    Need(
        name="Chromium",
        package="chromium",
        kind="browser",
        purpose="browser tests",
        demo=False,
        present=lambda: chromium_program() is not None,
    ),
    Need(
        name="libatomic",
        package="libatomic1",
        kind="browser",
        purpose="browser tests: the driver of Chromium links to it",
        demo=False,
        present=lambda: has_library("libatomic.so.1"),
    ),
    Need(
        name="PostgreSQL's initdb",
        package="postgresql",
        kind="pg",
        purpose="tests on PostgreSQL",
        demo=False,
        present=lambda: postgres_programs() is not None,
    ),
)
KINDS = tuple(dict.fromkeys(need.kind for need in NEEDS))


def lacking(kind: str | None = None) -> list[Need]:
    """List what this machine lacks, of one *kind* or of all."""
    return [need for need in NEEDS if kind in {None, need.kind} and not need.present()]


def reason_against(kind: str) -> str | None:
    """Say why what is of *kind* cannot run here, or ``None``.

    >>> reason_against("nothing of this kind") is None
    True
    """
    lacks = lacking(kind)
    if not lacks:
        return None
    return f"this machine lacks {', '.join(need.name for need in lacks)}: {apt_line(lacks)}"


def apt_line(needs: Iterable[Need]) -> str:
    """Write the one line that installs *needs*.

    >>> apt_line(NEEDS[3:4])
    'apt-get install --no-install-recommends poppler-utils'
    """
    return " ".join(["apt-get install --no-install-recommends", *packages(needs)])


def packages(needs: Iterable[Need]) -> Iterator[str]:
    """Name the packages of *needs*, without Chromium on Ubuntu: there it is a snap, which tests cannot drive."""
    for need in needs:
        if need.package != "chromium" or not _is_ubuntu():
            yield need.package


def _is_ubuntu() -> bool:
    try:
        return platform.freedesktop_os_release().get("ID") == "ubuntu"
    except OSError:
        return False


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--packages", "level", type=click.Choice(["demo", "test"]), help="Print only the missing packages' names."
)
def command(as_json: bool, level: str | None) -> None:
    """Say what this machine lacks."""
    lacks = lacking()
    if level:
        click.echo(" ".join(packages(need for need in lacks if need.demo or level == "test")))
    elif as_json:
        print_json(
            {"needs": [_told(need, need not in lacks) for need in NEEDS], "apt": apt_line(lacks) if lacks else None}
        )
    else:
        _print_list(lacks)


def _told(need: Need, present: bool) -> dict[str, object]:
    return {"name": need.name, "package": need.package, "kind": need.kind, "for": need.purpose, "present": present}


def _print_list(lacks: list[Need]) -> None:
    for need in NEEDS:
        click.echo(f"{'lacks' if need in lacks else 'has  '}  {need.name:<20} {need.purpose}")
    click.echo(f"\nThis mends it, as root:  {apt_line(lacks)}" if lacks else "\nNothing is lacking.")
