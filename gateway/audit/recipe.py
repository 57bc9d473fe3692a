"""The recipe in every export: a shell script that trusts nobody, and the page that explains it.

The script uses ``sha256sum``, ``openssl`` (1.1.1 or later) and ``xmlsec1``, and nothing of ours.
Certificates and seal keys in the export are *claims*: an auditor compares their fingerprints, which
the page lists, with what party, office and gateway published elsewhere. Signatures are checked
against exactly those keys; whether a certificate was valid when it signed is a question of dates,
which the page lists too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

_HEAD = r"""#!/bin/sh
# Verifies this folder with sha256sum, openssl and xmlsec1. Exit code: 0 all holds, 1 something does
# not, 2 a tool is missing. Each step is one line below; the tools' own words are shown on failure.
set -u
cd "$(dirname "$0")" || exit 2
TZ=UTC; LC_ALL=C; export TZ LC_ALL
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failed=0

command -v sha256sum >/dev/null || sha256sum() { shasum -a 256 "$@"; }
for tool in openssl xmlsec1; do
  command -v "$tool" >/dev/null || { echo "missing: $tool" >&2; exit 2; }
done
lax=
xmlsec1 --help-verify 2>&1 | grep -q -e --lax-key-search && lax=--lax-key-search

step() {
  what=$1; shift
  if "$@" >"$work/out" 2>&1; then
    echo "ok      $what"
  else
    echo "FAILED  $what"; sed 's/^/        /' "$work/out"; failed=1
  fi
}

# sums: every file is the one that was exported, and nothing lies beside them
sums() {
  sha256sum -c SHA256SUMS || return 1
  sed 's/^[0-9a-f]*  //' SHA256SUMS | sort >"$work/exported"
  find . ! -type d ! -path ./SHA256SUMS | sed 's,^\./,,' | sort >"$work/there"
  ! comm -13 "$work/exported" "$work/there" | sed 's/^/not exported: /' | grep .
}

# seal KEY SIGNATURE FILE: an Ed25519 seal over exactly these bytes
seal() { openssl pkeyutl -verify -pubin -inkey "$1" -rawin -sigfile "$2" -in "$3"; }

# names FILE PAPER: the sealed paper names the SHA-256 of the file
names() {
  digest=$(openssl dgst -sha256 -r "$1" | cut -d' ' -f1)
  grep -F "\"digest\":\"$digest\"" "$2"
}

# carries REPLY PAPER: the stored reply holds the paper that was taken out of it
carries() { grep -F "$(openssl base64 -A -in "$2")" "$1"; }

# part FILE OFFSET LENGTH PIECE: the piece is that part of the file, byte for byte
part() { tail -c "+$2" "$1" | head -c "$3" | cmp - "$4"; }

# encloses FILE PIECE: the file carries the piece in base64, in lines of whatever length
encloses() { tr -d '\r\n' <"$1" | grep -a -q -F "$(openssl base64 -A -in "$2")"; }

# xml CERTIFICATE FILE: an enveloped XML signature by exactly this certificate's key
xml() {
  xmlsec1 --verify $lax --pubkey-cert-pem "$1" --enabled-key-data key-name \
    --id-attr:Id "http://uri.etsi.org/01903/v1.3.2#:SignedProperties" "$2"
}

# cms CERTIFICATE SIGNATURE CONTENT: a detached CMS signature by exactly this certificate
cms() {
  openssl cms -verify -binary -inform DER -in "$2" -content "$3" \
    -certfile "$1" -nointern -noverify -out /dev/null
}

# committed SALT FILE ENTRY: the log entry holds SHA-256(salt, SHA-256(file))
committed() {
  { cat "$1"; openssl dgst -sha256 -binary "$2"; } >"$work/salted"
  grep -F "\"commitment\":\"$(openssl dgst -sha256 -r "$work/salted" | cut -d' ' -f1)\"" "$3"
}

# noted NOTE TEXT SIGNATURE KEY: the C2SP note is this text with this signature by this key
noted() {
  name=$(head -n 1 "$2")
  { printf '%s\n\001' "$name"; openssl pkey -pubin -in "$4" -outform DER | tail -c 32; } |
    openssl dgst -sha256 -binary | head -c 4 >"$work/id"
  seal=$(cat "$work/id" "$3" | openssl base64 -A)
  { cat "$2"; printf '\n\342\200\224 %s %s\n' "$name" "$seal"; } | cmp - "$1"
}

