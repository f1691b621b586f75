"""Which stories are told? One for every intent a reply may have, and one for every way a promise may end.

Read a row aloud: *accept: she takes the day our text proposed; her words in three languages; on Tuesday at 11:05 she
writes them, on Friday at noon she pays.* What must come of each is in `wanted.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from outreach.core.terms import IntentKind
from tests.stories.stage import FRIDAY, TUESDAY, Stage, Theatre

_K = IntentKind
Play = Callable[[Stage, tuple[str, ...]], None]
Words = Mapping[str, tuple[str, ...]]  # by language, one text after the other

LAST_WEEK = TUESDAY - timedelta(days=4)  # a loan due then is worked by the campaign for overdue ones
LATER = FRIDAY + timedelta(days=11)  # two texts and two calls would have gone out by then
MONDAY, WEDNESDAY = date(2026, 11, 30), date(2026, 11, 25)
SOON = date(2026, 12, 2)  # far enough to see that reminders go on
ASKED = "11:05"  # half an hour after our first text


@dataclass(frozen=True, slots=True)
class Story:
    """`intent`: how the first of the debtor's texts is to be read."""

    name: str
    title: str
    intent: IntentKind
    words: Words
    goes: Play
    due_on: date = FRIDAY

    def play(self, theatre: Theatre, language: str) -> Stage:
        """The stage as the story left it; the next one that is played takes it over."""
        stage = theatre.stage(language, self.due_on)
        self.goes(stage, self.words[language])
        return stage


def said(en: str | tuple[str, ...], es: str | tuple[str, ...], zh: str | tuple[str, ...]) -> Words:
    given = {"en": en, "es": es, "zh": zh}
    return {language: (words,) if isinstance(words, str) else words for language, words in given.items()}


# --- how stories go ---------------------------------------------------------------------------------------------------


def _writes_once(stage: Stage, words: tuple[str, ...]) -> None:
    """They answer our text on the first day; a fortnight goes by."""
    stage.writes(words[0], TUESDAY, ASKED)
    stage.until(LATER)


def _waits(stage: Stage, words: tuple[str, ...]) -> None:
    """They answer our text on the first day; a week goes by and no colleague has looked."""
    stage.writes(words[0], TUESDAY, ASKED)
    stage.until(SOON)


def _and_pays(amount: str, on: date = FRIDAY) -> Play:
    """They answer on the first day, pay at noon on another; a fortnight goes by."""

    def play(stage: Stage, words: tuple[str, ...]) -> None:
        stage.writes(words[0], TUESDAY, ASKED)
        stage.pays(amount, on, "12:00")
        stage.until(LATER)

    return play


def _two(then: date, at: str, *, pays_on: date | None = None, until: date = LATER) -> Play:
    """They answer on the first day, and write again."""

    def play(stage: Stage, words: tuple[str, ...]) -> None:
        stage.writes(words[0], TUESDAY, ASKED)
        stage.writes(words[1], then, at)
        if pays_on is not None:
            stage.pays("120.00", pays_on, "09:15")
        stage.until(until)

    return play


def _debit_bounces(stage: Stage, words: tuple[str, ...]) -> None:
    """Paid on the day by debit; when the days of grace are over the bank tells that it bounced. In the end it is paid."""
    stage.writes(words[0], TUESDAY, ASKED)
    stage.pays("120.00", FRIDAY, "12:00")
    stage.takes_back("120.00", SOON, "07:00")
    stage.pays("120.00", LATER, "09:00")
    stage.until(LATER)


def _pays_a_part(stage: Stage, words: tuple[str, ...]) -> None:
    """A part on the day itself; what is left when we write of it again."""
    stage.writes(words[0], TUESDAY, ASKED)
    stage.pays("45.00", FRIDAY, "12:00")
    stage.pays("75.00", FRIDAY + timedelta(days=8), "12:00")
    stage.until(LATER)


def _called_back(stage: Stage, words: tuple[str, ...]) -> None:
    stage.picks_up = True
    stage.writes(words[0], TUESDAY, ASKED)
    stage.until(WEDNESDAY, "18:00")


