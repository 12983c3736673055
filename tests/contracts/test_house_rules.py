"""House rules that a machine can check. What a review says twice becomes a test here."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "layan"
ROOMS = ("messaging", "signage", "queueing", "customers", "people", "places")
LONGEST_FILE = 400
#: Other rooms enter by these; their views also by `people.web`, which turns a request into the person who asks.
DOORS = {"api", "events"}
DOORS_OF_VIEWS = {"layan.people.web"}
#: Built outside the repository, or not ours: fonts, icons, catalogues, lock files.
NOT_TEXT = {".woff2", ".gz", ".png", ".ico", ".mo", ".jpg", ".sqlite3"}


def python_files(*folders: str) -> list[Path]:
    """Return the Python files of these folders of the repository, without migrations."""
    found = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    return [file for file in found if "migrations" not in file.parts]


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def place(file: Path, node: ast.AST) -> str:
    return f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the module's own functions, not those inside others."""
    for node in tree(file).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def tracked() -> list[Path]:
    """Return the files that are in the repository, or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_files_stay_short():
    long = {
        str(file.relative_to(ROOT)): length
        for file in python_files("src", "bench", "scripts")
        if (length := len(file.read_text(encoding="utf-8").splitlines())) >= LONGEST_FILE
    }
    assert long == {}


def test_no_text_is_put_together_before_it_is_translated():
    """`_(f"...")` and `_("a" + b)` look up a text that is in no catalogue."""
    wrong = []
    for file in python_files("src"):
        for node in ast.walk(tree(file)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
                continue
            name, first = node.func.id, node.args[0]
            composed = isinstance(first, ast.JoinedStr | ast.BinOp)
            if composed and name in {"_", "gettext", "gettext_lazy", "ngettext", "pgettext"}:
                wrong.append(place(file, node))
    assert wrong == []


def test_only_the_clock_asks_what_time_it_is():
    wrong = []
    for file in python_files("src"):
        if file == SOURCE / "kit" / "clock.py":
            continue
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called = ast.unparse(node.func)
                if re.fullmatch(
                    r"(datetime\.)?(datetime|date)\.(now|today|utcnow)|timezone\.(now|localtime)", called
                ):
                    wrong.append(place(file, node))
    assert wrong == []


def services() -> list[Path]:
    files = [file for room in ROOMS for file in (SOURCE / room).rglob("*.py")]
    return [file for file in files if file.name == "services.py" or file.parent.name == "services"]


def test_every_command_is_called_by_names_alone():
    """`call_next(branch_id=..., by=...)`: nobody has to know an order of arguments."""
    wrong = [
        place(file, function)
        for file in services()
        for function in functions(file)
        if is_command(function) and function.args.args
    ]
    assert wrong == []


def is_command(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Say whether a function opens a branch's transaction in its own name."""
    opens = {
        ast.unparse(node.func)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return not function.name.startswith("_") and bool(opens & {"at_desk", "recording"})


def test_every_public_function_says_what_it_does():
    """Constructors of refusals say it in the words that a person reads; views and forms in their templates."""
    spoken = {"refusals.py", "admin.py", "forms.py", "urls.py", "apps.py", "words.py"}
    wrong = []
    for file in python_files("src"):
        if file.name in spoken or "views" in file.parts or file.name == "views.py":
            continue
        for function in functions(file):
            refusal = ast.unparse(function.returns or ast.Constant(None)) == "Refusal"
            if not function.name.startswith("_") and not refusal and not ast.get_docstring(function):
                wrong.append(place(file, function))
    assert wrong == []


def test_every_public_function_has_a_typed_signature():
    wrong = [
        place(file, function)
        for file in python_files("src")
        for function in functions(file)
        if function.returns is None
        or any(a.annotation is None for a in [*function.args.args, *function.args.kwonlyargs])
    ]
    assert wrong == []


def test_every_module_of_python_says_what_it_holds():
    wrong = [
        str(file.relative_to(ROOT))
        for file in python_files("src", "bench", "scripts", "tests")
        if file.name != "apps.py"
        and file.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(tree(file))
    ]
    assert wrong == []


def imported(file: Path) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node, node.module
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name


def test_rooms_enter_each_other_only_by_their_doors():
    wrong = []
    for room in ROOMS:
        for file in (SOURCE / room).rglob("*.py"):
            for node, module in imported(file):
                parts = module.split(".")
                if parts[0] != "layan" or len(parts) < 2 or parts[1] not in ROOMS or parts[1] == room:
                    continue
                if module in DOORS_OF_VIEWS and "views" in file.parts:
                    continue
                if len(parts) < 3 or parts[2] not in DOORS:
                    wrong.append(f"{place(file, node)} {module}")
    assert wrong == []


def test_the_architecture_s_contracts_are_kept():
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration():
    said = StringIO()
    call_command("makemigrations", "--check", "--dry-run", stdout=said)
    assert "No changes detected" in said.getvalue()


def test_nothing_left_for_later():
    """No half-finished work and no silenced test in what is committed."""
    marks = re.compile(r"\b(TODO|FIXME|HACK)\b|pytest\.mark\.(skip|xfail)\b|--reruns")
    wrong = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in python_files("src", "tests", "bench", "scripts")
        if file != Path(__file__)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if marks.search(line)
    ]
    assert wrong == []


def test_no_test_waits_for_luck():
    """A test waits for what it needs, never for a while. (What starts a server asks its port again and again.)"""
    wrong = [
        place(file, node)
        for file in python_files("tests")
        if file.name.startswith("test_")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"time.sleep", "sleep", "asyncio.sleep"}
        # `asyncio.sleep(0)` only lets other tasks run.
        and not (node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0)
    ]
    assert wrong == []


def test_the_tree_names_no_place_where_it_was_made():
    """No folder of a machine it was written on, and no address that packages were fetched from."""
    shape = re.compile(
        r"(?<![\w.~-])/(?:work|home/\w+|root)/|(?<![\w.-])(?:pypi\.org|files\.pythonhosted\.org)|--index-url|--extra-index-url"
    )
    wrong = []
    for file in tracked():
        if file.suffix in NOT_TEXT or file == Path(__file__):
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if shape.search(line):
                wrong.append(f"{file.relative_to(ROOT)}:{number}")
    assert wrong == []


def test_no_page_carries_script_or_style_in_its_text():
    """The content security policy refuses them; a template that has one would work nowhere."""
    shape = re.compile(
        r"""<script(?![^>]*\bsrc=)|\sstyle\s*=|<style|\son[a-z]+\s*=\s*["']|javascript:""", re.IGNORECASE
    )
    data = re.compile(r"""<script[^>]*type=["'](application/json|importmap)["']""")
    wrong = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in SOURCE.rglob("*.html")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if shape.search(line) and not data.search(line)
    ]
    assert wrong == []
