"""The shape of the code: small files, explicit names, a light import, a small install."""

from __future__ import annotations

import ast
import importlib
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import linkage

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src" / "linkage").rglob("*.py"))
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(linkage.__path__, "linkage.")
    if not module.name.endswith("__main__")
)
HEAVY = {"numba", "pandas", "scipy", "matplotlib", "jinja2", "pyarrow", "recordlinkage", "openpyxl"}
SMALL_INSTALL = {
    "anyascii",
    "cryptography",
    "numpy",
    "pydantic",
    "pydantic_core",
    "python_calamine",
    "rich",
    "tomli_w",
    "typer",
    "click",
    "linkage",
}
PUBLIC = {
    "__version__",
    "CandidatePairs",
    "PersonHistories",
    "Clusters",
    "EncodedList",
    "LinkageError",
    "capture_histories",
    "count_pairs",
    "encode_records",
    "find_pairs",
    "link_by_probability",
    "link_records",
    "load_agreement",
    "open_package",
    "plan_search",
    "propose_threshold",
    "score_candidates",
    "score_pairs",
    "seal_encodings",
    "stream_pairs",
}


def test_public_names_are_pinned() -> None:
    assert set(linkage.__all__) == PUBLIC
    for name in linkage.__all__:
        assert getattr(linkage, name) is not None


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_is_one_idea(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= 400
    if path.name != "__main__.py" and lines:
        assert ast.get_docstring(ast.parse("\n".join(lines))), "a module says what it is for"


@pytest.mark.parametrize("name", MODULES)
def test_module_names_what_it_offers(name: str) -> None:
    module = importlib.import_module(name)
    if module.__file__ and Path(module.__file__).name != "__init__.py":
        assert hasattr(module, "__all__")
    for public in getattr(module, "__all__", ()):
        assert hasattr(module, public)


def _imported_modules(statement: str) -> set[str]:
    script = f"import sys; {statement}; print(' '.join(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize("statement", ["import linkage", "import linkage.cli.app"])
def test_light_import(statement: str) -> None:
    assert not _imported_modules(statement) & HEAVY


def test_import_does_not_load_the_stages() -> None:
    assert not _imported_modules("import linkage") & {"numpy", "pydantic", "cryptography", "typer"}


def test_data_owner_code_needs_only_the_small_install() -> None:
    """No module on the data owner's path imports anything outside the core dependencies."""
    owner = ["records", "encode", "package", "identity", "agreement", "roles/data_owner"]
    outside = set()
    for folder in owner:
        for path in (ROOT / "src" / "linkage" / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom):
                    names = [node.module or ""]
                else:
                    continue
                outside |= {name.partition(".")[0] for name in names}
    assert outside - sys.stdlib_module_names <= SMALL_INSTALL


def test_no_network_code() -> None:
    forbidden = re.compile(
        r"^\s*(?:import|from)\s+(socket|urllib|http|requests|httpx|ssl)\b", re.MULTILINE
    )
    offenders = [path for path in SOURCES if forbidden.search(path.read_text("utf-8"))]
    assert not offenders


def test_every_error_code_is_documented_and_every_documented_code_exists() -> None:
    raised: set[str] = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                raised |= set(re.findall(r"^E[1-6]\d\d$", node.value))
    page = (ROOT / "docs" / "reference" / "errors.md").read_text("utf-8")
    documented = re.findall(r"^\| (E[1-6]\d\d) \|", page, re.MULTILINE)
    assert len(documented) == len(set(documented)), "a code has one meaning"
    assert raised == set(documented)


def test_no_environment_secret() -> None:
    """No module reads a secret from the environment; one sets the threads of its processes."""
    environment = re.compile(r"\b(environ|getenv)\b")
    threads = ROOT / "src/linkage/bench/encodings/run.py"
    offenders = [
        path for path in SOURCES if path != threads and environment.search(path.read_text("utf-8"))
    ]
    assert not offenders, os.linesep.join(map(str, offenders))
