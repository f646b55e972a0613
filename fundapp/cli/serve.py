"""``fundapp serve``: serve the site with waitress (development and small installations)."""

import click


@click.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
def command(port: int, host: str) -> None:
    """Serve the database of FUNDAPP_DATABASE_URL."""
    from waitress import serve

    from fundapp.app import create_app
    from fundapp.settings import Settings

    serve(create_app(Settings.from_environment()), host=host, port=port, threads=8)
