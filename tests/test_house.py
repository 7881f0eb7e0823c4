"""The rules of the house, held: who imports whom, who may see what, what every answer carries."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import Environment, meta

from app import SLICES, access
from app.config import KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
LINTED = str(ROOT / "pyproject.toml")
ROOMS = [name for name in ("scheduling", "payroll", "wellbeing") if (ROOT / name).is_dir()]
# Slices whose models others may read in queries and services, for typing and joins.
SHARED_MODELS = {"people", "sites", "roster"}
# Whole groups are made by the demo and carried in and out by the transfer slice.
WHOLESALE = {"demo", "transfer"}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc", "v2", "base"}


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (p for p in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in p.parts)


def imports_of(path: Path) -> Iterator[str]:
    """Everything a module imports, as dotted names of modules and of what is taken from them."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("this is not a clone")
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_the_import_contracts_hold():
    code = f"import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports({LINTED!r}, no_cache=True))"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)  # a process of its own: it silences loggers


def test_importing_the_application_or_a_room_loads_no_solver():
    code = (
        "import sys, tempfile\n"
        "import app, scheduling\n"
        "folder = tempfile.TemporaryDirectory()\n"
        "app.create_app({'EVENHAND_DATA': folder.name + '/data', 'EVENHAND_KEYS': folder.name + '/keys'})\n"
        "print(*sorted({m.partition('.')[0] for m in sys.modules} & {'ortools', 'numpy', 'pandas', 'highspy'}))\n"
    )
    environ = {n: v for n, v in os.environ.items() if not n.startswith(("EVENHAND_", "DATABASE_URL"))}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [], "the web process would carry the solver"


@pytest.mark.parametrize(
    "path", [p for s in SLICES for p in python_files(f"app/{s}")], ids=lambda p: "/".join(p.parts[-2:])
)
def test_slices_talk_through_services_and_queries(path):
    slice_, layer = path.relative_to(ROOT / "app").parts[0], path.stem
    wrong = []
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] != "app" or len(parts) < 3 or parts[1] not in SLICES or parts[1] == slice_:
            continue
        other, their_layer = parts[1], parts[2]
        if their_layer in {"views", "forms"}:
            wrong.append(name)
        elif their_layer == "models" and slice_ not in WHOLESALE:
            is_shared = other in SHARED_MODELS
            if layer in {"views", "forms"} or not is_shared:
                wrong.append(name)
    assert not wrong, f"{slice_}.{layer} reaches into another slice: {wrong}"


@pytest.mark.parametrize(
    "path", [p for s in SLICES for p in python_files(f"app/{s}")], ids=lambda p: "/".join(p.parts[-2:])
)
def test_views_and_forms_never_touch_the_session_and_only_services_commit(path):
    source = path.read_text()
    if path.stem in {"views", "forms"}:
        assert "app.database.db" not in set(imports_of(path)), "views and forms ask queries and services"
    if path.stem in {"views", "forms", "queries", "models"}:
        assert ".commit(" not in source, f"{path.stem} commits; services do"


def test_templates_mirror_endpoints_and_none_is_forgotten():
    folder = ROOT / "templates"
    there = {str(path.relative_to(folder)) for path in folder.rglob("*.*") if path.suffix in {".html", ".txt", ".svg"}}
    named: set[str] = set()
    wrong = []
    for path in python_files("app"):
        for template in re.findall(r"""["']([a-z_/]+\.(?:html|txt|svg))["']""", path.read_text()):
            named.add(template)
            parts = path.relative_to(ROOT / "app").parts
            if path.stem == "views" and template.split("/")[0] not in {parts[0], "components", "errors", "mail"}:
                wrong.append(f"{parts[0]}/views.py renders {template}")
    environment = Environment(autoescape=True)
    for name in there:
        tree = environment.parse((folder / name).read_text())
        named |= {other for other in meta.find_referenced_templates(tree) if other}
    # Errors are named by their number, and components wait for whoever needs one next.
    kept = {name for name in there if name.startswith(("errors/", "components/", "mail/base."))}
    assert not wrong
    assert named - there == set(), "these templates are named and do not exist"
    assert there - named - kept == set(), "nobody uses these templates"


def test_no_module_has_a_name_that_says_nothing():
    names = {p.stem for p in python_files("app", *ROOMS, "bench", "tests")} | set(SLICES)
    assert not names & FORBIDDEN_NAMES


def test_no_file_names_a_path_or_host_of_one_machine():
    # Written in pieces, so that this file does not name what it looks for.
    places = [
        "/" + "work/",
        "/" + "root/",
        "/" + "home/",
        "/" + "Users/",
        "file" + "://",
        "pypi" + ".org",
    ]
    found = []
    for path in tracked_files():
        if path.suffix in {".js", ".png", ".ico", ".woff2", ".svg", ".css", ".lock"} and "vendor" in path.parts:
            continue
        text = path.read_text(errors="replace")
        found += [f"{path.relative_to(ROOT)}: {place}" for place in places if place in text]
    assert not found


def test_the_locks_name_no_registry_and_hold_every_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {
        "requirements.lock": project["dependencies"],
        "requirements-dev.lock": [*project["dependencies"], *project["optional-dependencies"]["dev"]],
    }
    for name, requirements in wanted.items():
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert "--index" not in text
        pinned = set(re.findall(r"^([a-z0-9._-]+)==\S", text, re.MULTILINE))
        asked = {re.match(r"[A-Za-z0-9._-]+", r)[0].lower().replace("_", "-") for r in requirements}  # type: ignore[index]
        assert asked <= pinned, f"{name} is old: run `make lock`"
        assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[a-z])", text)[1:])


def test_every_setting_stands_in_the_readme_and_none_other():
    readme = (ROOT / "README.md").read_text()
    told = set(re.findall(r"^\| `(EVENHAND_\w+)`", readme, re.MULTILINE))
    assert told == set(KNOWN)


def test_every_view_says_who_may_use_it(bare_app):
    unmarked = []
    for endpoint, view in bare_app.view_functions.items():
        try:
            access.mark_of(view)
        except LookupError:
            unmarked.append(endpoint)
    assert set(unmarked) <= {"static"}


def test_a_view_without_a_mark_is_refused(bare_app, as_person):
    bare_app.add_url_rule("/unmarked", "unmarked", lambda: "seen")
    with pytest.raises(LookupError):
        as_person(access.Role.ADMIN).get("/unmarked")
    bare_app.testing = False
    assert as_person(access.Role.ADMIN).get("/unmarked").status_code == 403


@pytest.fixture
def as_person(bare_app: Any) -> Any:
    """A client of a person with these roles; without any, a stranger's."""
    from tests.support.people import add_person, sign_in

    def signed_in(*roles: access.Role) -> Any:
        client = bare_app.test_client()
        if not roles:
            return client
        with bare_app.app_context():
            person_id = add_person("-".join(roles), *roles, code=os.urandom(4).hex())
        return sign_in(client, person_id)

    return signed_in


def test_the_port_of_the_environment_is_where_the_demo_is_served():
    told = subprocess.run(
        ["make", "-n", "demo"], cwd=ROOT, env=os.environ | {"PORT": "8080"}, capture_output=True, text=True, check=True
    )
    assert 'PORT="8080"' in told.stdout
