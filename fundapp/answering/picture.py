"""The picture for a group chat: title, dates and QR code, drawn by code."""

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

from fundapp.kernel.errors import Refused

WIDTH, HEIGHT, EDGE = 900, 1200, 60
RED, INK, PAPER = "#b3201a", "#222222", "#fffaf3"
FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
NAMES = ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Regular.otf", "wqy-zenhei.ttc", "NotoSerifCJK-Regular.ttc")
Font = ImageFont.FreeTypeFont


@dataclass(frozen=True)
class Notice:
    """What stands on the picture."""

    kind: str
    title: str
    place: str
    times: list[str]
    call: str
    address: str


@lru_cache
def _font_file() -> str | None:
    for folder in FOLDERS:
        for name in NAMES:
            found = next(Path(folder).rglob(name), None)
            if found is not None:
                return str(found)
    return None


def _font(size: int) -> Font:
    file = _font_file()
    if file is None:
        raise Refused("answering.no_font")
    return ImageFont.truetype(file, size)


def lines_of(words: str, font: Font, width: int) -> list[str]:
    """Break a text into lines that are no wider than *width*."""
    lines = [""]
    for sign in words:
        if lines[-1] and font.getlength(lines[-1] + sign) > width:
            lines.append("")
        lines[-1] += sign
    return lines


def draw(notice: Notice) -> bytes:
    """Draw the picture as a PNG.

    Raises:
        Refused: the machine has no font with Chinese signs (code ``answering.no_font``).
    """
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, WIDTH, 150), fill=RED)
    pen.text((EDGE, 40), notice.kind, fill="white", font=_font(60))
    below = 190
    for size, words, colour in ((56, notice.title, INK), (34, notice.place, INK)):
        font = _font(size)
        for line in lines_of(words, font, WIDTH - 2 * EDGE)[:3]:
            pen.text((EDGE, below), line, fill=colour, font=font)
            below += size + 18
    for words in notice.times:
        pen.text((EDGE, below + 12), words, fill=RED, font=_font(38))
        below += 56
    code = io.BytesIO()
    segno.make(notice.address, error="m", micro=False).save(code, kind="png", scale=12, border=2)
    square = Image.open(code).convert("RGB").resize((460, 460), Image.Resampling.NEAREST)
    picture.paste(square, ((WIDTH - 460) // 2, HEIGHT - 600))
    call = _font(40)
    pen.text(((WIDTH - call.getlength(notice.call)) // 2, HEIGHT - 110), notice.call, fill=INK, font=call)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
