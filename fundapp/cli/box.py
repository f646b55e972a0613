"""``fundapp voting keys`` and ``open-box``: the key and the count of a sealed round, on a machine without a network."""

import hashlib
import json
from pathlib import Path

import click

from fundapp.db.types import canonical
from fundapp.kernel.errors import BadInput
from fundapp.voting.box import open_box
from fundapp.voting.seal import NEEDED, SHARES, WORDS, check_code, join_shares, make_key, words_of

KEYS = "fundapp-vote-keys/1"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="A new folder.")
def keys(out: Path) -> None:
    """Make a key and split it: keys.json to register, and three slips to print, one for each holder.

    Raises:
        BadInput: the folder is there already.
    """
    if out.exists():
        raise BadInput("--out", str(out), "a folder that is not there yet")
    public, shares = make_key()
    checks = [hashlib.sha256(check_code(share).encode()).hexdigest() for share in shares]
    out.mkdir(mode=0o700)
    (out / "keys.json").write_text(canonical({"format": KEYS, "public_key": public, "checks": checks}), "utf-8")
    for number, share in enumerate(shares, start=1):
        slip = out / f"share-{number}.txt"
        slip.touch(mode=0o600)
        slip.write_text(_slip(number, share, public), "utf-8")
    click.echo(f"公钥 {public[:16]}：三份钥匙单在 {out}，各打印一张交给持钥人，然后删掉。keys.json 拿去登记。")


@click.command("open-box")
@click.argument("boxes", type=_FILE, nargs=-1, required=True)
@click.option(
    "--share", "files", type=_FILE, multiple=True, help="A slip as a file; without it, its words are asked for."
)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The file of the count; of several boxes, a folder."
)
def open_the_box(boxes: tuple[Path, ...], files: tuple[Path, ...], out: Path) -> None:
    """Open the ballots of BOXES with two shares; no database, no network.

    Of several boxes each is counted into a file of its own, "count-" before the name of its box.

    Raises:
        BadInput: not a box, or one that was changed; shares that do not belong to it; a file that is there already.
    """
    if out.exists():
        raise BadInput("--out", str(out), "a file that is not there yet")
    read = {file: _read(file) for file in boxes}
    if len({file.stem for file in read}) < len(boxes):
        raise BadInput("BOXES", " ".join(map(str, boxes)), "boxes with different names")
    shares = [read_slip(one.read_text("utf-8")) for one in files]
    while len(shares) < NEEDED:
        shares.append(click.prompt(f"第 {len(shares) + 1} 位持钥人的单词", hide_input=True))
    key = join_shares(shares)
    counts = {file: open_box(box, key) for file, box in read.items()}
    if len(counts) > 1:
        out.mkdir(parents=True)
    for file, count in counts.items():
        text = canonical(count)
        (out / f"count-{file.stem}.json" if len(counts) > 1 else out).write_text(text, "utf-8")
        click.echo(f"{file.name}：打开 {len(count['ballots'])} 张，打不开或不合规则 {count['faulty']} 张。")
        click.echo(f"文件指纹 {hashlib.sha256(text.encode()).hexdigest()}")


def read_slip(text: str) -> str:
    """Read the words of a share from a slip, or from a file with nothing but words.

    >>> read_slip("1. lend 2. premium"), read_slip("lend premium")
    ('lend premium', 'lend premium')
    """
    lines = [words_of(line) for line in text.splitlines() if line.strip()[:2].rstrip(".").isdecimal()]
    return " ".join(lines) if lines else words_of(text)


def _slip(number: int, share: str, public: str) -> str:
    words = share.split()
    rows = [
        "  ".join(f"{place + 1:2}. {words[place]:10}" for place in range(start, min(start + 3, len(words))))
        for start in range(0, len(words), 3)
    ]
    lines = [
        f"密封投票钥匙：第 {number} 份，共 {SHARES} 份，任意 {NEEDED} 份可以开箱",
        f"公钥 {public[:16]}",
        "",
        *rows,
        "",
        f"核对码 {check_code(share)}（{WORDS} 个单词算出来的，登录后核对用）",
        "收好，不拍照，不发群，不和另外两份放在一起。公示期满后销毁。",
    ]
    return "\n".join([*lines, ""])


def _read(file: Path) -> dict[str, object]:
    try:
        box = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise BadInput(str(file), str(error), "a box as it was downloaded") from error
    if not isinstance(box, dict):
        raise BadInput(str(file), type(box).__name__, "a box as it was downloaded")
    return box
