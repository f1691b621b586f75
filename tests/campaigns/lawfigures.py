"""Every figure of every shipped rulebook, written down a second time from its source: the table of boundaries."""

from __future__ import annotations

from datetime import date, time

from lawtable import DISPOSED, Home, Row, binds, cap, consent, hours, margin, stop, wait, week, where

from outreach.core.terms import Address, Channel, Disposition


def us(state: str, e164: str, zone: str = "America/New_York") -> Home:
    return Home(Address("US", state), e164, zone)


def br(state: str) -> Home:
    return Home(Address("BR", state), "+5511912345678", "America/Sao_Paulo")


NY = us("NY", "+15185550123")
MA, WA = us("MA", "+16175550123"), us("WA", "+12065550123", "America/Los_Angeles")
DC, FL, WV = us("DC", "+12025550123"), us("FL", "+13055550123"), us("WV", "+13045550123")
PA, MI = us("PA", "+12155550123"), us("MI", "+13135550123", "America/Detroit")
WI = us("WI", "+14145550123", "America/Chicago")
OREGON, CALIFORNIA = (us(s, n, "America/Los_Angeles") for s, n in (("OR", "+15035550123"), ("CA", "+14155550123")))
NYC = Home(Address("US", "NY", "New York", "10001"), "+12125550123", "America/New_York")
ALBANY = Address("US", "NY", "Albany", "12207")
CN = Home(Address("CN"), "+8613800138000", "Asia/Shanghai")
AU = Home(Address("AU", "NSW"), "+61491570156", "Australia/Sydney")
CA = Home(Address("CA", "SK"), "+13065550123", "America/Regina")
ON = Home(Address("CA", "ON"), "+14165550123", "America/Toronto")
QC = Home(Address("CA", "QC"), "+15145550123", "America/Toronto")
BC = Home(Address("CA", "BC"), "+16045550123", "America/Vancouver")
AB = Home(Address("CA", "AB"), "+14035550123", "America/Edmonton")
NB = Home(Address("CA", "NB"), "+15065550123", "America/Moncton")
IN, ID = Home(Address("IN"), "+919812345678", "Asia/Kolkata"), Home(Address("ID"), "+628123456789", "Asia/Jakarta")
JP, PH = Home(Address("JP"), "+819012345678", "Asia/Tokyo"), Home(Address("PH"), "+639171234567", "Asia/Manila")
MX = Home(Address("MX"), "+525512345678", "America/Mexico_City")
ZA, NZ = (
    Home(Address("ZA"), "+27711234567", "Africa/Johannesburg"),
    Home(Address("NZ"), "+64211234567", "Pacific/Auckland"),
)
HOUSE = Home(Address("IN"), "+919812345678", "Asia/Kolkata", "policy/house")
HOUSE_NY = Home(Address("US", "NY"), "+15185550123", "America/New_York", "policy/house")
US_POLICY = Home(Address("US", "NY"), "+15185550123", "America/New_York", "policy/us")
GB = Home(Address("GB"), "+447700900123", "Europe/London", "policy/gb")
IE = Home(Address("IE"), "+353851234567", "Europe/Dublin", "policy/ie")
DEFAULT = Home(Address("GB"), "+447700900123", "Europe/London", "policy/default")

DEAD = {Disposition.BUSY, Disposition.NOT_IN_SERVICE}  # never connected
CONNECTED = DISPOSED - DEAD
TALK = {Disposition.RIGHT_PARTY}
ANSWERED = TALK | {Disposition.WRONG_PARTY, Disposition.UNIDENTIFIED, Disposition.ABANDONED}  # by somebody
PUT_THROUGH = ANSWERED | {Disposition.MACHINE, Disposition.VOICEMAIL_LEFT}
MADE = PUT_THROUGH | {Disposition.DELIVERED}  # contacts actually made
FIRST, THIRD = "first_party", "third_party"
PAST = (1, None)
RECORDED = "recorded voicemail_drop"
DAYTIME = week("08:00-21:00")
CANADIAN = week("07:00-21:00", sun="13:00-17:00")
WEEKDAYS = week("08:00-19:00", sat=None, sun=None)

