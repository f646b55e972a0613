"""Pictures that stand in for photos and scans in a story: plain, and plainly made up."""

import hashlib
import io
import uuid

from PIL import Image, ImageDraw
from sqlalchemy.orm import Session
from stdnum.cn import uscc
from werkzeug.datastructures import FileStorage

from fundapp.files.commands import Audience, store_picture
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock


def made_up_code(name: str) -> str:
    """Give a 统一社会信用代码 that stands in for a firm's: of no district that there is, the same for the same name."""
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    body = "91000000" + "".join(signs[number // 31**place % 31] for place in range(9))
    return body + uscc.calc_check_digit(body)


def picture(session: Session, actor: Actor, place_id: int, clock: Clock, *, public: bool = False, tint: int = 0) -> int:
    """Store a made-up sheet of paper and give its number; *tint* tells sheets apart."""
    return _store(session, actor, place_id, clock, _sheet(tint), public)


def view(session: Session, actor: Actor, place_id: int, clock: Clock, percent: int) -> int:
    """Store a drawn yard whose shelter is built up to *percent* and give its number."""
    return _store(session, actor, place_id, clock, _yard(percent), True)


def _sheet(tint: int) -> Image.Image:
    image = Image.new("RGB", (480, 640), (226, 219, 208))
    draw = ImageDraw.Draw(image)
    draw.rectangle((50, 40, 430, 600), fill=(255, 253, 248), outline=(150, 141, 130), width=2)
    draw.text((80, 66), "DEMO", fill=(120, 112, 104))
    for row in range(9):
        draw.rectangle((80, 120 + row * 42, 200 + 40 * ((tint + row * 3) % 5), 130 + row * 42), fill=(196, 188, 177))
    draw.ellipse((300, 480, 390, 570), outline=(179, 32, 26), width=6)
    return image


def _yard(percent: int) -> Image.Image:
    image = Image.new("RGB", (640, 420), (214, 228, 236))
    draw = ImageDraw.Draw(image)
    draw.ellipse((520, 40, 580, 100), fill=(250, 214, 120))
    for left, top, wall in ((20, 120, (206, 178, 150)), (220, 80, (190, 160, 136)), (450, 150, (214, 190, 164))):
        draw.rectangle((left, top, left + 170, 310), fill=wall)
        for x, y in ((x, y) for x in range(left + 20, left + 150, 44) for y in range(top + 20, 280, 46)):
            draw.rectangle((x, y, x + 22, y + 26), fill=(240, 233, 214))
    draw.rectangle((0, 300, 640, 420), fill=(196, 190, 178))
    draw.rectangle((60, 200, 74, 320), fill=(110, 84, 60))
    draw.ellipse((10, 120, 124, 236), fill=(104, 142, 92))
    tall = 60 + percent * 80 // 100
    for x in (250, 330, 410):
        draw.rectangle((x, 370 - tall, x + 12, 370), fill=(120, 84, 54))
    draw.rectangle((236, 350, 436, 364), fill=(150, 106, 68))
    if percent >= 100:
        draw.polygon(((216, 240), (336, 190), (456, 240)), fill=(160, 58, 44))
    draw.text((20, 396), "DEMO", fill=(90, 84, 76))
    return image


def _store(session: Session, actor: Actor, place_id: int, clock: Clock, image: Image.Image, public: bool) -> int:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    out.seek(0)
    audience = Audience.PUBLIC if public else Audience.STAFF
    return store_picture(session, actor, FileStorage(out, filename="demo.jpg"), place_id, audience, clock).id


def key() -> str:
    """Make a fresh key, as a page does."""
    return str(uuid.uuid4())
