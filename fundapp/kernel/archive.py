"""Files for outsiders: tables as CSV, and zips with a manifest, the same bytes for the same contents."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence

MANIFEST = "manifest.json"
_DAY = (2000, 1, 1, 0, 0, 0)


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    r"""Write rows as CSV in UTF-8; what is nothing becomes an empty cell.

    >>> table(("door", "voted"), [("1-101", None)])
    b'door,voted\n1-101,\n'
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return out.getvalue().encode()


def manifest(files: Mapping[str, bytes], about: Mapping[str, str | int]) -> bytes:
    """Write what tells of *files*: *about*, and the SHA-256 of each."""
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    told = json.dumps({**about, "files": hashes}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return told.encode()


def zipped(files: Mapping[str, bytes], about: Mapping[str, str | int]) -> bytes:
    """Make a zip of *files* and of a manifest that holds *about* and the SHA-256 of each file.

    >>> zipped({"a.txt": b"a"}, {"round": 1}) == zipped({"a.txt": b"a"}, {"round": 1})
    True
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in {**files, MANIFEST: manifest(files, about)}.items():
            made.writestr(zipfile.ZipInfo(name, _DAY), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
