"""What every template and static file is held to, whoever renders it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import nodes

from app import create_app
from tests.support.databases import settings

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.txt"))
STATIC = ROOT / "app" / "static"
STYLES = sorted(STATIC.rglob("*.css"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
FORBIDDEN = {
    r"<style": "an inline style sheet",
    r"\sstyle\s*=": "an inline style",
    r"\son[a-z]+\s*=\s*[\"']": "an event handler in an attribute",
    r"<script(?![^>]*\bsrc=)": "an inline script",
    r"\bhx-on\b": "hx-on, which needs eval",
    r"[\"']js(avascript)?:": "script in an attribute, which needs eval",
    r"(src|href|action|hx-get|hx-post)\s*=\s*[\"'](https?:)?//": "an address of another host",
    r"\|\s*safe\b": "text that is not escaped",
}
LARGEST_STYLES = 60_000
LONGEST_SCRIPT = 100


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """What finds and compiles the templates: one for all of them, and no database is asked."""
    return create_app(settings(tmp_path_factory.mktemp("templates"))).jinja_env


def named_by(expression: nodes.Expr) -> list[str]:
    """The templates that an expression names: one, or one of two by a condition; empty when it names none for sure."""
    if isinstance(expression, nodes.CondExpr):
        assert expression.expr2 is not None
        return [*named_by(expression.expr1), *named_by(expression.expr2)]
    return [expression.value] if isinstance(expression, nodes.Const) else []


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_parses_and_finds_what_it_uses(environment, path):
    tree = environment.parse(path.read_text(encoding="utf-8"))
    for used in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        names = named_by(used.template)
        assert names, f"{named(path)} uses a template it does not name"
        module, *_ = map(environment.get_template, names)
        if isinstance(used, nodes.FromImport):
            for name in used.names:
                wanted = name[0] if isinstance(name, tuple) else name
                assert wanted in module.blocks or wanted in macros(environment, used.template.value)


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_calls_only_macros_that_are_there(environment, path):
    tree = environment.parse(path.read_text(encoding="utf-8"))
    imported = {node.target: node.template.value for node in tree.find_all(nodes.Import)}
    for used in tree.find_all(nodes.Getattr):
        if isinstance(used.node, nodes.Name) and used.node.name in imported:
            source = imported[used.node.name]
            assert used.attr in macros(environment, source), f"{source} has no macro {used.attr}"


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_holds_nothing_the_content_policy_refuses(path):
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for pattern, meaning in FORBIDDEN.items():
        found = re.search(pattern, text, flags=re.IGNORECASE)
        assert not found, f"{named(path)} holds {meaning}: {found and found[0]!r}"


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_icon_a_template_names_is_drawn(path):
    drawn = set(re.findall(r'<symbol id="([a-z]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    text = path.read_text(encoding="utf-8")
    asked = set(re.findall(r'icon\("([a-z]+)"\)|picture="([a-z]+)"', text))
    assert {a or b for a, b in asked} <= drawn


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_static_file_a_template_names_is_there(path):
    for name in re.findall(r"filename=['\"]([^'\"]+)['\"]", path.read_text(encoding="utf-8")):
        assert (STATIC / name).is_file()
    for name in re.findall(r"[\"']/static/([^\"'{]+)[\"']", path.read_text(encoding="utf-8")):
        assert (STATIC / name).is_file()


@pytest.mark.parametrize("path", STYLES, ids=named)
def test_a_style_sheet_loads_only_files_of_our_own(path):
    text = path.read_text(encoding="utf-8")
    assert "@import" not in text
    for address in re.findall(r"url\(\s*[\"']?([^\"')]+)", text):
        assert (path.parent / address).resolve().is_file(), f"{named(path)} asks for {address}"


def test_the_style_sheets_of_any_page_stay_small():
    base = (ROOT / "templates" / "base.html").read_text(encoding="utf-8")
    size = {str(path.relative_to(STATIC)): path.stat().st_size for path in STYLES}
    everywhere = re.findall(r"asset\('([^']+\.css)'\)", base)
    assert everywhere
    most = max(number for name, number in size.items() if name not in everywhere)
    assert sum(size[name] for name in everywhere) + most < LARGEST_STYLES


def test_the_style_sheets_respect_what_a_person_set():
    text = "".join(path.read_text(encoding="utf-8") for path in STYLES)
    for wish in ("prefers-color-scheme", "prefers-contrast", "prefers-reduced-motion", "forced-colors", "print"):
        assert re.search(rf"@media[^{{]*{wish}", text), wish


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_a_script_of_ours_is_short_and_runs_under_the_policy(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < LONGEST_SCRIPT
    for forbidden in ("eval(", "new Function", "innerHTML", "insertAdjacentHTML", 'setAttribute("style"', "http"):
        assert forbidden not in text.replace("// Without", "")


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 409, 413, 429, 500, 503])
def test_there_is_a_page_for_each_error(code):
    text = (ROOT / "templates" / "errors" / f"{code}.html").read_text(encoding="utf-8")
    assert "block what" in text
    assert "block next" in text


def test_what_a_broken_house_shows_asks_nothing_of_the_house():
    text = (ROOT / "templates" / "errors" / "plain.html").read_text(encoding="utf-8")
    for asked in ("url_for", "csrf_token", "current_user", "get_flashed_messages", "extends"):
        assert asked not in text


def macros(environment, name):
    source, _, _ = environment.loader.get_source(environment, name)
    return {node.name for node in environment.parse(source).find_all(nodes.Macro)}
