"""Every story of a debtor, in every language: what is on the case log, how the case ends, and who was written to how."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from outreach.__main__ import cli
from outreach.core.terms import IntentKind
from outreach.store.tables import inbound_messages
from tests.engine.house import ROOT
from tests.stories.printed import told
from tests.stories.stage import DEBTORS, REF, Theatre
from tests.stories.tales import ENDINGS, INTENTS, STORIES, Story
from tests.stories.wanted import WANTED

NAMES = [story.name for story in STORIES]
# Words that are in every text of ours in one language and in none in the others.
MARKS = {"en": r"\b(?:Reply|texts from us)\b", "es": r"\b(?:Responda|No le enviaremos)\b", "zh": r"^【"}
# What a debtor read who was promised to, asked, or put off: a word of each story that only the right text has.
SAID = {
    "kept_in_full": ("$120.00 for 27 Nov", "US$120.00 para el 27 de noviembre", "11月27日还款120.00美元"),
    "partly_kept": ("you planned: $60.00 on 27 Nov", "US$60.00 el 27 de noviembre", "11月27日还款60.00美元"),
    "counter_offer": ("$12.00 on Friday 27 November", "US$12.00 el 27 de noviembre", "11月27日还款12.00美元"),
    "sum_first": (
        "We noted your payment of $60.00 for 27 Nov",
        "Anotamos su pago de US$60.00 para el 27 de noviembre",
        "11月27日还款60.00美元",
    ),
    "paid_in_part": (
        "thank you for your payment. $75.00 is still due since 27 Nov",
        "gracias por su pago. US$75.00 de su préstamo sigue pendiente",
        "感谢您的还款。您的贷款（账户尾号2345）还剩75.00美元未还",
    ),
    "paid_not_found": ("We are checking the payment", "Revisamos el pago", "我们正在核对"),
    "hardship": ("a colleague will look with you", "va a ver con usted lo que es posible", "同事会和您一起商量"),
    "moved": ("$120.00 for 30 Nov", "US$120.00 para el 30 de noviembre", "11月30日还款120.00美元"),
    "instalments": ("$60.00 (27 Nov) and $60.00 (4 Dec)", "US$60.00 (4 de diciembre)", "60.00美元(12月4日)"),
    "taken_back": ("is cancelled", "cancelamos la fecha", "已取消"),
    "reminded": (
        "thank you for planning to pay $120.00 on 30 Nov",
        "US$120.00 el 30 de noviembre",
        "感谢您计划于11月30日",
    ),
    "callback": ("on 25 Nov at 5:00", "el 25 de noviembre a las 17:00", "11月25日17:00"),
}


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Theatre]:
    made = Theatre(tmp_path_factory.mktemp("stories"), sqlite_template)
    yield made
    made.close()


def test_every_intent_has_its_story_and_every_story_its_wanted_end() -> None:
    assert {story.intent for story in INTENTS} | {IntentKind.OPT_IN} == set(IntentKind)
    assert {story.intent for story in ENDINGS} == {IntentKind.PROMISE, IntentKind.HELP}
    assert sorted(WANTED) == sorted(NAMES)
    assert all(set(story.words) == set(DEBTORS) for story in STORIES)


@pytest.mark.parametrize("language", list(DEBTORS))
@pytest.mark.parametrize("story", STORIES, ids=NAMES)
def test_a_story(story: Story, language: str, theatre: Theatre) -> None:
    stage = story.play(theatre, language)
    outcome, answer = WANTED[story.name]
    assert stage.outcome() == outcome
    assert stage.after_a_stop() == []
    heard = stage.rows(inbound_messages)
    assert [message.body for message in heard] == list(story.words[language])
    assert heard[0].intent == story.intent
    ours = [said for said in stage.thread() if said.ours]
    assert {said.language for said in ours} <= {language}
    texts = [said for said in ours if said.channel == "sms"]
    assert all(re.search(MARKS[language], said.body) for said in texts)
    answered = [text for text in texts if text.at == heard[0].received_at]
    assert [said.template for said in answered] == ([answer] if answer else [])
    if story.name in SAID:
        said = SAID[story.name][list(DEBTORS).index(language)]
        assert any(said in text.body for text in texts), [text.body for text in texts]


def test_who_wanted_texts_again_says_so(theatre: Theatre) -> None:
    story = next(story for story in INTENTS if story.name == "opt_in")
    stage = story.play(theatre, "es")
    assert [message.intent for message in stage.rows(inbound_messages)] == ["opt_out", "opt_in"]


def test_the_log_is_printed_as_the_command_prints_it(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    story = next(story for story in ENDINGS if story.name == "broken")
    stage = story.play(theatre, "en")
    paper = "\n".join(told(story, stage))
    monkeypatch.setenv("OUTREACH_DATABASE_URL", stage.db.engine.url.render_as_string(hide_password=False))
    command = CliRunner().invoke(cli, ["case", REF])
    assert command.exit_code == 0, command.output
    assert "\n".join(f"    {line}" for line in command.output.splitlines()) in paper
    assert "Tue 24 Nov 11:05  they: will pay Friday for sure" in paper


@pytest.mark.parametrize(("name", "language"), [("counter_offer", "en"), ("dispute", "es"), ("callback", "zh")])
def test_the_stories_in_the_guide_are_as_they_are_played(theatre: Theatre, name: str, language: str) -> None:
    story = next(story for story in STORIES if story.name == name)
    printed = "\n".join(told(story, story.play(theatre, language))).rstrip("\n")
    assert printed in (ROOT / "docs" / "replies.md").read_text(encoding="utf-8"), printed