def _in_two_parts(stage: Stage, words: tuple[str, ...]) -> None:
    stage.writes(words[0], TUESDAY, ASKED)
    stage.pays("60.00", FRIDAY, "12:00")
    stage.pays("60.00", FRIDAY + timedelta(days=7), "18:40")
    stage.until(LATER)


def _asks_for_more_than_we_may(stage: Stage, words: tuple[str, ...]) -> None:
    """Too little is offered; they take the least that may be noted, and pay it."""
    stage.writes(words[0], TUESDAY, ASKED)
    stage.writes(words[1], TUESDAY, "11:20")
    stage.pays("12.00", FRIDAY, "12:00")
    stage.until(LATER)


def _names_the_sum_first(stage: Stage, words: tuple[str, ...]) -> None:
    """A sum and no day: the day is asked, and the sum stands with it. It is paid."""
    stage.writes(words[0], TUESDAY, ASKED)
    stage.writes(words[1], TUESDAY, "11:20")
    stage.pays("60.00", FRIDAY, "12:00")
    stage.until(LATER)


def _is_reminded(stage: Stage, words: tuple[str, ...]) -> None:
    """By a campaign that counts from the promised day: the day before; not once more than that."""
    stage.runs(Path(__file__).with_name("promise-reminder.yaml"))
    stage.writes(words[0], TUESDAY, ASKED)
    stage.pays("120.00", MONDAY, "09:15")
    stage.until(LATER)


def _breaks_three(stage: Stage, words: tuple[str, ...]) -> None:
    """Each broken promise is followed by our text, and each text by another promise: until the fourth."""
    stage.writes(words[0], TUESDAY, ASKED)
    stage.writes(words[1], date(2026, 11, 28), "10:40")
    stage.writes(words[2], date(2026, 12, 2), "10:40")
    stage.writes(words[3], date(2026, 12, 6), "10:40")
    stage.until(date(2026, 12, 7))


def _payment_bounces(stage: Stage, words: tuple[str, ...]) -> None:
    """Paid on the day, and settled in the loan system's next book; days later the bank takes the payment back."""
    stage.writes(words[0], TUESDAY, ASKED)
    stage.pays("120.00", FRIDAY, "12:00")
    stage.until(FRIDAY, "23:00")
    stage.book("0.00", FRIDAY)
    stage.until(date(2026, 12, 3), "07:00")
    stage.book("120.00", FRIDAY)
    stage.until(LATER)


# --- the stories ------------------------------------------------------------------------------------------------------

