"""Pictures that stand in for photos and scans in a story: plain, and plainly made up."""

import io
import uuid

from PIL import Image, ImageDraw
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from fundapp.files.commands import Audience, store_picture
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock


def picture(session: Session, actor: Actor, place_id: int, clock: Clock, *, public: bool = False, tint: int = 0) -> int:
    """Store a made-up picture and give its number; *tint* tells pictures apart."""
    shade = (150 + tint * 37 % 90, 140 + tint * 61 % 100, 120 + tint * 83 % 110)
    image = Image.new("RGB", (640, 420), (244, 240, 232))
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 40, 600, 380), outline=(120, 112, 104), width=4)
    for row in range(5):
        draw.rectangle((80, 90 + row * 52, 80 + 90 * (1 + (tint + row) % 5), 116 + row * 52), fill=shade)
    draw.text((80, 56), "DEMO", fill=(120, 112, 104))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    out.seek(0)
    audience = Audience.PUBLIC if public else Audience.STAFF
    return store_picture(session, actor, FileStorage(out, filename="demo.jpg"), place_id, audience, clock).id


def key() -> str:
    """Make a fresh key, as a page does."""
    return str(uuid.uuid4())
