"""Pictures: checked, rewritten, kept, and shown to whom they concern."""

import hashlib
import io
import struct
import zlib

import pytest
from PIL import Image
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from werkzeug.datastructures import FileStorage

from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.files import rules, storage
from fundapp.files.checks import check_bytes
from fundapp.files.commands import store_picture
from fundapp.files.models import Audience
from fundapp.files.queries import attachments_by_id
from fundapp.kernel.actor import NOBODY, Role
from fundapp.kernel.errors import Forbidden, Refused
from tests.support.visitor import Visitor
from tests.support.world import CLOCK, make_account, make_person, make_place_tree, make_resident


def picture(size=(60, 40), kind="JPEG", mode="RGB", color="red", **options):
    """Draw a picture."""
    out = io.BytesIO()
    Image.new(mode, size, color).save(out, kind, **options)
    return out.getvalue()


def png_that_claims(width, height):
    """Make a tiny PNG that unpacks to width × height."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


def webp_that_claims(width, height):
    """Make the head of an extended WebP with a canvas of width × height."""
    body = struct.pack("<I", 0) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunks = b"WEBPVP8X" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def with_place_and_direction():
    """A photo that knows where it was taken and that it lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "CAMERA"
    exif.get_ifd(0x8825)[2] = (25.0, 2.0, 11.0)
    return picture((60, 40), exif=exif.tobytes(), comment=b"private note")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_phones_send_becomes_jpeg(kind):
    """Whatever of the three comes in, JPEG lies on the disk."""
    made = rules.rewritten(picture(kind=kind))
    with Image.open(io.BytesIO(made.data)) as read:
        assert (read.format, read.size) == ("JPEG", (60, 40))


def test_nothing_but_pixels_is_kept():
    """Place, camera and comment are gone, and the photo stands upright."""
    sent = with_place_and_direction()
    assert b"CAMERA" in sent
    made = rules.rewritten(sent)
    assert (made.width, made.height) == (40, 60)
    assert b"CAMERA" not in made.data
    assert b"private note" not in made.data
    assert b"Exif" not in made.data
    with Image.open(io.BytesIO(made.data)) as read:
        assert len(read.getexif()) == 0


def test_a_large_photo_is_made_smaller():
    """The longer edge is 2000 px at most, the shape stays."""
    made = rules.rewritten(picture((4000, 3000)))
    assert (made.width, made.height) == (2000, 1500)


@pytest.mark.parametrize(("mode", "color"), [("RGBA", (0, 0, 0, 0)), ("LA", (0, 0)), ("P", 0), ("L", 200), ("1", 1)])
def test_odd_kinds_of_pictures_are_taken(mode, color):
    """Grey, palettes and transparency come out as a plain picture; nothing shows through as black."""
    made = rules.rewritten(picture(kind="PNG", mode=mode, color=color))
    if mode in ("RGBA", "LA"):
        with Image.open(io.BytesIO(made.data)) as read:
            assert read.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "web.not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "web.not_an_image"),
        (b"%PDF-1.7", "web.not_an_image"),
        (picture(kind="GIF"), "web.not_an_image"),
        (picture(kind="BMP"), "web.not_an_image"),
        (picture((600, 400))[:200], "web.not_an_image"),
        (png_that_claims(30000, 30000), "files.too_many_pixels"),
        (png_that_claims(6000, 4001), "files.too_many_pixels"),
        (webp_that_claims(16000, 16000), "files.too_many_pixels"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8X", "web.not_an_image"),
        (b"RIFF\x10\x00\x00\x00WEBPABCD" + b"\x00" * 20, "web.not_an_image"),
        (b"\xff\xd8" + b"\x00" * (rules.MAX_BYTES + 1), "files.too_large"),
    ],
    ids=[
        "nothing",
        "SVG",
        "PDF",
        "GIF",
        "BMP",
        "torn",
        "PNG bomb",
        "too large PNG",
        "WebP bomb",
        "torn WebP",
        "unknown WebP",
        "too many bytes",
    ],
)
def test_what_is_no_photo_is_refused_by_name(data, code):
    """Other formats, torn files and bombs: refused before anything large is decoded, on the form's field."""
    with pytest.raises(Refused) as told:
        rules.rewritten(data, "photo")
    assert (told.value.code, told.value.field) == (code, "photo")


