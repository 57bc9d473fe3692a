"""Settings: where values come from, and what is wrong with them."""

from pathlib import Path

import pytest

from gateway.domain.errors import Misconfigured
from gateway.settings import Settings, load_settings


def _file(folder: Path, text: str) -> Path:
    path = folder / "fullroute.toml"
    path.write_text(text, "utf-8")
    return path


def test_defaults_need_no_file(tmp_path: Path) -> None:
    settings = load_settings(data=tmp_path, environment={})
    assert settings.http.port == 8117
    assert settings.http.body_bytes_max == 10_000_000
    assert settings.delivery.connect_seconds == 2
    assert settings.database_url == f"sqlite:///{tmp_path}/fullroute.db"
    assert settings.broker_url == f"redis+socket://{settings.broker_socket}"
    assert settings.keys_folder == tmp_path / "keys"


def test_a_data_folder_too_deep_for_a_socket_gets_one_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 100)
    found = {load_settings(data=deep / name, environment={}).broker_socket for name in "aab"}
    assert len(found) == 2
    assert all(len(str(path)) <= 103 for path in found)
    shallow = Path("/srv/fullroute")
    socket = load_settings(data=shallow, environment={}).broker_socket
    assert socket == shallow / "broker" / "valkey.sock"


def test_a_broker_that_is_no_redis_is_refused_before_anyone_waits_for_it(tmp_path: Path) -> None:
    for url in ("nonsense", "amqp://guest@localhost"):
        with pytest.raises(Misconfigured) as caught:
            load_settings(data=tmp_path, environment={"FULLROUTE_BROKER__URL": url})
        assert [one.pointer for one in caught.value.findings] == ["broker.url"]
        assert caught.value.findings[0].code == "settings.wrong-type"


@pytest.mark.parametrize(
    "url",
    [
        "redis://:secret@:bad",
        "redis://:secret",
        "redis://:se/secret@host:6379/0",
        "redis://[secret",
        "rediss://u:secret@host/first",
    ],
)
def test_a_broker_whose_url_cannot_be_dialled_is_told_without_its_password(
    tmp_path: Path, url: str
) -> None:
    with pytest.raises(Misconfigured) as caught:
        load_settings(data=tmp_path, environment={"FULLROUTE_BROKER__URL": url})
    (finding,) = caught.value.findings
    assert (finding.code, finding.pointer) == ("settings.wrong-type", "broker.url")
    assert "secret" not in repr(finding)


@pytest.mark.parametrize(
    "url",
    [
        "redis://h",
        "redis://:hush@h:6379/0",
        "rediss://u:p@[::1]:1/",
        "redis+socket:///a/b.sock?virtual_host=1",
    ],
)
def test_brokers_that_can_be_dialled(tmp_path: Path, url: str) -> None:
    settings = load_settings(data=tmp_path, environment={"FULLROUTE_BROKER__URL": url})
    assert settings.broker_url == url


def test_a_folder_with_neither_database_nor_keys_is_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    load_settings(data=tmp_path, environment={}).check_folder()
    (tmp_path / "keys").rmdir()
    (tmp_path / "fullroute.db").touch()
    load_settings(data=tmp_path, environment={}).check_folder()
    (tmp_path / "fullroute.db").unlink()
    elsewhere = {"FULLROUTE_DATABASE__URL": "postgresql://db/x"}
    load_settings(data=tmp_path, environment=elsewhere).check_folder()
    for folder, code in ((tmp_path, "not-a-data-folder"), (tmp_path / "x", "no-data-folder")):
        with pytest.raises(Misconfigured) as refused:
            load_settings(data=folder, environment={}).check_folder()
        assert [one.code for one in refused.value.findings] == [f"settings.{code}"]


def test_the_environment_beats_the_file(tmp_path: Path) -> None:
    _file(tmp_path, "[http]\nport = 9000\nhost = '10.0.0.7'\n[packs.cn]\nmanifest-first = true\n")
    settings = load_settings(
        data=tmp_path,
        environment={
            "FULLROUTE_HTTP__PORT": "9001",
            "FULLROUTE_PACKS__CN__MANIFEST_FIRST": "false",
            "FULLROUTE_URL": "http://not-ours",
            "HOME": "/",
        },
    )
    assert (settings.http.port, settings.http.host) == (9001, "10.0.0.7")
    assert settings.packs["cn"]["manifest-first"] is False
    assert settings.sources["http.port"] == "FULLROUTE_HTTP__PORT"
    assert settings.sources["http.host"] == str(tmp_path / "fullroute.toml")


