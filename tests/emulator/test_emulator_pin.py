"""The extended packages are the ones the extensions were written for, and they say so if not."""

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest

from local import pin
from local.patching import PinMovedError, pinned, wrap


@pytest.fixture
def pins(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write the pins again with one line changed."""

    def changed(line: str, other: str) -> Path:
        text = pin.PINS.read_text()
        assert f"{line}\n" in text
        file = tmp_path / "pinned.txt"
        file.write_text(text.replace(f"{line}\n", other))
        return file

    return changed


@pytest.mark.parametrize("package", pin.PACKAGES)
def test_the_installed_package_is_as_it_was_pinned(package: str) -> None:
    """Nothing the extensions build on has moved."""
    pin.check(package)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("ministack.services.s3", "_bucket_has_versions"),
        ("ministack.services.s3", "_bucket_tags"),
        ("oidc_provider_mock._app", "jose"),
    ],
)
def test_a_name_that_is_gone_or_another_is_named(
    module: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A private name of the emulator or of the identity provider that an upgrade changed."""
    package = module.partition(".")[0].replace("_", "-")
    monkeypatch.setattr(importlib.import_module(module), name, lambda other: other)
    with pytest.raises(PinMovedError, match=rf"was .*{name}.*\n.*is  {module}.{name}\(other\)"):
        pin.check(package)
    monkeypatch.delattr(importlib.import_module(module), name)
    with pytest.raises(PinMovedError, match=rf"is  {module}.{name} \(.* is gone\)"):
        pin.check(package)


def test_a_name_in_use_has_its_pin(pins: Callable[[str, str], Path]) -> None:
    """A name that an extension reaches for and nobody pinned is named."""
    file = pins("ministack.services.dynamodb._remove_item(table, pk_val, sk_val)", "")
    with pytest.raises(PinMovedError, match=r"is  ministack.services.dynamodb._remove_item\("):
        pin.check("ministack", file)


def test_a_pin_is_in_use(pins: Callable[[str, str], Path]) -> None:
    """A pinned name that no extension reaches for any more is named."""
    file = pins("ministack.app.main()", "ministack.app.main()\nministack.app.other()\n")
    with pytest.raises(PinMovedError, match=r"was ministack.app.other\(\)"):
        pin.check("ministack", file)


@pytest.mark.parametrize(
    ("package", "version"), [("ministack", "1.5.33"), ("oidc-provider-mock", "0.3.4")]
)
def test_a_changed_version_is_named(
    package: str, version: str, pins: Callable[[str, str], Path]
) -> None:
    """Another version is refused even where every name is still there."""
    file = pins(f"{package}=={version}", f"{package}==0.0.1\n")
    with pytest.raises(
        PinMovedError, match=rf"was {package}==0\.0\.1\n  is  {package}=={version}"
    ):
        pin.check(package, file)


def test_a_replaced_function_still_shows_its_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    """So the check may be made again after the extensions are in place."""
    name = "ministack.services.s3._bucket_has_versions"
    monkeypatch.setattr(
        importlib.import_module("ministack.services.s3"), "_bucket_has_versions", pinned(name)
    )
    wrap("ministack.services.s3._bucket_has_versions", lambda _: lambda *_args: False)
    assert not pinned(name)("any")
    pin.check("ministack")


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
