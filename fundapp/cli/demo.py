"""``fundapp demo``: build the demonstration database from the stories and serve it."""

import sys
from dataclasses import replace

import click

from fundapp.kernel.errors import BadInput
from fundapp.settings import Settings


@click.command()
@click.option("--port", default=8000, show_default=True, help="Loopback port to serve on.")
@click.option("--fresh", is_flag=True, help="Start over; only an empty or a demonstration database is thrown away.")
@click.option("--build-only", is_flag=True, help="Build the database and stop.")
def command(port: int, fresh: bool, build_only: bool) -> None:
    """Build the demonstration (once) and serve it on 127.0.0.1."""
    from fundapp.demonstration import build_demonstration, sign_ins

    settings = Settings.from_environment()
    if settings.production:
        raise BadInput("FUNDAPP_ENV", "production", "development: the demonstration has printed passwords")
    difference = build_demonstration(settings, fresh=fresh, tell=lambda words: click.echo(words, err=True))
    if difference is not None:
        click.echo(str(difference), err=True)
        sys.exit(1)
    _print_table(port, sign_ins(settings))
    if not build_only:
        _serve(settings, port)


def _print_table(port: int, rows: list[tuple[str, str, str, str]]) -> None:
    click.echo(f"\n  http://127.0.0.1:{port}/   演示数据：人、钱、项目均为虚构\n")
    for login, name, password, role in (("登录名", "姓名", "密码", "角色"), *rows):
        click.echo(f"  {login:12} {password:14} {role:22} {name}")
    click.echo("")


def _serve(settings: Settings, port: int) -> None:
    from waitress import serve

    from fundapp.app import create_app

    app = create_app(replace(settings, demo=True, public_url=f"http://127.0.0.1:{port}"))
    serve(app, host="127.0.0.1", port=port, threads=8)