# logged ENTRY PROOF CHECKPOINT: RFC 6962 inclusion of the entry in the tree of the checkpoint
logged() {
  sed '1,/^$/d' "$2" | cmp - "$3" || return 1
  index=$(sed -n 's/^index //p' "$2"); last=$(($(sed -n 2p "$3") - 1))
  [ "$index" -le "$last" ] || return 1
  { printf '\000'; cat "$1"; } | openssl dgst -sha256 -binary >"$work/node"
  sed '1,2d;/^$/,$d' "$2" >"$work/path"
  while read -r hash; do
    [ "$last" -gt 0 ] || return 1
    printf %s "$hash" | openssl base64 -d -A >"$work/side"
    if [ $((index & 1)) -eq 1 ] || [ "$index" -eq "$last" ]; then
      { printf '\001'; cat "$work/side" "$work/node"; } | openssl dgst -sha256 -binary >"$work/up"
      while [ $((index & 1)) -eq 0 ] && [ "$index" -gt 0 ]; do
        index=$((index >> 1)); last=$((last >> 1))
      done
    else
      { printf '\001'; cat "$work/node" "$work/side"; } | openssl dgst -sha256 -binary >"$work/up"
    fi
    mv "$work/up" "$work/node"
    index=$((index >> 1)); last=$((last >> 1))
  done <"$work/path"
  [ "$last" -eq 0 ] && [ "$(openssl base64 -A -in "$work/node")" = "$(sed -n 3p "$3")" ]
}

"""

_TAIL = r"""
[ "$failed" -eq 0 ] && echo "Everything holds." || echo "Something does not hold."
exit "$failed"
"""

_PAGE = """\
MOVEMENT {reference}

What is here
  declaration/   what the enterprise declared: exactly the bytes that came in; "original" is a
                 foreign format from which ours was converted
  messages/      every message to an office: "wire" is exactly what was sent, "envelope" what the
                 gateway said about it and sealed, "receipt" what the office sealed in return
                 ("reply" as it came); "receipt-native" is an answer of the office that quotes the
                 message, "receipt-transport" only the gateway's own note that it was handed over;
                 signed/ holds content and signature of a CMS message; "to-be-signed" is what the
                 signatory was shown, and proves nothing unless the log commits to it
  answers/       what the offices answered, with the header they sealed, and our acknowledgement;
                 where there is no header, nobody sealed it: the entry in log/ says what vouched
  certificates/  of those who signed          keys/  public seal keys of gateway and links
  log/           this movement's entries of the gateway's log, a proof for each that it stands in
                 the log (C2SP tlog-proof), the signed checkpoint they lead to, and the salts of
                 the commitments by which entries name the files above
  movement.json  the gateway's own summary; it proves nothing

How to verify
  sh verify.sh        needs sha256sum, openssl and xmlsec1; none of the gateway's own programs.
                      It finds files that were added, too: keep what you write elsewhere
Each line of its output is one check; the script is short and says above each what it does.

What the script cannot know
  Whether these keys are the right ones. Compare the SHA-256 fingerprints with what gateway,
  offices and parties published elsewhere, and the dates with the dates in the messages:

{keys}
Erased files
  A body that was lawfully erased is not here. Its commitment stays in the entry, and the entry's
  proof still holds.
{erased}"""

_ERASED = """\
  This movement was erased on {why}
  Its last entry of kind "erased" lists role and commitment of every body that is gone, and so does
  movement.json. No file opens those commitments any more; envelopes and headers that were sealed
  name digests of bytes that nobody can show.
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One check of the script: what it shows, and a function above with its arguments."""

    what: str
    words: tuple[str, ...]


def script(steps: Iterable[Step]) -> bytes:
    """Return the script.

    Raises:
        ValueError: a word holds a quote; the names in an export never do.
    """
    lines = []
    for step in steps:
        words = (step.what, *step.words)
        if any("'" in word for word in words):
            raise ValueError(f"a quote in {words}")
        lines.append(f"step '{step.what}' {step.words[0]}")
        lines[-1] += "".join(f" '{word}'" for word in step.words[1:])
    return (_HEAD + "\n".join(lines) + "\n" + _TAIL).encode()


def page(reference: str, keys: Iterable[tuple[str, str]], erased: str = "") -> bytes:
    """Return the page; ``keys`` pairs a file's name with its fingerprint and dates.

    ``erased`` says when, by whom and why the movement was erased, if it was.
    """
    listed = "".join(f"  {name}\n      {told}\n" for name, told in sorted(keys))
    told = _ERASED.format(why=" ".join(erased.split())) if erased else ""
    return _PAGE.format(reference=reference, keys=listed, erased=told).encode()


def sums(files: Mapping[str, bytes]) -> bytes:
    """Return ``SHA256SUMS`` over ``files`` in the order of their names."""
    lines = (f"{sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return "".join(lines).encode()
