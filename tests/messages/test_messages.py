"""Do our messages say what they must, hide what they must, and does the linter find what is wrong with them?"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from outreach.core import replies
from outreach.core.terms import Channel, Collector, ConfigError, Fault, IntentKind, Money
from outreach.messages import Facts, Library, Loan, count_segments
from outreach.messages.duties import DUTIES
from outreach.messages.facts import context

TEMPLATES = Path(__file__).parents[2] / "templates"
LANGUAGES = ("en", "es", "zh")
CAMPAIGN_SMS = (
    "reminder_soon due_today overdue_first overdue_second overdue_third missed_call "
    "promise_reminder promise_broken_first promise_broken_second"
).split()
SYSTEM_SMS = (
    "promise_confirmed promise_cancelled ask_date opt_out_confirmed opted_in help callback_noted reply_noted "
    "wrong_number_noted dispute_noted thanks_paid hardship_noted language_changed limits_noted plan_confirmed counter_offer"
).split()
VOICE = (
    "reminder_call overdue_call promise_broken_call identify not_identified wrong_party menu promise_menu "
    "promise_noted connecting no_agent callback_noted stopped goodbye unclear voicemail agent_whisper inbound callback_call"
).split()
NO_STOP = {"opt_out_confirmed", "wrong_number_noted"}  # nothing follows that could be stopped
OVERHEARD = ("identify", "not_identified", "wrong_party", "voicemail")
STOP = {"en": "Reply STOP", "es": "Responda STOP", "zh": "回复TD退订"}
COLLECTOR = {"en": "debt collector", "es": "cobrador de deudas", "zh": "债务催收"}

LOAN = Loan("L1", "987650004567", Money(12_050, "USD"), date(2026, 11, 20), 3)
SECOND = Loan("L2", "987650008899", Money(7_900, "USD"), date(2026, 11, 21), 2)
FACTS = Facts(
    creditor="Acme Credit",
    company="Harbor Services",
    callback_phone="+12125550123",
    loans=(LOAN,),
    today=date(2026, 11, 23),
    debtor_name="Ana Diaz",
    agent="Dana",
    promise_on=date(2026, 11, 27),
    promise_amount=Money(12_050, "USD"),
    offered_on=date(2026, 11, 28),
    callback_at=datetime(2026, 11, 24, 15, 30, tzinfo=UTC),
    choices=(date(2026, 11, 25), date(2026, 11, 27), date(2026, 11, 30)),
    instalments=((date(2026, 11, 27), Money(6_000, "USD")), (date(2026, 12, 4), Money(6_050, "USD"))),
)
THIRD_PARTY = replace(FACTS, collector=Collector.THIRD_PARTY)


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load(TEMPLATES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of our templates to spoil."""
    return Path(shutil.copytree(TEMPLATES, tmp_path / "templates"))


def faults_with(folder: Path, file: str, text: str) -> list[Fault]:
    """What the linter says about `file` once its text is `text`; other messages are left out, which makes it quick."""
    for path in folder.rglob("[!_]*.txt"):
        path.unlink()
    (folder / file).write_text(text, "utf-8")
    return [fault for fault in Library.load(folder).lint() if fault.file == str(folder / file)]


def sms(library: Library, name: str, language: str, facts: Facts = FACTS) -> str:
    return library.render(Channel.SMS, name, language, facts).body


def spoken(library: Library, name: str, language: str, facts: Facts = FACTS) -> str:
    return library.render(Channel.CALL, name, language, facts).body


def test_every_message_exists_in_every_language(library: Library) -> None:
    assert library.names(Channel.SMS) == sorted(CAMPAIGN_SMS + SYSTEM_SMS)
    assert library.names(Channel.CALL) == sorted(VOICE)
    for channel, name in DUTIES:
        assert library.languages(channel, name) == list(LANGUAGES)
        assert library.has(channel, name)
    assert not library.has(Channel.SMS, "identify")