FEDERAL = [
    where(
        hours("US-F-01", NY, DAYTIME, binds(THIRD), excluded=True, lifted="outside_hours us"),
        [NY.address, Address("PR"), Address("US")], [CA.address], [NY.e164], [ON.e164],
    ),
    stop("US-F-10", NY, "attorney", binds(THIRD)),
    stop("US-F-11", NY, "cease", binds(THIRD)),
    stop("US-F-13", NY, "deceased", binds(THIRD)),
    stop("US-F-16", NY, "bankruptcy", binds()),
    cap("US-F-20", NY, 7, 7, "debt", binds(THIRD, "call"), counts=CONNECTED, channels="call", answers=True),
    wait("US-F-21", NY, 7, binds(THIRD, "call"), answers=True),
    consent("US-F-41", NY, "sms", binds(THIRD, "sms"), given_to="us", within=60, wrote=True),
    stop("US-F-47", NY, "refused_channel opt_out", binds(THIRD)),
    stop("US-F-73", NY, "dispute", binds(THIRD)),
    where(
        consent("US-T-01", NY, "recorded_call", binds("", "call", RECORDED, "mobile voip unknown"), answers=True),
        [NY.address], [CA.address], [NY.e164], [ON.e164],
    ),
    cap(
        "US-T-06", NY, 3, 30, "phone", binds("", "call", RECORDED, "landline", since=date(2023, 7, 20)), channels="call",
        voices=RECORDED, lifted="recorded_call", requested=True, answers=True,
    ),
    stop("US-T-20", NY, "opt_out", binds(since=date(2025, 4, 11))),
    stop("US-T-25", NY, "opt_out", binds(since=date(2027, 1, 31)), widen=True),
]  # fmt: skip

ELSEWHERE = NY.address  # an address that no state's rulebook covers
STATES = [
    where(
        cap("US-MA-01", MA, 2, 7, "debt", binds(THIRD, places="personal"), counts=CONNECTED, places="personal", requested=True),
        [MA.address], [ELSEWHERE], [MA.e164], [NY.e164],
    ),
    cap("US-MA-01-ELSEWHERE", MA, 2, 30, "debt", binds(THIRD, places="work"), counts=CONNECTED, places="work", requested=True),
    cap(
        "US-MA-02", MA, 2, 7, "debt", binds(FIRST, places="personal", due=PAST), counts=CONNECTED, places="personal",
        requested=True,
    ),
    cap(
        "US-MA-02-ELSEWHERE", MA, 2, 30, "debt", binds(FIRST, places="work", due=PAST), counts=CONNECTED, places="work",
        requested=True,
    ),
    hours("US-MA-04", MA, DAYTIME, binds(THIRD), excluded=True),
    where(
        cap("US-WA-01", WA, 3, 7, "person", binds(THIRD), counts=CONNECTED),
        [WA.address], [ELSEWHERE], [WA.e164], [NY.e164],
    ),
    cap("US-WA-02", WA, 1, 7, "person", binds(THIRD, places="work"), places="work"),
    hours("US-WA-03", WA, week("07:30-21:00"), binds(THIRD, places="personal")),
    cap("US-WA-05", WA, 2, 1, "phone", binds(THIRD, kinds="mobile voip unknown"), counts=CONNECTED),
    stop("US-WA-08", WA, "attorney", binds(THIRD)),
    where(
        cap(
            "US-DC-02", DC, 4, 7, "debt", binds("", "call", due=(31, None)), channels="call",
            counts=CONNECTED - {Disposition.WRONG_PARTY}, requested=True, free=1, answers=True,
        ),
        [DC.address], [ELSEWHERE], [DC.e164], [NY.e164],
    ),
    wait("US-DC-03", DC, 7, binds("", "call", due=(31, None)), answers=True),
    stop("US-DC-04", DC, "refused_channel opt_out", binds("", "call", due=(31, None)), answers=True),
    consent("US-DC-07", DC, "sms", binds("", "sms", due=(31, None))),
    cap("US-DC-07-CAP", DC, 5, 7, "debt", binds("", "sms", due=(31, None)), channels="sms"),
    hours("US-DC-08", DC, DAYTIME, binds(due=(31, None)), fixed="Pacific/Honolulu"),
    stop("US-DC-09", DC, "attorney", binds(due=(31, None))),
    where(
        hours("US-FL-01", FL, DAYTIME, binds(due=PAST), lifted="outside_hours"),
        [FL.address], [ELSEWHERE], [FL.e164], [NY.e164],
    ),
    where(
        cap("US-WV-01", WV, 30, 7, "person", binds("", "call", due=PAST), channels="call", requested=True, answers=True),
        [WV.address], [ELSEWHERE], [WV.e164], [NY.e164],
    ),
    cap(
        "US-WV-01-TALKS", WV, 10, 7, "person", binds("", "call", due=PAST), counts=TALK, channels="call", requested=True,
        answers=True,
    ),
    hours("US-WV-01-HOURS", WV, DAYTIME, binds("", "call", due=PAST)),
    stop("US-WV-02", WV, "attorney", binds(due=PAST)),
    where(hours("US-PA-01", PA, DAYTIME, binds(due=PAST)), [PA.address], [ELSEWHERE], [PA.e164], [NY.e164]),
    wait("US-PA-01-TALKS", PA, 7, binds("", "call", due=PAST), answers=True, requested=True),
    stop("US-PA-01-STOPS", PA, "attorney refused_channel", binds(due=PAST)),
    where(
        hours("US-MI-01", MI, DAYTIME, binds(due=PAST), lifted="outside_hours"),
        [MI.address], [ELSEWHERE], [MI.e164], [NY.e164],
    ),
    stop("US-MI-01-ATTORNEY", MI, "attorney", binds(due=PAST)),
    where(
        stop("US-WI-01", WI, "refused_channel cease opt_out", binds(THIRD, "call"), answers=True),
        [WI.address], [ELSEWHERE], [WI.e164], [NY.e164],
    ),
    consent("US-WI-02", WI, "callback", binds(THIRD, "call", places="work")),
    where(
        hours("US-OR-01", OREGON, DAYTIME, binds("", "call", due=PAST)),
        [OREGON.address], [ELSEWHERE], [OREGON.e164], [NY.e164],
    ),
    cap(
        "US-OR-01-WORK", OREGON, 1, 7, "person", binds("", "call", places="work", due=PAST), channels="call", places="work",
        requested=True, answers=True,
    ),
    where(
        hours("US-CA-01", CALIFORNIA, DAYTIME, binds(due=PAST), excluded=True, lifted="outside_hours us"),
        [CALIFORNIA.address], [ELSEWHERE], [CALIFORNIA.e164], [NY.e164],
    ),
    stop("US-CA-01-STOPS", CALIFORNIA, "attorney cease", binds(due=PAST)),
]  # fmt: skip

