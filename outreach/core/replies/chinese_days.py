"""How does Chinese name a day? Forms as in `western_days.py`, on canonical text: 星期 and 礼拜 are 周."""

from __future__ import annotations

from outreach.core.replies.counted_days import ahead, day_after, due_date, hours_ahead, morrow, same_day, shift
from outreach.core.replies.days import Form, form, vague
from outreach.core.replies.holidays import CHINESE
from outreach.core.replies.month_days import dashed, iso, month_end, slashed, stretch, zh_day, zh_month, zh_month_end
from outreach.core.replies.weekdays import zh_nth_weekday, zh_weekday

_ZN = r"(?P<n>\d{1,3}|[一二三四五六七八九十两]{1,3}|半)"
_Z31 = r"(?P<n>\d{1,2}|[一二三四五六七八九十廿卅]{1,3})"
_ZUNITS = r"(?P<unit>天|日|周|个?周|个?月)"
_MONTH = r"(?P<month>\d{1,2}|十[一二]?|[一二三四五六七八九])"


FORMS: tuple[Form, ...] = (
    *CHINESE,
    # dates
    form(r"(?<![\d/.\-])(?P<year>20\d\d) ?[/\-.年] ?(?P<a>\d{1,2}) ?[/\-.月] ?(?P<b>\d{1,2}) ?[日号]?(?![\d/])", iso),
    form(
        rf"(?:(?P<year>20\d\d) ?年 ?)?{_MONTH} ?月 ?(?:份 ?的?)?"
        r"(?P<n>\d{1,2}|[一二三四五六七八九十]{1,3}) ?(?:[日号]|(?![\d个天周块元百千万kw百成年]))",
        zh_month,
    ),
    form(
        rf"(?:{_MONTH} ?月(?:份)?|(?P<which>下个?月|本月|这个?月|当月|次月)) ?的?(?P<nth>(?:第|头) ?[一二三四1-4]|最后) ?一?个?周 ?(?P<day>[一二三四五六日天])",
        zh_nth_weekday,
    ),
    form(rf"(?<![上下这本当\d]){_MONTH} ?月(?:份)?(?:底|末|尾)", zh_month_end),
    form(rf"(?<![个\d]){_MONTH} ?月(?:份)?(?:初|中旬?|[上中下]旬)?(?![后内\d])(?<!个月)", vague("a month")),
    form(r"(?:下个?月|次月)[底末尾]", month_end(1, "end of next month")),
    form(r"(?:这个|本|当|这)?(?:个)?月(?:底|末|尾|最后一天)", month_end(0, "end of the month")),
    form(r"(?:下个?|本|这个?|次)?月[中初]|[上中下]旬|年底前?|年末|年中|月头", vague("part of a month")),
    form(r"(?P<on>)(?<![\d/.])(?P<a>\d{1,2}) ?/ ?(?P<b>\d{1,2})(?:/(?P<year>\d{4}|\d{2}))?(?![\d/%])", slashed),
    form(r"(?P<year>)(?<![\d.])(?P<a>\d{1,2})\.(?P<b>\d{1,2})(?=[号日]|(?:之?前|当天|那天)| ?(?:还|付|交|转|给你|可以|能|再|先|我))(?![块元万千百k])", slashed),
    form(r"(?:下下个?|下个?|这个?|本)?周[一二三四五六日天](?:[、和跟到至\-/]|或者?|还是)(?:周)?[一二三四五六日天](?![号点月\d十定起次])|周六[、,]?日(?![号\d])|周(?:一二|二三|三四|四五|五六)(?![点号月十百千万块元\d个次天年期岁时])", vague("several days")),
    form(r"(?<![十廿卅\d])十?(?:一二|二三|两三|三四|四五|五六|六七|七八|八九)[号日]|(?<!\d)\d{1,2}[、,/]\d{1,2}[号日]", vague("one day or another", "two readings")),
    form(
        rf"(?P<which>下下个?月的?|下个?月的?|次月的?|这个?月的?|本月的?|当月的?|上个?月的?|每个?月的?)? ?{_Z31} ?(?:号|日)(?![码线楼内后之以子(?:小)车店机院里门字])(?<![一两二三四五六七八九十\d]个日)",
        zh_day,
    ),
    form(r"下个?周的?今天|下周今天|一周后今天", shift(7, "a week from today")),
    form(r"(?:\d|十|二十|三十|廿) ?几[号日]", vague("some day of a month")),
    form(r"下个?月的?今[天日]|(?:再?过)?(?<![两二三四五六七八九十几\d])(?:一|1) ?个?月(?:之?后|以后)(?:的?今天)?(?!就?再说)|再?过(?:一|1)个?月(?!之?内|以内)", same_day),
    form(r"到期(?:那[一]?[天日]|当[天日]|日(?:当天|那天)?|的?时候?)(?!是|为)|到期(?=就?(?:还|付|交|转|给))|(?:最后)?还款日(?:当[天日]|那[一]?[天日]|(?=我?(?:就|会|再|一定)?(?:还|付|交|转|给)(?!款)))", due_date),
    form(r"(?:^|(?<=[ .,!?，]))(?P<on>)(?P<a>\d{1,2})-(?P<b>\d{1,2})(?P<year>)(?![\d\-])(?! ?[天周个块元百千万号日月%点])", dashed),
    form(rf"(?P<which>下下个?月的?|下个?月的?|这个?月的?|本月的?)? ?{_Z31} ?(?:号|日)(?=之前|以前|之内|之后|之间|以后|里)", zh_day),
    form(rf"(?P<which>下个?月的?|次月的?|这个?月的?|本月的?|每个?月的?) ?{_Z31}(?![\d个天周块元百千万kw月定起次并直般共些切旦点样律早到发有])", zh_day),
    form(r"(?:明后|今明|后两|这两|明后两)[两]?天", vague("a few days")),
    form(r"(?<=[ ,.，])(?:第二天|隔天|次日|翌日)", day_after),
    # counted days
    form(r"(?P<n>\d|[一二两三])(?P<unit>个?周)(?:之|以)?后的?今天", ahead),
    form(r"(?<!大)大后[天日]", shift(3, "in 3 days")),
    form(r"大大后[天日]", shift(4, "in 4 days")),
    form(r"(?<![一二两三四五六七八九十几\d] )(?<![一二两三四五六七八九十几\d])后[天日儿](?:个)?(?:早上|上午|下午|晚上|中午|早|晚)?", morrow(2, "day after tomorrow")),
    form(r"明(?:天|日|儿个?|晚|早|朝)(?:早上|上午|下午|晚上|中午|早|晚|一早)?(?!动力)", morrow(1, "tomorrow")),
    form(r"今(?:天|日|儿个?|晚|早|夜)(?:之内|内|晚上|下午|中午|早上|夜里?|晚)?(?!后)|现在(?:就|先|能先|可以先|可以|马上)?(?:还|付|转|交|去还|去转|打(?!电话)|给你)(?!不|没|有|在|是|要|欠|差|清能|款能|能)|(?<=\d)现在(?=[ ,.]|$)|(?<=[块元半])现在(?=[ ,.]|$)|现在(?=先?(?:一半|[\d一两二三四五六七八九十]+(?:[百千万块元]|(?=[ ,.]))))|(?<!发工资)(?<!发钱)(?<!到账)(?<!到)(?<!了)(?:马上|立刻|立马|这就|即刻)(?:就|给你们?|去)?(?:转(?!告)|打钱|打款|汇款|付(?=款|钱|清|[ ,.!]|$)|还(?=清|上|款|掉|[ ,.!]|$))(?!不)|(?:等下|待会儿?|等会儿?|晚点|一会儿?|稍后)(?:就)?(?:今天)", shift(0, "today")),
    form(r"(?:再?过|等|给我)? ?(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3}) ?(?P<unit>个?小时|个?钟头?|分钟) ?(?:之?后|以后|内|以内|之内)?(?!前|了)", lambda match, cal: hours_ahead(match, cal)),
    form(r"半个?(?:小时|钟头?)(?:之?后|以后|内|以内|之内)?", shift(0, "today")),
    form(r"(?:\d{1,2}|[一二两三四五六七八九十]) ?个?工作[日天](?:之?内|后)?", vague("working days")),
    # weekdays
    form(r"周六日|周六、?周日(?=都|均|可以|行|吧|还|[ ,.]|$)", vague("several days", "two readings")),
    form(r"周[一二三四五] ?[至到~\-] ?周?[一二三四五六日天]", vague("several days")),
    form(
        r"(?P<which>下下个?|再下个?|下个?一?周的?|下个?|这个?|本周的?|这周的?|本|上个?|每个?|逢)?(?<![一两二三四几])(?:(?<!\d)|(?<=\d\d))周 ?(?P<day>[一二三四五六日天]|[1-6](?!\d))(?![百千万十岁年期]| ?[天块元个])(?!内|后|之后|左右的)",
        zh_weekday,
    ),
    form(r"(?P<which>下下个?|下个?|这个?|本|上个?)周的? ?周? ?(?P<day>[一二三四五六日天])(?![百千万十])", zh_weekday),
    # stretches of time
    form(r"下下个?周", stretch(weeks=2, label="the week after next")),
    form(r"(?:这个?|下个?|本)?周末", vague("no exact day")),
    form(r"下个?(?:一)?周(?:内|之内|里|中|初)?", stretch(weeks=1, label="next week")),
    form(r"(?:这个?|本)周(?:内|之内|里)?", stretch(weeks=0, label="this week")),
    form(r"下个?月|次月", stretch(months=1, label="next month")),
    form(r"这个?月|本月", stretch(months=0, label="this month")),
    form(r"过(?:几|两|些|个两三)[天日](?:后)?|过一?段(?:时间|日子)|过一?阵子?|这(?:几|两|一两)[天日]|(?:再给|给)?(?:我)?半个?月(?:后|之后|内)?|下次|近期|近日|改[天日]|这些天|一阵子?", vague("no exact day")),
    form(r"(?:[一二两三四五六七八九十\d]{1,2} ?[,到至~或\-] ?)?(?:几|好几|[一二两三四五六七八九][一二两三四五六七八九]|\d{1,2} ?[到至~或\-] ?\d{1,2}) ?个?(?:天|日|周)(?:后|之后|以后|内|之内|以内)?", vague("a few days")),
    form(r"(?:再?过|等|给我)? ?(?:\d{1,2}|[一二两三四五六七八九十几]{1,2}) ?个月(?:之?后|以后|内|以内)?", vague("months from now")),
    form(r"昨[天日晚]|前[天日晚]|大前天|上个?周|上个?月|上次|前(?:几|两)天|去年", vague("a past day", "in the past")),
    form(rf"(?:再过|再等|过|在|等)? ?{_ZN} ?{_ZUNITS} ?(?:之后|以后|后|之内|以内|内)(?!的今天)", ahead),
    form(rf"(?:再过|再等|过|再?给我|宽限|再?缓|延期?|推迟|再?等我?|晚|延后|迟|往后推) ?(?:个)?{_ZN} ?{_ZUNITS}(?:时间|吧|就|再|还|付|给|交|转|打|,| |$)", ahead),
    form(r"今后|每[天日]|天天|每个?周(?![一二三四五六日天])|每个?月", vague("always")),
)  # fmt: skip