INTENTS = (
    Story(
        "promise", "She names a day of her own and pays on it", _K.PROMISE,
        said(
            "hey I get paid Monday, I'll send it then",
            "Buenas tardes, el lunes cobro y les deposito. Disculpe la demora",
            "下周一发工资，当天还",
        ),
        _and_pays("120.00", MONDAY),
    ),
    Story(
        "accept", "She takes the day our text proposed", _K.ACCEPT,
        said("Yes that works, thank you", "Sí, está bien", "好的，可以"),
        _and_pays("120.00"),
    ),
    Story(
        "decline", "She says no to the day proposed", _K.DECLINE,
        said("No", "no, no puedo", "不行"),
        _waits,
    ),
    Story(
        "paid", "She says it is paid; days later we see it, and wrote nothing meanwhile", _K.PAID,
        said(
            "I already paid this on Sunday, please check your records",
            "Ya pagué!! hice la transferencia el domingo",
            "我星期天已经还了，麻烦查一下",
        ),
        _and_pays("120.00", MONDAY),
    ),
    Story(
        "paid_not_found", "She says it is paid, and nothing comes: a colleague decides, no reminder leaves", _K.PAID,
        said("It's been paid already, last week", "ya lo pagué la semana pasada", "上周就已经还清了"),
        _writes_once,
    ),
    Story(
        "dispute", "She says she does not owe it", _K.DISPUTE,
        said(
            "This isn't right. I never took out this loan and I'm not paying for somebody else's.",
            "Yo no debo nada, ese préstamo no es mío",
            "我根本没有欠你们钱，这笔账不对",
        ),
        _writes_once,
    ),
    Story(
        "identity_theft", "Somebody else opened the account in her name", _K.DISPUTE,
        said(
            "Someone stole my identity and opened this account. I filed a police report",
            "Me robaron la identidad, yo nunca abrí esa cuenta",
            "我的身份被盗用了，这个贷款不是我办的",
        ),
        _writes_once,
    ),
    Story(
        "name_used", "It is not her loan: somebody used her name", _K.DISPUTE,
        said(
            "That's not my loan, somebody used my name",
            "Ese préstamo no es mío, alguien usó mi nombre",
            "不是我借的，有人冒用我的名字",
        ),
        _writes_once,
    ),
    Story(
        "hardship", "She cannot pay: nothing leaves until a colleague has talked to her", _K.HARDSHIP,
        said(
            "I lost my job last month and my kid is in the hospital, I just don't have it",
            "me quedé sin trabajo y no tengo ni para la comida",
            "我失业了，家里老人住院，现在真的没钱还",
        ),
        _waits,
    ),
    Story(
        "opt_out", "She wants no more texts", _K.OPT_OUT,
        said("stop texting me", "ya no me manden más mensajes por favor", "别再给我发短信了"),
        _writes_once, LAST_WEEK,
    ),
    Story(
        "opt_in", "She had stopped our texts, and wants them again", _K.OPT_OUT,
        said(("STOP", "START"), ("BAJA", "ALTA"), ("退订", "恢复短信")),
        _two(TUESDAY, "16:30", pays_on=FRIDAY),
    ),
    Story(
        "help", "She asks for help", _K.HELP,
        said("HELP", "Ayuda", "帮助"),
        _and_pays("120.00"),
    ),
    Story(
        "wrong_number", "Somebody else has the number now", _K.WRONG_NUMBER,
        said(
            "you have the wrong number, there's no Dana here",
            "Número equivocado, aquí no vive ninguna Rosa",
            "打错了，我不认识这个人",
        ),
        _writes_once,
    ),
    Story(
        "attorney", "She has a lawyer", _K.ATTORNEY,
        said(
            "I have a lawyer. Talk to him, not me.",
            "Hablen con mi abogado, él lleva mi caso",
            "我已经委托律师了，请联系我的律师",
        ),
        _writes_once,
    ),
    Story(
        "bankruptcy", "She is bankrupt", _K.BANKRUPTCY,
        said("I filed chapter 7 in October", "Me declaré en bancarrota en octubre", "我已经申请破产了"),
        _writes_once,
    ),
    Story(
        "deceased", "Her family writes that she died", _K.DECEASED,
        said(
            "This is her daughter. My mom passed away two weeks ago",
            "Soy su hijo. Mi mamá falleció hace dos semanas",
            "我是她女儿，我妈妈上个月去世了",
        ),
        _writes_once,
    ),
    Story(
        "cease", "She refuses to be contacted, in any way", _K.CEASE,
        said(
            "Do not contact me again in any way. I refuse to pay this debt.",
            "No quiero que me contacten nunca más por ningún medio",
            "以后不要以任何方式联系我",
        ),
        _writes_once,
    ),
    Story(
        "complaint", "She complains of how she was treated", _K.COMPLAINT,
        said(
            "third rude call this week. I'm filing a complaint with the CFPB",
            "Su agente me gritó, voy a poner una queja con la CFPB",
            "你们的人态度太恶劣，我要投诉你们",
        ),
        _writes_once,
    ),
    Story(
        "stop_calls", "She wants texts, and no calls", _K.STOP_CALLS,
        said(
            "Texts are fine but please stop calling me",
            "No me llamen, prefiero mensajes de texto",
            "不要再给我打电话了，发短信就行",
        ),
        _writes_once, LAST_WEEK,
    ),
    Story(
        "callback", "She asks to be called, and is", _K.CALLBACK,
        said("can someone call me tomorrow at 5pm", "¿Me pueden llamar mañana a las 5 de la tarde?", "明天下午5点给我打电话吧"),
        _called_back,
    ),
    Story(
        "question", "She asks what it is made of", _K.QUESTION,
        said("how much of that is interest?", "¿Cuánto de eso son intereses?", "这里面利息是多少？"),
        _and_pays("120.00"),
    ),
    Story(
        "who_is_this", "She asks who writes; nobody answers, and after some days reminders go on", _K.QUESTION,
        said("who is this?", "Quién es??", "你是谁？"),
        _waits,
    ),
    Story(
        "unclear", "Nobody can tell what she means", _K.UNCLEAR,
        said("lol ok whatever, the dog ate my phone", "jaja pues a saber", "哈哈哈随便吧"),
        _waits,
    ),
)  # fmt: skip
ENDINGS = (
    Story(
        "kept_in_full", "A promise kept to the cent", _K.PROMISE,
        said(
            "I'll pay the full 120 on Friday",
            "el viernes les pago los 120 completos",
            "周五还清120",
        ),
        _and_pays("120.00"),
    ),
    Story(
        "kept_by_tolerance", "A promise kept but for a few dollars", _K.PROMISE,
        said("Friday, promise", "el viernes sin falta", "周五一定还"),
        _and_pays("115.00"),
    ),
    Story(
        "partly_kept", "Half of what was promised comes, and then nothing", _K.PROMISE,
        said("i can pay friday", "Puedo pagar el viernes", "星期五可以还"),
        _and_pays("60.00"),
    ),
    Story(
        "broken", "A promise not kept, and what follows it", _K.PROMISE,
        said("will pay Friday for sure", "pago el viernes seguro", "周五肯定还"),
        _writes_once,
    ),
    Story(
        "taken_back", "A promise taken back", _K.PROMISE,
        said(("Friday", "NO"), ("El viernes", "no"), ("周五", "不")),
        _two(TUESDAY, "15:00", until=SOON),
    ),
    Story(
        "moved", "A promise moved to another day, and kept", _K.PROMISE,
        said(
            ("Friday ok", "sorry can we make it Monday instead"),
            ("el viernes le pago", "perdón, mejor el lunes"),
            ("周五可以", "不好意思，改到下周一还"),
        ),
        _two(WEDNESDAY, "13:10", pays_on=MONDAY),
    ),
    Story(
        "instalments", "Two payments promised in one text, both made", _K.PROMISE,
        said(
            "I can do 60 this friday and 60 next friday",
            "Puedo pagar $60 el viernes y $60 el 4 de diciembre",
            "这周五还60，下周五再还60",
        ),
        _in_two_parts,
    ),
    Story(
        "counter_offer", "Less than may be noted: the least is offered, taken and paid", _K.PROMISE,
        said(
            ("best I can do is $5 on friday", "ok yes"),
            ("solo puedo dar $5 el viernes", "sí, de acuerdo"),
            ("周五只能先还5美元", "好"),
        ),
        _asks_for_more_than_we_may,
    ),
    Story(
        "sum_first", "A sum and no day: asked for the day, she names it, and pays that sum", _K.PROMISE,
        said(
            ("i can do 60", "friday"),
            ("puedo dar 60", "el viernes"),
            ("先还一半，日子再说", "周五"),
        ),
        _names_the_sum_first,
    ),
    Story(
        "reminded", "Of a promise she is reminded on the day before, and keeps it", _K.PROMISE,
        said("monday works for me", "El lunes puedo pagar", "下周一可以还"),
        _is_reminded,
    ),
    Story(
        "too_many_broken", "Three promises broken: of a fourth a person talks to her", _K.PROMISE,
        said(
            ("tomorrow", "sorry!! I'll pay tomorrow", "will do it tomorrow, really", "ok tomorrow I swear"),
            ("mañana", "perdone, mañana pago", "mañana sí le pago", "le juro que mañana pago"),
            ("明天", "对不起 明天还", "明天一定还", "我保证明天还"),
        ),
        _breaks_three,
    ),
    Story(
        "payment_reversed", "A promise kept, until the bank takes the payment back", _K.PROMISE,
        said("I'll pay by card on Friday", "pago el viernes con tarjeta", "周五刷卡还"),
        _payment_bounces,
    ),
    Story(
        "debit_bounced", "A promise kept by a debit that bounced: it is broken then, and followed up", _K.PROMISE,
        said("I'll pay by direct debit on Friday", "El viernes les pago con débito", "周五我用储蓄卡还"),
        _debit_bounces,
    ),
    Story(
        "paid_in_part", "She pays a part; when the quiet after it is over we write of what is left, and she pays that", _K.HELP,
        said("HELP", "Ayuda", "帮助"),
        _pays_a_part,
    ),
)  # fmt: skip
STORIES = (*INTENTS, *ENDINGS)