@pytest.fixture
def stored(sqlite_app):
    """A public photo and one for staff, uploaded by a resident."""
    with unit_of_work() as session:
        places, other = make_place_tree(session), make_place_tree(session)
        li = make_resident(session, "李", places.units[0])
        make_account(session, li, "li")
        for login, role, place in (
            ("wang", Role.WORKER, places.community),
            ("wai", Role.WORKER, other.community),
            ("zu", Role.GROUP_MEMBER, places.compound),
        ):
            make_account(session, make_person(session, login, role, place), login)
        make_account(session, make_resident(session, "邻居", places.units[1]), "neighbour")
        return {
            audience: store_picture(session, li, sent(picture(color=color)), places.compound, audience, CLOCK)
            for audience, color in ((Audience.PUBLIC, "green"), (Audience.STAFF, "blue"))
        }


def sent(data):
    """Wrap bytes as an upload."""
    return FileStorage(io.BytesIO(data), "../../etc/passwd.php", content_type="text/html")


@pytest.mark.parametrize(
    ("login", "status"), [(None, 404), ("neighbour", 404), ("wai", 404), ("zu", 404), ("li", 200), ("wang", 200)]
)
def test_a_staff_picture_is_there_only_for_its_uploader_and_the_staff(sqlite_app, stored, login, status):
    """To strangers, neighbours and the staff of other places it is as if it did not exist."""
    assert Visitor(sqlite_app, login).get(f"/files/{stored[Audience.STAFF].public_id}").status_code == status


def test_a_public_picture_is_served_harmlessly(sqlite_app, stored):
    """As JPEG, not to be sniffed, in a sandbox, under a name of ours, to be kept by caches."""
    answer = Visitor(sqlite_app).get(f"/files/{stored[Audience.PUBLIC].public_id}")
    assert answer.status_code == 200
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"].startswith("inline; filename=")
    assert "passwd" not in answer.headers["Content-Disposition"]
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_staff_picture_is_kept_by_no_cache(sqlite_app, stored):
    """A shared computer does not keep it."""
    answer = Visitor(sqlite_app, "wang").get(f"/files/{stored[Audience.STAFF].public_id}")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("number", ["1", "0" * 32, "../../etc/passwd", "%2e%2e%2fapp"])
def test_addresses_cannot_be_guessed(sqlite_app, stored, number):
    """Only the 128 random bits lead to a picture, its number does not."""
    assert Visitor(sqlite_app, "wang").get(f"/files/{number}").status_code == 404


def test_the_same_picture_lies_on_the_disk_once(app, tmp_path):
    """Two rows, two addresses, one file named by its hash, and no drafts beside it."""
    with unit_of_work() as session:
        places = make_place_tree(session)
        li = make_resident(session, "李", places.units[0])
        rows = [store_picture(session, li, sent(picture()), places.compound, Audience.PUBLIC, CLOCK) for _ in "12"]
        assert set(attachments_by_id(session, [row.id for row in rows])) == {row.id for row in rows}
    assert rows[0].public_id != rows[1].public_id
    files = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert files == [tmp_path / "files" / rows[0].sha256[:2] / f"{rows[0].sha256}.jpg"]
    assert hashlib.sha256(files[0].read_bytes()).hexdigest() == rows[0].sha256


def test_a_broken_write_leaves_nothing_behind(sqlite_app, tmp_path, monkeypatch):
    """A full disk makes no half picture."""

    def full(_handle):
        raise OSError("no space left")

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        storage.keep(b"bytes")
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


def test_nobody_stores_without_signing_in(app):
    """The command asks too, not only the page."""
    with pytest.raises(Forbidden, match="sign_in"), unit_of_work() as session:
        store_picture(session, NOBODY, sent(picture()), 1, Audience.PUBLIC, CLOCK)


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("attack", ["UPDATE attachment SET audience = 'public'", "DELETE FROM attachment"])
def test_plain_sql_does_not_open_a_picture(attack):
    """What was stored for staff stays for staff."""
    with pytest.raises(DatabaseError), bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(text(attack))


def test_changed_bytes_are_found(stored):
    """Who swaps a photo on the disk is found by its hash."""
    row = stored[Audience.PUBLIC]
    with reading_session() as session:
        assert check_bytes(session).first_fault is None
        storage.path_for(row.sha256).write_bytes(b"another")
        assert check_bytes(session).first_fault == f"attachment:{row.id} has other bytes than were stored"