BOROUGHS = """New York, new york  city, NYC, NY City, NY, Manhattan, Chinatown, Roosevelt Island, Roosevelt Isl, Brooklyn, Bklyn,
Brooklyn Heights, Brooklyn Hgts, Fort Hamilton, Coney Island, Bronx, The Bronx, Riverdale, City Island, Throggs
Neck, Staten Island, Queens, Addisleigh Park, Arverne, Astoria, Auburndale, Bayside, Bayside Hills, Beechhurst,
Belle Harbor, Bellerose, Bellerose Manor, Bellrs Manor, Breezy Point, Briarwood, Broad Channel, Cambria Heights,
Cambria Hts, College Point, Corona, Douglaston, East Elmhurst, Edgemere, Elmhurst, Far Rockaway, Floral Park,
Flushing, Forest Hills, Forest Hls, Fort Tilden, Fresh Meadows, Glen Oaks, Glendale, Hollis, Hollis Hills, Howard
Beach, Jackson Heights, Jackson Hts, Jamaica, Jamaica Estates, Jamaica Est, JFK Airport, Kew Gardens, Kew Gardens
Hills, Kew Garden Hl, Laurelton, LIC, Little Neck, Long Island City, Long Is City, Malba, Maspeth, Middle Village,
Middle Vlg, Neponsit, Oakland Gardens, Oakland Gdns, Ozone Park, Queens Village, Queens Vlg, Rego Park, Rego Pk,
Richmond Hill, Ridgewood, Rochdale, Rochdale Village, Rochdale Vlg, Rockaway Beach, Rockaway Bch, Rockaway Park,
Rockaway Point, Rockaway Pt, Rosedale, Saint Albans, St. Albans, S Ozone Park, South Ozone Park, S Richmond Hl, S
Richmond Hill, South Richmond Hill, Springfield Gardens, Sprngfld Gdns, Sunnyside, Whitestone, Woodhaven, Woodside"""
POSTCODES = "10001 10118 10280 10301 10451 11004 11005 11101 11201 11354 11432 11691"
BEYOND = "00501 06830 07030 10501 10990 11003 11006 11010 11501 11701 11801 12207"
CITY = [
    where(
        cap("US-NYC-02", NYC, 3, 7, "debt", binds(due=PAST, since=date(2026, 9, 1)), requested=True),
        [
            Address("US", "NY"),  # it may be inside
            *(Address("US", "NY", None, postcode) for postcode in POSTCODES.split()),
            *(Address("US", "NY", " ".join(city.split())) for city in BOROUGHS.split(",")),
        ],
        [
            ALBANY, Address("US", "NY", "Albany"), Address("US", "NJ", "New York", "10001"),
            *(Address("US", "NY", "Yonkers", postcode) for postcode in BEYOND.split()),
            Address("US", "NY", None, "12207"), Address("US", "NY", "Brooklyn", "12207"),  # the postcode decides
        ],
        [f"+1{area}5550123" for area in "212 332 347 646 718 917 929".split()],
        [f"+1{area}5550123" for area in "518 516 914 201".split()],
        away=Address("US", "NJ"),
    ),
    consent("US-NYC-03", NYC, "sms", binds("", "sms", due=PAST, since=date(2026, 9, 1))),
]  # fmt: skip