def test_our_templates_have_no_faults(library: Library) -> None:
    assert library.lint() == []
    assert library.notes() == []  # Spanish stays within GSM-7 too


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CAMPAIGN_SMS)
def test_a_campaign_text_has_the_three_elements_the_sender_and_the_way_out(
    library: Library, name: str, language: str
) -> None:
    body = sms(library, name, language)
    due = {"en": "20 Nov", "es": "20 de noviembre", "zh": "11月20日"}[language]
    for needed in ("120.50", due, "4567", "Acme Credit", STOP[language], "+1 212-555-0123"):
        assert needed in body
    assert "98765000" not in body
    assert COLLECTOR[language] not in body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CAMPAIGN_SMS)
def test_several_loans_are_told_as_one_total(library: Library, name: str, language: str) -> None:
    body = sms(library, name, language, replace(FACTS, loans=(SECOND, LOAN), promise_amount=None))
    assert "199.50" in body
    assert "4567" in body  # the one due first


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_third_party_signs_and_discloses_itself(library: Library, language: str) -> None:
    for name in CAMPAIGN_SMS:
        body = sms(library, name, language, THIRD_PARTY)
        assert COLLECTOR[language] in body
        assert body.lstrip("【").startswith("Harbor Services")
    for name in ("reminder_call", "overdue_call", "promise_broken_call"):
        assert COLLECTOR[language] in spoken(library, name, language, THIRD_PARTY)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_says_how_to_stop_except_the_last_ones(library: Library, language: str) -> None:
    for name in SYSTEM_SMS:
        assert (STOP[language] in sms(library, name, language)) is (name not in NO_STOP)


@pytest.mark.parametrize(
    ("language", "proposal", "yes"),
    [
        ("en", "Reply YES to pay by 28 Nov, or with another day", "YES"),
        ("es", "Responda SI para pagar hasta el 28 de noviembre, o con otra fecha", "SI"),
        ("zh", "回复“是”表示在11月28日前还款，或回复其他日期", "是"),
    ],
)
def test_the_proposed_date_and_the_word_that_accepts_it(
    library: Library, language: str, proposal: str, yes: str
) -> None:
    assert proposal in sms(library, "overdue_first", language)
    assert library.mentions(Channel.SMS, "overdue_first", language, "offered_on")
    assert "28" not in sms(library, "overdue_first", language, replace(FACTS, offered_on=None))
    at = datetime(2026, 11, 23, 15, tzinfo=UTC)
    read = replies.read(yes, at, zone="America/New_York", language=language, offered_on=FACTS.offered_on)
    assert read.kind is IntentKind.ACCEPT


def test_a_reminder_of_a_promise_proposes_no_other_date(library: Library) -> None:
    assert not library.mentions(Channel.SMS, "promise_reminder", "en", "offered_on")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_others_may_overhear_is_the_same_with_and_without_a_debt(library: Library, language: str) -> None:
    nothing = replace(FACTS, loans=(), promise_on=None, promise_amount=None, offered_on=None, choices=())
    for name in OVERHEARD:
        said = spoken(library, name, language, THIRD_PARTY)
        assert said == spoken(library, name, language, replace(nothing, collector=Collector.THIRD_PARTY))
        assert not [word for word in ("debt", "loan", "deuda", "préstamo", "贷", "债", "还款") if word in said.lower()]


@pytest.mark.parametrize(
    ("language", "keys"),
    [
        ("en", ["November 25, press 1", "November 27, press 2", "November 30, press 3"]),
        ("es", ["25 de noviembre, marque 1", "27 de noviembre, marque 2", "30 de noviembre, marque 3"]),
        ("zh", ["11月25日星期三请按1", "11月27日星期五请按2", "11月30日星期一请按3"]),
    ],
)
def test_the_promise_menu_speaks_the_choices_by_key(library: Library, language: str, keys: list[str]) -> None:
    said = spoken(library, "promise_menu", language)
    assert [said.find(key) for key in keys] == sorted(said.find(key) for key in keys)
    assert all(key in said for key in keys)
    main = spoken(library, "menu", language)
    assert [digit for digit in main if digit.isdigit()] == ["1", "2", "3", "9"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "keys"), [("identify", "129"), ("no_agent", "1"), ("inbound", ""), ("goodbye", "")])
def test_a_phrase_offers_the_keys_its_menu_takes_and_no_other(
    library: Library, name: str, keys: str, language: str
) -> None:
    for facts in (FACTS, replace(FACTS, debtor_name=None)):
        assert "".join(c for c in spoken(library, name, language, facts) if c.isdigit()) == keys


