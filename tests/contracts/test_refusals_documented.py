"""Every refusal says in the documentation what it means and what to do."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from layan.app.api.pages import meanings

ROOT = Path(__file__).parents[2]
DOCUMENTED = {each.code: each for each in meanings()}


def raised():
    """Yield the code and, when it is written there, the status of every `Refusal(...)` in the source."""
    for file in sorted((ROOT / "src" / "layan").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal"):
                continue
            code = node.args[0] if node.args else None
            assert isinstance(code, ast.Constant), f"{file}:{node.lineno} has a code that cannot be looked up"
            status = node.args[2].value if len(node.args) > 2 else 409
            yield code.value, status, f"{file.relative_to(ROOT)}:{node.lineno}"


def test_every_code_is_documented_with_its_status():
    for code, status, place in raised():
        assert code in DOCUMENTED, f"{place}: add {code} to refusals.toml"
        assert DOCUMENTED[code].status == status, place


def test_nothing_is_documented_that_is_not_raised():
    assert set(DOCUMENTED) == {code for code, _, _ in raised()}


def test_the_codes_are_in_order():
    assert list(DOCUMENTED) == sorted(DOCUMENTED)


def test_the_page_in_docs_says_the_same():
    done = subprocess.run([sys.executable, ROOT / "scripts" / "refusals.py", "--check"])
    assert done.returncode == 0, "run scripts/refusals.py"


@pytest.mark.django_db
def test_the_type_of_a_problem_leads_to_its_meaning(client):
    page = client.get("/api/v1/problems").content.decode()
    for code in DOCUMENTED:
        assert f'id="{code}"' in page