GBT, CBA = date(2025, 2, 28), date(2026, 1, 30)
ASIA = [
    where(
        hours("CN-HRS-1", CN, week("08:00-22:00"), binds(due=PAST, since=GBT), lifted="outside_hours"),
        [CN.address], [Address("TW")], [CN.e164], [JP.e164],
    ),
    hours("CN-HRS-2", CN, week("08:00-22:00"), binds(due=PAST, since=CBA), lifted="outside_hours"),
    cap(
        "CN-FRQ-1", CN, 3, 1, "person", binds("", "call", RECORDED, due=PAST, since=date(2024, 5, 15)), counts=PUT_THROUGH,
        channels="call", voices=RECORDED, requested=True, answers=True,
    ),
    cap(
        "CN-FRQ-2", CN, 3, 1, "person", binds("", "call", due=PAST, since=GBT), counts=PUT_THROUGH, channels="call",
        requested=True, answers=True,
    ),
    cap(
        "CN-FRQ-3", CN, 6, 1, "phone", binds("", "call", due=PAST, since=CBA), channels="call",
        counts=DEAD | {Disposition.NO_ANSWER},
    ),
    stop("CN-TP-1", CN, "wrong_number", binds(due=PAST, since=GBT)),
    stop("CN-TP-2", CN, "deceased incapacity minor", binds(due=PAST, since=GBT)),
    where(
        hours(
            "AU-HRS-1", AU, week("07:30-21:00", sat="09:00-21:00", sun="09:00-21:00"), binds(places="personal", due=PAST),
            closed=["2027-01-26", "2027-03-29", "2027-12-28", "2028-12-25"], opened=["2027-04-26", "2027-06-14"],
        ),
        [AU.address], [NZ.address], [AU.e164], [NZ.e164],
    ),
    hours(
        "AU-HRS-1-WORK", AU, week("09:00-17:00", sat=None, sun=None), binds(places="work", due=PAST),
        closed=["2027-01-26", "2027-03-29", "2027-12-28", "2028-12-25"], opened=["2027-04-26", "2027-06-14"],
    ),
    cap("AU-FRQ-1", AU, 3, 7, "debt", binds(due=PAST), counts=MADE, requested=True),
    cap("AU-FRQ-1-MONTH", AU, 10, 30, "debt", binds(due=PAST), counts=MADE, requested=True),
    where(
        hours("IN-HRS", IN, week("08:00-19:00"), binds("", "call", due=PAST, since=date(2022, 8, 12)), fixed="Europe/London"),
        [IN.address], [CN.address], [IN.e164], [CN.e164],
    ),
    where(
        hours(
            "ID-1", ID, week("08:00-20:00", sun=None), binds(), lifted="outside_hours",
            closed=["2027-08-17", "2027-03-26"], opened=["2027-08-18"],
        ),
        [ID.address], [PH.address], [ID.e164], [PH.e164],
    ),
    consent("ID-1-PLACE", ID, "callback", binds(places="work")),
    where(
        hours(
            "JP-HRS", JP, DAYTIME, binds("", "call", due=PAST), lifted="outside_hours", fixed="Europe/London"
        ),
        [JP.address], [CN.address], [JP.e164], [CN.e164],
    ),
    consent("JP-WRK", JP, "callback", binds("", "call", places="work", due=PAST)),
    where(
        hours("PH-HRS", PH, week("06:00-22:00"), binds(due=(1, 15)), lifted="outside_hours", fixed="Europe/London"),
        [PH.address], [ID.address], [PH.e164], [ID.e164],
    ),
    where(hours("NZ-1", NZ, week("06:00-21:00"), binds(due=PAST)), [NZ.address], [AU.address], [NZ.e164], [AU.e164]),
]  # fmt: skip