def test_a_language_we_lack_falls_back(library: Library) -> None:
    assert library.render(Channel.SMS, "help", None, FACTS).language == "en"
    assert library.render(Channel.SMS, "help", "fr", FACTS).language == "en"
    assert library.render(Channel.SMS, "help", "es-MX", FACTS).language == "es"


def test_segments_and_what_forced_ucs2(library: Library) -> None:
    plain = library.render(Channel.SMS, "overdue_first", "es", FACTS)
    assert (plain.encoding, plain.forced_by) == ("GSM-7", ())
    dear = library.render(Channel.SMS, "overdue_first", "en", replace(FACTS, creditor="Acmé Crédít"))
    assert (dear.encoding, dear.forced_by) == ("UCS-2", ("í",))
    assert dear.segments == count_segments(dear.body).count > 1
    assert library.render(Channel.CALL, "menu", "en", FACTS).segments == 0


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3), ("是" * 70, 1), ("是" * 71, 2), ("😀" * 35, 1), ("😀" * 67, 3),
    ],
)  # fmt: skip
def test_parts_are_counted_as_billed(text: str, parts: int) -> None:
    assert count_segments(text).count == parts


def test_a_missing_fact_and_a_missing_message_are_refused_with_their_place(library: Library) -> None:
    with pytest.raises(ConfigError) as missing:
        library.render(Channel.SMS, "promise_reminder", "en", replace(FACTS, promise_on=None))
    assert missing.value.faults[0].file.endswith("sms/en/_promised.txt")
    with pytest.raises(ConfigError, match="did you mean `overdue_first`"):
        library.render(Channel.SMS, "overdue_frist", "en", FACTS)


@pytest.mark.parametrize("facts", [FACTS, THIRD_PARTY, replace(FACTS, loans=(SECOND, LOAN)), replace(FACTS, loans=())])
@pytest.mark.parametrize("channel", Channel)
def test_a_message_with_its_pieces_in_place_says_what_it_says_with_them_included(
    library: Library, channel: Channel, facts: Facts
) -> None:
    for language in LANGUAGES:
        shelf = library.shelves[channel, language]
        for name in shelf.names():
            said = context(facts)
            try:
                included = shelf.templates[f"{name}.txt"].render(said)
            except UndefinedError:
                with pytest.raises(UndefinedError):
                    shelf.whole(f"{name}.txt").render(said)
            else:
                assert shelf.whole(f"{name}.txt").render(said) == included


def test_what_a_piece_sets_is_its_own(folder: Path) -> None:
    (folder / "sms/en/_stop.txt").write_text("{% set a = a ~ 'x' %}{{ a }}\n", "utf-8")
    text = "{% set a = 'm' %}{% for _ in loans %}{% set a = 'l' %}{% include '_stop.txt' %}.{% endfor %}{{ a }}"
    (folder / "sms/en/help.txt").write_text(text, "utf-8")
    library = Library.load(folder)
    shelf = library.shelves[Channel.SMS, "en"]
    said = context(replace(FACTS, loans=(LOAN, SECOND)))
    assert shelf.whole("help.txt").render(said) == shelf.templates["help.txt"].render(said) == "lx.lx.m"


def test_a_name_cannot_carry_a_template_or_a_line(library: Library) -> None:
    body = sms(library, "help", "en", replace(FACTS, creditor="{{ loans }}\nX\u202e"))
    assert body.startswith("{{ loans }} X: ")


@pytest.mark.parametrize(
    "text",
    ["{{ ''.__class__.__mro__ }}", "{{ loans.append(1) }}", "{{ 'a' * 999999999 }}", "{{ cycler }}"],
)
def test_the_sandbox_refuses(folder: Path, text: str) -> None:
    (folder / "sms/en/help.txt").write_text(text, "utf-8")
    with pytest.raises(ConfigError):
        Library.load(folder).render(Channel.SMS, "help", "en", FACTS)


