"""Where the bytes lie: one file per content, named by its hash, written whole or not at all."""

import hashlib
import os
import tempfile
from pathlib import Path


class _Bound:
    folder: Path | None = None


_bound = _Bound()


def bind(folder: Path) -> None:
    """Say in which folder this process keeps attachments."""
    _bound.folder = folder


def folder() -> Path:
    """Give the folder.

    Raises:
        RuntimeError: none has been bound.
    """
    if _bound.folder is None:
        raise RuntimeError("no folder for attachments is bound: create the app first")
    return _bound.folder


def path_for(sha256: str) -> Path:
    """Give the file of a content."""
    return folder() / sha256[:2] / f"{sha256}.jpg"


def keep(data: bytes) -> str:
    """Write bytes to the disk, durably and under their own name; give their SHA-256. The same bytes lie there once."""
    sha256 = hashlib.sha256(data).hexdigest()
    target = path_for(sha256)
    if target.exists():
        return sha256
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix="draft-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return sha256
