"""Passwords of links: kept for their owner alone, read afresh, refused where they are wrong."""

import stat

import pytest

from gateway.adapters.keystore import FileKeys, create_seal_key, keep_password, password_of
from gateway.domain.errors import Misconfigured, NotFound


def test_the_first_line_is_kept_for_its_owner_alone(tmp_path):
    keep_password(tmp_path, "hai-duong", b"geheim 42\r\nnot this\n")
    assert password_of(tmp_path, "hai-duong") == b"geheim 42"
    (path,) = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_password_takes_its_place(tmp_path):
    for word in (b"first", b"second"):
        keep_password(tmp_path, "l", word)
    assert password_of(tmp_path, "l") == b"second"


def test_keys_beside_it_are_not_disturbed(tmp_path):
    create_seal_key(tmp_path)
    keys = FileKeys(tmp_path)
    keep_password(tmp_path, "l", b"geheim")
    assert keys.names() == ()
    assert len(keys.seal_keys()) == 1


@pytest.mark.parametrize("word", [b"", b"\n", b"x" * 300, b"\x00", "khẩu".encode(), b"a\tb"])
def test_what_cannot_be_sent_is_refused(tmp_path, word):
    with pytest.raises(Misconfigured) as caught:
        keep_password(tmp_path, "l", word)
    assert caught.value.findings[0].code == "key.unreadable"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("link", ["", "../l", "a/b", ".l", "x" * 80])
def test_a_link_that_names_no_file(tmp_path, link):
    with pytest.raises(Misconfigured):
        keep_password(tmp_path, link, b"geheim")
    with pytest.raises(NotFound):
        password_of(tmp_path, link)


def test_one_that_others_may_read_is_not_used(tmp_path):
    keep_password(tmp_path, "l", b"geheim")
    (tmp_path / "l.password").chmod(0o644)
    with pytest.raises(Misconfigured) as caught:
        password_of(tmp_path, "l")
    assert caught.value.findings[0].code == "key.open-to-others"
    assert "geheim" not in repr(caught.value.findings)
