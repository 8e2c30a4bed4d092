"""What the scripts in this folder share: where the programs are and how they are run."""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUFF = "ruff==0.14.0"


def assay() -> str:
    """Builds assay and returns the program."""
    subprocess.run(["cargo", "build", "--release", "-q", "-p", "assay"], cwd=ROOT, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return str(target / "release" / "assay")


def analyzer() -> list[str]:
    """The command that analyses."""
    return [assay(), "analyze"]


def ruff() -> list[str]:
    """Installs ruff from PyPI into an environment of its own, once, and returns the command that runs it."""
    home = Path(tempfile.gettempdir()) / f"assay-benches-{RUFF.replace('=', '')}"
    program = home / "bin" / "ruff"
    if not program.exists():
        venv.create(home, with_pip=True)
        subprocess.run([str(home / "bin" / "pip"), "install", "-q", RUFF], check=True)
    return [str(program)]


def tree() -> Path:
    """The tree of Python files named on the command line."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(f"usage: {sys.argv[0]} FOLDER")
    return Path(sys.argv[1])
