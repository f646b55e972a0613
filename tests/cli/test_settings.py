"""What stops a start in production, by name."""

import pytest

from fundapp.settings import Settings, UnsafeSetting

GOOD = {
    "FUNDAPP_ENV": "production",
    "FUNDAPP_TRUSTED_HOSTS": "shishi.example.org",
    "FUNDAPP_SECRET_KEY": "5" * 32,
    "FUNDAPP_DATA_KEY": "6" * 32,
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FUNDAPP_TRUSTED_HOSTS", ""),
        ("FUNDAPP_SECRET_KEY", ""),
        ("FUNDAPP_SECRET_KEY", "short"),
        ("FUNDAPP_DATA_KEY", ""),
        ("FUNDAPP_DATA_KEY", "short"),
        ("FUNDAPP_DATA_KEY", "6" * 32 + ",short"),
        ("FUNDAPP_DATA_KEY", "change-me-change-me-change-me-change-me"),
    ],
)
def test_production_does_not_start_without_its_secrets(tmp_path, name, value):
    """No name is ever encrypted with a key that anybody could guess."""
    environ = {**GOOD, "FUNDAPP_INSTANCE": str(tmp_path), name: value}
    with pytest.raises(UnsafeSetting, match=name):
        Settings.from_environment(environ)


def test_several_data_keys_may_stand_in_a_row(tmp_path):
    """The newest first, so that an old one can be taken out of use."""
    keys = f"{'7' * 32}, {'6' * 32}"
    settings = Settings.from_environment({**GOOD, "FUNDAPP_INSTANCE": str(tmp_path), "FUNDAPP_DATA_KEY": keys})
    assert settings.data_keys == ("7" * 32, "6" * 32)
    assert "7777" not in repr(settings)


def test_a_demonstration_keeps_its_key_in_the_instance_folder(tmp_path):
    """The next start opens the names of the last; nobody else can read the file."""
    first = Settings.from_environment({"FUNDAPP_INSTANCE": str(tmp_path)}).data_keys
    assert Settings.from_environment({"FUNDAPP_INSTANCE": str(tmp_path)}).data_keys == first
    assert (tmp_path / "data-key").stat().st_mode & 0o077 == 0
