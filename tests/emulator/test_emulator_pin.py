"""The pinned MiniStack is the one the extensions were written for, and they say so if not."""

import pytest

from local.emulator import pin
from local.emulator.patching import PinMovedError


def test_the_installed_ministack_is_as_the_extensions_expect() -> None:
    """Nothing the extensions build on has moved."""
    pin.check()


def test_a_moved_private_name_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The self-test names the missing name and the changed function."""
    monkeypatch.setitem(pin.FUNCTIONS, "services.s3._no_longer_there", ())
    monkeypatch.setitem(pin.FUNCTIONS, "services.s3._delete_bucket", ("other",))
    with pytest.raises(PinMovedError) as error:
        pin.check()
    assert "ministack.services.s3._no_longer_there is gone" in str(error.value)
    assert "_delete_bucket takes ('name',), not ('other',)" in str(error.value)


def test_a_changed_version_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version is refused even where every name is still there."""
    monkeypatch.setattr(pin, "PINNED", "0.0.1")
    with pytest.raises(PinMovedError, match=r"not 0\.0\.1"):
        pin.check()
