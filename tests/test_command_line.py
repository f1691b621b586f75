"""Bad input at the terminal: one clear line, exit 2, nothing half-written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def outreach(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "outreach", *words]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env=os.environ | environment, check=False, timeout=60
    )


@pytest.mark.parametrize("url", ["garbage", "mysql://x", "sqlite:////proc/no/x.db", "postgresql://u:p@127.0.0.1:x/d"])
def test_a_database_that_is_none_is_said_in_one_line(tmp_path: Path, url: str) -> None:
    done = outreach(tmp_path, "audit", OUTREACH_DATABASE_URL=url)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
