"""Each service lives alone: copied with `shared/` and nothing else, as its image does, every module of it can be imported."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.reading import (
    ROOT,
    SERVICES,
    its_table,
    module_name,
    nouns,
    service_of,
    sources,
    with_neighbours,
)

IMPORT_ALL = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
strangers = {it.split(".")[1] for it in sys.modules if it.startswith("services.")} - {"%s"}
assert not strangers, strangers
"""
WITHOUT_CACHES = shutil.ignore_patterns("__pycache__")


def import_everything(place: Path, service: str) -> subprocess.CompletedProcess[str]:
    names = [module_name(file) for file in sources(f"services/{service}", "shared")]
    return subprocess.run(
        [sys.executable, "-c", IMPORT_ALL % service, *names],
        cwd=place, env={"PYTHONPATH": str(place), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_with_shared_alone_can_be_imported(service: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "shared", tmp_path / "shared", ignore=WITHOUT_CACHES)
    shutil.copytree(ROOT / "services" / service, tmp_path / "services" / service, ignore=WITHOUT_CACHES)

    done = import_everything(tmp_path, service)

    assert done.returncode == 0, done.stderr[-3000:]


def test_a_service_that_needs_another_one_would_be_noticed(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "shared", tmp_path / "shared", ignore=WITHOUT_CACHES)
    shutil.copytree(ROOT / "services/intake", tmp_path / "services/intake", ignore=WITHOUT_CACHES)
    (tmp_path / "services/intake/__init__.py").write_text("import services.review\n")

    assert "services.review" in import_everything(tmp_path, "intake").stderr


def test_the_pure_nouns_can_be_laid_beside_the_ledger_without_their_services(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "shared", tmp_path / "shared", ignore=WITHOUT_CACHES)
    shutil.copytree(ROOT / "services/ledger", tmp_path / "services/ledger", ignore=WITHOUT_CACHES)
    laid: list[str] = []
    for file in sorted({it for noun in nouns() if service_of(noun) != "ledger" for it in with_neighbours(noun)}):
        target = tmp_path / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
        for table in its_table(file):
            shutil.copy(table, target.parent)
        laid.append(module_name(file))

    done = subprocess.run(
        [sys.executable, "-c", "import importlib, sys\nfor it in sys.argv[1:]: importlib.import_module(it)", *laid],
        cwd=tmp_path, env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert laid
    assert done.returncode == 0, done.stderr[-3000:]
