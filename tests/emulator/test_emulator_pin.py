"""The extended packages are the ones the extensions were written for, and they say so if not."""

from pathlib import Path

import pytest

from local import pin
from local.patching import PinMovedError, wrap


@pytest.mark.parametrize("package", pin.PINNED)
def test_the_installed_package_is_as_the_extensions_expect(package: str) -> None:
    """Nothing the extensions build on has moved."""
    pin.check(package)


def test_a_moved_private_name_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The self-test names the missing name and the changed function."""
    monkeypatch.setitem(pin.FUNCTIONS, "ministack.services.s3._no_longer_there", ())
    monkeypatch.setitem(pin.FUNCTIONS, "ministack.services.s3._delete_bucket", ("other",))
    with pytest.raises(PinMovedError) as error:
        pin.check("ministack")
    assert "ministack.services.s3._no_longer_there is gone" in str(error.value)
    assert "_delete_bucket takes ('name',), not ('other',)" in str(error.value)


def test_a_function_in_use_has_its_parameters_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that an extension reaches for and nobody noted is named."""
    monkeypatch.delitem(pin.FUNCTIONS, "ministack.services.dynamodb._remove_item")
    with pytest.raises(PinMovedError, match="_remove_item is a function whose parameters"):
        pin.check("ministack")


@pytest.mark.parametrize("package", pin.PINNED)
def test_a_changed_version_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version is refused even where every name is still there."""
    monkeypatch.setitem(pin.PINNED, package, "0.0.1")
    with pytest.raises(PinMovedError, match=rf"{package} is .*, not 0\.0\.1"):
        pin.check(package)


def test_the_names_in_use_are_found_in_the_sources() -> None:
    """Whatever a source gives to `pinned` or `wrap` is checked, in both packages."""
    used = pin.names_in_use()
    assert {name.partition(".")[0] for name in used} == {"ministack", "oidc_provider_mock"}
    assert "ministack.services.ec2._vpc_endpoints" in used


def test_a_name_put_together_at_run_time_is_refused(tmp_path: Path) -> None:
    """A name that the self-test cannot read is an error, not a name left out."""
    (tmp_path / "sly.py").write_text("name = 'a.b'\npinned(name)\n")
    with pytest.raises(PinMovedError, match="line 2"):
        pin.names_in_use(tmp_path)


def test_nothing_else_reaches_into_the_packages() -> None:
    """No module of the local run imports an extended package or breaks into its private names."""
    root = Path(pin.__file__).parent
    sources = {str(f.relative_to(root)): f.read_text() for f in root.rglob("*.py")}
    suspects = ("noqa: SLF001", "import ministack", "from ministack", "import oidc_provider_mock")
    found = [(name, word) for name, text in sources.items() for word in suspects if word in text]
    assert [] == found


def test_a_wrapped_name_that_is_gone_is_named() -> None:
    """Wrapping what is no longer there says which name it is."""
    with pytest.raises(PinMovedError, match=r"services\.s3\._nothing is gone"):
        wrap("ministack.services.s3._nothing", lambda original: original)