CANADA = [
    where(
        hours(
            "CAF-HRS", CA, week("07:00-21:00", sun="00:00-24:00"), binds(due=PAST),
            closed=["2027-07-01", "2027-03-26", "2027-05-24", "2027-09-30", "2027-10-11", "2027-11-11"], opened=["2027-02-15"],
        ),
        [CA.address, QC.address], [NY.address], [CA.e164], [NY.e164],
    ),
    hours(
        "CAF-HRS-SUNDAY", CA, week("00:00-24:00", sun="13:00-17:00"), binds(due=PAST), lifted="outside_hours",
    ),
    hours("CAF-ADAD-1", CA, week("09:00-21:30", sat="10:00-18:00", sun="10:00-18:00"), binds("", "call", RECORDED)),
    stop("CAF-STOP", CA, "attorney refused_channel", binds(due=PAST)),
    consent("CAF-WRK", CA, "callback", binds("", "call", places="work", due=PAST)),
    where(
        cap("ON-FRQ", ON, 3, 7, "person", binds(THIRD, due=PAST), counts=CONNECTED - {Disposition.NO_ANSWER}),
        [ON.address], [CA.address], [ON.e164], [CA.e164],
    ),
    hours(
        "ON-HRS", ON, CANADIAN, binds(THIRD, due=PAST),
        closed=["2027-05-24", "2027-02-15", "2027-10-11", "2028-12-26"], opened=["2027-06-24", "2027-09-30"],
    ),
    stop("ON-DSP", ON, "dispute litigation", binds(THIRD, due=PAST)),
    stop("ON-LAW", ON, "attorney", binds(THIRD, due=PAST)),
    where(
        hours(
            "QC-HRS", QC, week("08:00-20:00", sun=None), binds(THIRD, "call", due=PAST),
            closed=[
                "2027-01-01", "2027-03-26", "2027-03-29", "2027-05-24", "2027-06-24", "2027-07-01", "2029-07-02", "2027-09-06",
                "2027-10-11", "2027-12-25", "2026-04-06", "2028-04-17",
            ],
            opened=["2027-02-15", "2027-08-02", "2027-11-11", "2028-12-26", "2027-07-02"],
        ),
        [QC.address], [ON.address], [QC.e164], [ON.e164],
    ),
    stop("QC-STOP", QC, "refused_channel attorney dispute", binds(THIRD, due=PAST)),
    stop("QC-STOP-PERSON", QC, "wrong_number", binds()),
    where(
        hours(
            "BC-HRS", BC, CANADIAN, binds(due=PAST),
            closed=["2027-05-24", "2027-08-02", "2027-09-30"], opened=["2027-06-24", "2028-12-26"],
        ),
        [BC.address], [ON.address], [BC.e164], [ON.e164],
    ),
    stop("BC-STOP", BC, "refused_channel", binds("", "call", due=PAST), answers=True),
    where(
        hours("AB-1", AB, week("07:00-22:00"), binds(THIRD, due=PAST), fixed="Pacific/Honolulu"),
        [AB.address], [ON.address], [AB.e164], [ON.e164],
    ),
    cap("AB-1-CAP", AB, 3, 7, "person", binds(THIRD, due=PAST)),
    where(
        hours(
            "NB-1", NB, CANADIAN, binds(FIRST, "call", due=PAST),
            closed=["2027-08-02", "2027-11-11", "2027-02-15"], opened=["2027-05-24", "2027-10-11"],
        ),
        [NB.address], [ON.address], [NB.e164], [ON.e164],
    ),
    consent("NB-1-WORK", NB, "callback", binds(FIRST, "call", places="work", due=PAST)),
]  # fmt: skip

