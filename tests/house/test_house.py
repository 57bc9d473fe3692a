"""The house rules that no linter knows: sizes, frozen values, words, codes, who builds what."""

import ast
import dataclasses
import importlib
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path
    for room in ("gateway", "workers")
    for path in (ROOT / room).rglob("*.py")
    if "_schemas" not in path.parts
)
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}

MODULE_LINES_MAX = 400
BODY_LINES_MAX = 50  # of a function, without its signature and docstring

BANNED = (
    "job", "process", "handle", "handler", "manager", "service", "helper", "util", "utils", "data",
    "info", "payload",
)  # fmt: skip
ALLOWED_NAMES = {
    "_signed_info": "SignedInfo of XML signatures",
    "_signer_info": "SignerInfo of CMS (RFC 5652)",
    "data_received": "what asyncio calls on a connection",
}


def spelled(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=spelled)
def test_modules_stay_small(path):
    assert path.read_text(encoding="utf-8").count("\n") <= MODULE_LINES_MAX


def functions(tree):
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def body_lines(node):
    first = node.body[1:2] if ast.get_docstring(node) else node.body[:1]
    return node.end_lineno - first[0].lineno + 1 if first else 0


@pytest.mark.parametrize("path", SOURCES, ids=spelled)
def test_functions_stay_small(path):
    long = [
        f"{node.name} ({body_lines(node)} lines)"
        for node in functions(TREES[path])
        if body_lines(node) > BODY_LINES_MAX
    ]
    assert long == []


@pytest.mark.parametrize("path", SOURCES, ids=spelled)
def test_names_use_the_trades_words(path):
    names = [path.stem] + [
        node.name
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    wrong = [
        name
        for name in names
        if name not in ALLOWED_NAMES
        and set(re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)) & set(BANNED)
    ]
    assert wrong == []


DOMAIN = [path for path in SOURCES if path.parent.name == "domain" and path.stem != "__init__"]


@pytest.mark.parametrize("path", DOMAIN, ids=spelled)
def test_domain_values_are_frozen_and_slotted(path):
    module = importlib.import_module(f"gateway.domain.{path.stem}")
    for name, value in vars(module).items():
        if dataclasses.is_dataclass(value) and isinstance(value, type):
            assert value.__dataclass_params__.frozen, name
            assert hasattr(value, "__slots__"), name


def test_verified_is_made_in_one_place():
    makers = {
        spelled(path)
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Verified"
    }
    assert makers == {"gateway/pipeline/verify.py"}


def test_the_top_level_holds_what_the_design_names():
    allowed = {"pyproject.toml", "README.md", "gateway", "workers", "schemas", "tests"}
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a checkout")
    tops = {line.split("/")[0] for line in listed.stdout.splitlines()}
    assert {top for top in tops if not top.startswith(".")} <= allowed


# ------------------------------------------------------------------ codes and texts

CODE = re.compile(r"""["']([a-z][a-z0-9]*(?:-[a-z0-9]+)*\.[a-z0-9]+(?:-[a-z0-9]+)*)["']""")
TABLES = {"codes", "message_codes", "operator_codes", "way_codes"}


def catalogue(language):
    path = ROOT / "schemas" / "lang" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def registered():
    return importlib.import_module("gateway.domain.codes").CODES


def used():
    """Return every literal that is passed as ``code=`` or stands where a code stands."""
    found = set()
    for tree in TREES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "code":
                found |= {
                    one.value
                    for one in ast.walk(node.value)
                    if isinstance(one, ast.Constant)
                    and isinstance(one.value, str)
                    and CODE.fullmatch(f'"{one.value}"')
                }
    return found


def test_every_code_in_use_is_registered():
    assert used() - set(registered()) == set()


def test_every_registered_code_is_written_somewhere():
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in SOURCES if path.stem not in TABLES
    )
    unused = [
        code
        for code in registered()
        if f'"{code}"' not in text and f'"{code.split(".", 1)[1]}"' not in text
    ]
    assert unused == []


@pytest.mark.parametrize("language", ["en", "zh", "vi"])
def test_every_code_has_a_text_and_a_remedy(language):
    texts = catalogue(language)
    assert set(texts) == set(registered())
    assert [code for code, one in texts.items() if not one["message"] or not one["fix"]] == []


@pytest.mark.parametrize("language", ["zh", "vi"])
def test_translations_fill_the_same_places(language):
    english, other = catalogue("en"), catalogue(language)
    places = re.compile(r"\{(\w+)\}")
    differing = [
        code
        for code in english
        for part in ("message", "fix")
        if set(places.findall(english[code][part])) != set(places.findall(other[code][part]))
    ]
    assert differing == []


def test_translations_are_translated():
    english = catalogue("en")
    for language in ("zh", "vi"):
        same = [
            c for c, one in catalogue(language).items() if one["message"] == english[c]["message"]
        ]
        assert same == []


# ------------------------------------------------------------------ suppressions


def test_suppressions_name_their_rule_and_reason():
    bare = []
    for path in SOURCES:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if "# noqa" in line and not re.search(r"# noqa: [A-Z0-9, ]+ - \S", line):
                bare.append(f"{spelled(path)}:{number}")
            if "type: ignore" in line and not re.search(r"type: ignore\[[a-z-, ]+\]", line):
                bare.append(f"{spelled(path)}:{number}")
    assert bare == []


NOTHING_OF_OURS = re.compile(r"/work/|/tmp/plan|pypi\.org|files\.pythonhosted", re.IGNORECASE)


def test_no_machine_path_and_no_registry_host():
    told = [
        spelled(path)
        for path in ROOT.rglob("*")
        if path.suffix in {".py", ".md", ".toml", ".xsl", ".xsd", ".sch", ".xml", ".csv"}
        and not any(part.startswith(".") or part == "fullroute-demo" for part in path.parts[1:])
        and path.name != Path(__file__).name
        and NOTHING_OF_OURS.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert told == []
