"""What a production server loads: ``fundapp.wsgi:app``."""

from fundapp.app import create_app
from fundapp.settings import Settings

app = create_app(Settings.from_environment())