@pytest.mark.parametrize(
    ("name", "text", "environment", "code", "told"),
    [
        (
            "misspelt key",
            "[http]\nprot = 1\n",
            {},
            "settings.unknown-key",
            ("nearest", "http.port"),
        ),
        ("misspelt section", "[htp]\n", {}, "settings.unknown-key", ("nearest", "http")),
        (
            "misspelt in the environment",
            "",
            {"FULLROUTE_DELIVERY__CONCURENCY": "3"},
            "settings.unknown-key",
            ("nearest", "delivery.concurrency"),
        ),
        (
            "unknown section in the environment",
            "",
            {"FULLROUTE_DATABSE__URL": "x"},
            "settings.unknown-key",
            ("nearest", "database.url"),
        ),
        (
            "text for a number",
            "[http]\nport = 'x'\n",
            {},
            "settings.wrong-type",
            ("expected", "whole number"),
        ),
        (
            "a fraction for a whole number",
            "[http]\nport = 1.5\n",
            {},
            "settings.wrong-type",
            ("expected", "whole number"),
        ),
        (
            "true for a number",
            "[worker]\nthreads = true\n",
            {},
            "settings.wrong-type",
            ("expected", "whole number"),
        ),
        (
            "words for a number in the environment",
            "",
            {"FULLROUTE_WORKER__THREADS": "many"},
            "settings.wrong-type",
            ("expected", "whole number"),
        ),
        (
            "a switch that is no truth",
            "[packs.cn]\nmanifest-first = 'no'\n",
            {},
            "settings.wrong-type",
            ("expected", "true or false"),
        ),
        ("no table", "http = 3\n", {}, "settings.wrong-type", ("expected", "table")),
        ("packs no table", "[packs]\ncn = 3\n", {}, "settings.wrong-type", ("expected", "table")),
        ("data no text", "data = 3\n", {}, "settings.wrong-type", ("expected", "text")),
        (
            "port too high",
            "[http]\nport = 70000\n",
            {},
            "settings.out-of-range",
            ("expected", "0 to 65535"),
        ),
        (
            "not a number",
            "[worker]\nticker_seconds = nan\n",
            {},
            "settings.out-of-range",
            ("key", "worker.ticker_seconds"),
        ),
        (
            "a whole number beyond all fractions",
            f"[worker]\nticker_seconds = {'9' * 400}\n",
            {},
            "settings.out-of-range",
            ("key", "worker.ticker_seconds"),
        ),
        ("no TOML", "[http\n", {}, "settings.unreadable", None),
        (
            "a number nobody can read",
            f"[http]\nport = {'9' * 5000}\n",
            {},
            "settings.unreadable",
            None,
        ),
        ("lists without end", f"[http]\nport = {'[' * 5000}\n", {}, "settings.unreadable", None),
    ],
)
def test_what_is_wrong_is_a_finding(
    tmp_path: Path,
    name: str,
    text: str,
    environment: dict[str, str],
    code: str,
    told: tuple[str, str] | None,
) -> None:
    _file(tmp_path, text)
    with pytest.raises(Misconfigured) as refused:
        load_settings(data=tmp_path, environment=environment)
    assert [finding.code for finding in refused.value.findings] == [code], name
    assert told is None or told in refused.value.findings[0].args


def test_all_findings_come_at_once(tmp_path: Path) -> None:
    _file(tmp_path, "[http]\nport = 'x'\nprot = 1\n[worker]\nthreads = 0\n")
    with pytest.raises(Misconfigured) as refused:
        load_settings(data=tmp_path, environment={})
    assert len(refused.value.findings) == 3


@pytest.mark.parametrize(
    ("name", "text", "use_config", "environment", "expected"),
    [
        ("the file's folder", "", True, {}, "."),
        ("relative to the file", "data = 'here'\n", True, {}, "here"),
        ("the environment wins", "data = 'here'\n", True, {"FULLROUTE_DATA": "/there"}, "/there"),
        ("the environment names the file", "data = 'x'\n", False, {}, "x"),
    ],
)
def test_where_the_data_folder_is(
    tmp_path: Path,
    name: str,
    text: str,
    use_config: bool,  # noqa: FBT001 - a column of the table
    environment: dict[str, str],
    expected: str,
) -> None:
    path = _file(tmp_path, text)
    if not use_config:
        environment = {**environment, "FULLROUTE_CONFIG": str(path)}
    settings = load_settings(path if use_config else None, environment=environment)
    assert settings.data == tmp_path / expected, name


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as refused:
        load_settings(tmp_path / "nowhere.toml", environment={})
    assert refused.value.findings[0].code == "settings.unreadable"


def test_show_masks_passwords_and_names_origins(tmp_path: Path) -> None:
    _file(tmp_path, "[database]\nurl = 'postgresql+psycopg://u:secret@db:5432/x'\n")
    shown = {
        one.key: one
        for one in load_settings(
            data=tmp_path, environment={"FULLROUTE_BROKER__URL": "redis://:hush@b/0"}
        ).show()
    }
    assert shown["database.url"].value == "postgresql+psycopg://u:***@db:5432/x"
    assert shown["broker.url"].value == "redis://:***@b/0"
    loose = {"FULLROUTE_DATABASE__URL": "u:hush@db/x", "FULLROUTE_HTTP__PORT": "u:hush@x"}
    with pytest.raises(Misconfigured) as refused:
        load_settings(data=tmp_path, environment=loose)
    assert "hush" not in repr(refused.value.findings)
    slash = {"FULLROUTE_DATABASE__URL": "postgresql://u:hu/sh@db/x"}
    values = [one.value for one in load_settings(data=tmp_path, environment=slash).show()]
    assert "postgresql://u:***@db/x" in values
    assert shown["broker.url"].source == "FULLROUTE_BROKER__URL"
    assert shown["http.port"].source == "default"
    assert shown["data"].source == "argument"


def test_a_finding_never_repeats_a_password(tmp_path: Path) -> None:
    _file(tmp_path, "[database]\nurl = ['postgresql://u:secret@db/x']\n")
    with pytest.raises(Misconfigured) as refused:
        load_settings(data=tmp_path, environment={})
    assert "secret" not in repr(refused.value.findings)


def test_settings_are_a_value() -> None:
    assert Settings() == Settings()