GOOD = "{{ sender }}: {{ totals|money }} was due on {{ loan.due_on|date }} ({{ loan.account }}). "
PERSON = "Call {{ callback_phone|phone }}. "
COLLECTS = "{% if third_party %}From a debt collector. {% endif %}"
STOPS = "Reply STOP to opt out."
ALL = GOOD + PERSON + COLLECTS + STOPS


@pytest.mark.parametrize(
    ("file", "text", "line", "what"),
    [
        ("sms/en/overdue_first.txt", GOOD + PERSON + COLLECTS, 1, "how to stop"),
        ("sms/en/overdue_first.txt", ALL.replace("{{ sender }}", "Hello"), 1, "name the sender"),
        ("sms/en/overdue_first.txt", GOOD + PERSON + STOPS, 1, "debt collector"),
        ("sms/en/overdue_first.txt", GOOD + COLLECTS + STOPS, 1, "reach a person"),
        ("sms/en/overdue_first.txt", ALL.replace("{{ totals|money }}", "Money"), 1, "name the amount"),
        ("sms/en/overdue_first.txt", ALL.replace("{{ loan.due_on|date }}", "Monday"), 1, "name the date"),
        ("sms/en/overdue_first.txt", ALL.replace("{{ loan.account }}", "yours"), 1, "name the account"),
        ("sms/en/overdue_first.txt", f"{ALL}\nPay or we call the police.", 2, "threat of arrest"),
        ("sms/es/overdue_first.txt", f"{ALL}\nEs su último aviso.", 2, "ultimatum"),
        ("sms/zh/overdue_first.txt", f"{ALL}\n否则起诉。", 2, "threat of legal action"),
        ("sms/en/overdue_first.txt", f"{ALL}\n{{{{ offered_on|date }}}}", 2, "can be empty"),
        ("sms/en/overdue_first.txt", f"{ALL}\n{{{{ lone.amount }}}}", 2, "did you mean `loan`"),
        ("sms/en/overdue_first.txt", f"{ALL} …and “so” on ☎", 1, "UCS-2"),
        ("sms/en/overdue_first.txt", ALL + "word " * 120, 1, "too long"),
        ("sms/zh/help.txt", "{{ sender }}: 回复TD退订", 1, "brackets"),
        ("sms/en/opt_out_confirmed.txt", "{{ sender }}: You are out. Call us.", 1, "more than the confirmation"),
        ("voice/en/voicemail.txt", "{{ sender }}\n{{ loan.amount|spoken_money }}", 2, "no place here"),
        ("voice/en/voicemail.txt", "{{ sender }}, about your overdue loan.", 1, "reveals the debt"),
        ("voice/es/identify.txt", "{{ sender }}, por su deuda.", 1, "reveals the debt"),
        ("voice/zh/wrong_party.txt", "您的贷款", 1, "reveals the debt"),
        ("voice/en/identify.txt", "{{ sender }} {{ promise_on|spoken_day }}", 1, "reveals the debt"),
    ],
)
def test_the_linter_finds(folder: Path, file: str, text: str, line: int, what: str) -> None:
    found = faults_with(folder, file, text)
    assert any(what in fault.what and fault.line == line for fault in found), found


def test_a_missing_translation_is_a_fault(folder: Path) -> None:
    (folder / "sms/zh/help.txt").unlink()
    (fault,) = Library.load(folder).lint()
    assert fault.file == str(folder / "sms/zh/help.txt")
    assert "en, es has it" in fault.what


def test_fewer_parts_allowed_are_more_faults(library: Library) -> None:
    assert any("too long" in fault.what for fault in library.lint(max_segments=1))


def test_load_reports_every_fault_at_its_place(folder: Path) -> None:
    (folder / "sms/en/help.txt").write_text("ok\n{% if x %}", "utf-8")
    (folder / "sms/es/help.txt").write_text("{{ sender|mony }}", "utf-8")
    (folder / "voice/zh/menu.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError) as error:
        Library.load(folder)
    places = {(Path(fault.file).parent.name, Path(fault.file).name, fault.line) for fault in error.value.faults}
    assert places == {("en", "help.txt", 2), ("es", "help.txt", 1), ("zh", "menu.txt", 0)}
    assert "did you mean `money`" in str(error.value)


def test_a_folder_without_templates_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="templates are missing"):
        Library.load(tmp_path)
