"""`python -m tests.stories [--language en|es|zh] [--only NAME ...]`: stories of debtors, played and printed."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from tests.stories.printed import told
from tests.stories.stage import DEBTORS, Theatre
from tests.stories.tales import STORIES


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.stories", description=__doc__)
    parser.add_argument("--language", choices=sorted(DEBTORS), help="only this one")
    parser.add_argument("--only", nargs="+", choices=[story.name for story in STORIES], help="only these stories")
    parser.add_argument("--list", action="store_true", help="which stories there are")
    asked = parser.parse_args()
    chosen = [story for story in STORIES if not asked.only or story.name in asked.only]
    if asked.list:
        print("\n".join(f"{story.name:20} {story.title}" for story in chosen))
        return 0
    with tempfile.TemporaryDirectory(prefix="outreach-stories-") as folder, closing(Theatre(Path(folder))) as theatre:
        for story in chosen:
            for language in (asked.language,) if asked.language else DEBTORS:
                played = story.play(theatre, language)
                print("\n".join(told(story, played)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
