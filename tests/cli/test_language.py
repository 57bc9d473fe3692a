"""What commands say about their work, in the language they are asked to speak."""

import re
import tomllib
from pathlib import Path

import pytest

import gateway.cli
from gateway.bootstrap import schemas_root
from gateway.domain.finding import LANGUAGES
from tests.cli.commands import fullroute

OTHERS = {
    "zh": ("致命: ", "无效：", "第 1 行"),
    "vi": ("nghiêm trọng: ", "Không hợp lệ: ", "dòng 1"),
}


def labels(language):
    path = schemas_root() / "lang" / f"commands.{language}.toml"
    return tomllib.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("language", OTHERS)
def test_severities_places_and_notes_are_said_in_it(tmp_path, language):
    """They were English beside sentences in Chinese or Vietnamese."""
    path = tmp_path / "bad.xml"
    path.write_bytes(b"<Declaration/>")
    found = fullroute("validate", str(path), "--lang", language)
    told = found.out + found.err
    assert found.code == 3
    assert [one for one in OTHERS[language] if one not in told] == []
    assert not re.search(r"^(error|fatal|Not valid)", told, re.MULTILINE)
    again = fullroute("validate", str(path))
    assert "Not valid: " in again.err  # the next one is English again


def test_every_label_is_translated_with_its_places_and_said_somewhere():
    english = labels("en")
    for language in LANGUAGES:
        other = labels(language)
        assert list(other) == list(english)
        for key, text in english.items():
            assert set(re.findall(r"\{\w+}", text)) == set(re.findall(r"\{\w+}", other[key])), key
    sources = "".join(
        one.read_text("utf-8") for one in Path(gateway.cli.__file__).parent.glob("*.py")
    )
    unsaid = [key for key in english if f'"{key}"' not in sources]
    built = {f"severity.{one}" for one in ("fatal", "error", "warning", "information")}
    assert set(unsaid) == built | {"group.refused", "group.staged"}
