"""Making a data folder where none can be made."""

from pathlib import Path

import pytest

from gateway import bootstrap
from gateway.domain.errors import Misconfigured
from gateway.settings import load_settings

PLACES = {"a file is there": "file", "the folder above is a file": "file/below"}


@pytest.mark.parametrize("name", PLACES)
def test_a_place_where_no_folder_can_be_is_a_finding(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    settings = load_settings(data=tmp_path / PLACES[name], environment={})
    with pytest.raises(Misconfigured) as caught:
        bootstrap.initialise(settings, bootstrap.open_clock().now())
    assert [finding.code for finding in caught.value.findings] == ["cli.file-unwritable"]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
