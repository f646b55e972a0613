"""What a picture must be, and how it is written anew: smaller, as JPEG, without what cameras note in it."""

import io
import struct
from dataclasses import dataclass

from PIL import Image, ImageOps

from fundapp.kernel.errors import Refused

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 24_000_000
MAX_EDGE = 2000
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")
_BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, struct.error, IndexError, KeyError, TypeError,
)  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept."""

    data: bytes
    width: int
    height: int


def rewritten(data: bytes, field: str | None = None) -> Picture:
    """Read a picture and write it anew as JPEG: upright, its longer edge at most 2000 px, nothing in it but pixels.

    The size is checked before anything is decoded. *field* is the form field that a refusal concerns.

    Raises:
        Refused: too many bytes or pixels, or no picture that can be read.
    """
    if len(data) > MAX_BYTES:
        raise Refused("files.too_large", field, mb=MAX_BYTES // 1024 // 1024)
    try:
        _check_size(_webp_size(data), field)
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            _check_size(opened.size, field)
            opened.draft("RGB", (MAX_EDGE, MAX_EDGE))
            return _written(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels(field) from None
    except _BROKEN:
        raise Refused("web.not_an_image", field) from None


def _check_size(size: tuple[int, int] | None, field: str | None) -> None:
    if size is not None and size[0] * size[1] > MAX_PIXELS:
        raise _too_many_pixels(field)


def _too_many_pixels(field: str | None) -> Refused:
    return Refused("files.too_many_pixels", field, millions=MAX_PIXELS // 1_000_000)


def _written(opened: Image.Image) -> Picture:
    upright = ImageOps.exif_transpose(opened)
    upright.thumbnail((MAX_EDGE, MAX_EDGE), Image.Resampling.LANCZOS)
    bare = Image.new("RGB", upright.size, "white")
    if upright.has_transparency_data:
        seen = upright.convert("RGBA")
        bare.paste(seen, mask=seen)
    else:
        bare.paste(upright.convert("RGB"))
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Picture(out.getvalue(), *bare.size)


def _webp_size(data: bytes) -> tuple[int, int] | None:
    """Read the size of a WebP from its head: its decoder takes memory for the whole canvas as soon as it is opened."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    kind, head = data[12:16], data[20:30]
    if kind == b"VP8X":
        return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF
    raise ValueError(kind)