OTHERS = [
    where(
        hours("MX-HRS", MX, week("07:00-22:00"), binds("", "call", due=PAST, since=date(2014, 10, 7))),
        [MX.address], [NY.address], [MX.e164], [NY.e164],
    ),
    stop("MX-AGE", MX, "minor", binds(since=date(2014, 10, 7))),
    *(
        where(
            hours(
                f"BR-{state}", br(state), windows, binds("", "call"),
                closed=[own, "2027-04-21", "2027-09-07"], opened=["2027-08-03", *(d for d in LOCAL.values() if d != own)],
            ),
            [br(state).address], [Address("BR", "MG")],
            [f"+55{code}912345678" for code in CODES[state].split()], ["+5531912345678", "+5592912345678"],
        )
        for CODES in [{"SP": "11 15 19", "RJ": "21 22 24", "ES": "27 28", "AL": "82"}]
        for LOCAL in [{"SP": "2027-07-09", "RJ": "2027-04-23", "ES": "2027-04-05", "AL": "2027-09-16"}]
        for state, own in LOCAL.items()
        for windows in [
            {"RJ": week("09:00-19:00", sat=None, sun=None), "ES": WEEKDAYS}.get(
                state, week("08:00-20:00", sat="08:00-14:00", sun=None)
            )
        ]
    ),
    where(
        hours("ZA-1", ZA, week("06:00-21:00", sun=None), binds(THIRD, due=PAST), fixed="Europe/London"),
        [ZA.address], [Address("NA")], [ZA.e164], [MX.e164],
    ),
    stop("ZA-2", ZA, "attorney", binds(THIRD, due=PAST)),
]  # fmt: skip

HALF_SUNDAY = week("08:01-20:55", sun="13:00-20:00")
BOTH = {Channel.CALL: 180, Channel.SMS: 60}
POLICIES = [
    hours("POLICY-HOUSE-HOURS", HOUSE, DAYTIME, binds("", "sms")),  # India's law names hours for calls
    hours(
        "POLICY-US-HOURS", US_POLICY, HALF_SUNDAY, binds(), closed=["2027-11-25", "2027-07-05"], opened=["2027-11-26"]
    ),
    cap("POLICY-US-CALLS", US_POLICY, 2, 7, "debt", binds("", "call"), channels="call"),
    cap("POLICY-US-CALL-DAY", US_POLICY, 1, 1, "person", binds("", "call"), channels="call"),
    wait("POLICY-US-TALK", US_POLICY, 7, binds("", "call")),
    cap("POLICY-US-TEXTS", US_POLICY, 2, 7, "debt", binds("", "sms")),
    cap("POLICY-US-MEDIA", US_POLICY, 3, 7, "person", binds()),
    consent("POLICY-US-SMS-CONSENT", US_POLICY, "sms", binds("", "sms")),
    consent("POLICY-US-RECORDED-CONSENT", US_POLICY, "recorded_call", binds("", "call", RECORDED)),
    stop("POLICY-US-REVOKE", US_POLICY, "opt_out", binds(), widen=True),
    margin("POLICY-US-MARGIN", US_POLICY, time(20, 55), BOTH),
    hours("POLICY-GB-HOURS", GB, DAYTIME, binds()),
    cap("POLICY-GB-WEEK", GB, 2, 7, "debt", binds(), counts=CONNECTED),
    wait("POLICY-GB-TALK", GB, 7, binds("", "call")),
    stop("POLICY-GB-BREATHING-SPACE", GB, "hardship incapacity", binds()),
    stop("POLICY-GB-DISPUTE", GB, "dispute", binds()),
    margin("POLICY-GB-MARGIN", GB, time(21), BOTH),
    hours("POLICY-IE-HOURS", IE, DAYTIME, binds()),
    cap("POLICY-IE-MONTH", IE, 3, "month", "person", binds(due=PAST), counts=MADE),
    margin("POLICY-IE-MARGIN", IE, time(21), BOTH),
    hours("POLICY-HOURS", DEFAULT, HALF_SUNDAY, binds()),
    cap("POLICY-WEEK", DEFAULT, 2, 7, "debt", binds(), counts=CONNECTED),
    cap("POLICY-DAY", DEFAULT, 1, 1, "person", binds(), counts=CONNECTED),
    wait("POLICY-TALK", DEFAULT, 7, binds("", "call")),
    stop("POLICY-HARDSHIP", DEFAULT, "hardship", binds()),
    margin("POLICY-MARGIN", DEFAULT, time(20, 55), BOTH),
]

TABLE: tuple[Row, ...] = tuple(
    row
    for part in (FEDERAL, STATES, CITY, ASIA, CANADA, OTHERS, POLICIES)
    for rows in part
    for row in rows
)  # fmt: skip
