"""Which time zones do the states, provinces and postcode areas of a country have?"""

from __future__ import annotations

import re

EASTERN, CENTRAL, MOUNTAIN, PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
ARIZONA, ALASKA, HAWAII = "America/Phoenix", "America/Anchorage", "Pacific/Honolulu"
INDIANA, MICHIGAN, BOISE, ADAK = "America/Indiana/Indianapolis", "America/Detroit", "America/Boise", "America/Adak"
Zones = tuple[str, ...]

# 49 CFR part 71 (standard time zone boundaries), by state; a state that lies in two zones has both. Arizona keeps no
# daylight saving time except in the Navajo Nation (Mountain).
US_STATES: dict[str, Zones] = {
    **dict.fromkeys("CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV".split(), (EASTERN,)),
    **dict.fromkeys("AL AR IA IL LA MN MO MS OK WI".split(), (CENTRAL,)),
    **dict.fromkeys("CO MT NM UT WY".split(), (MOUNTAIN,)),
    **dict.fromkeys("CA WA".split(), (PACIFIC,)),
    **dict.fromkeys("FL KY TN".split(), (EASTERN, CENTRAL)),
    **dict.fromkeys("KS ND NE SD TX".split(), (CENTRAL, MOUNTAIN)),
    "IN": (INDIANA, CENTRAL),
    "MI": (MICHIGAN, "America/Menominee"),
    "ID": (BOISE, PACIFIC),
    "OR": (PACIFIC, BOISE),
    "NV": (PACIFIC, MOUNTAIN),
    "AZ": (ARIZONA, MOUNTAIN),
    "AK": (ALASKA, ADAK),
    "HI": (HAWAII,),
    "PR": ("America/Puerto_Rico",),
    "VI": ("America/St_Thomas",),
    "GU": ("Pacific/Guam",),
    "MP": ("Pacific/Saipan",),
    "AS": ("Pacific/Pago_Pago",),
}
CA_PROVINCES: dict[str, Zones] = {
    "NL": ("America/St_Johns", "America/Goose_Bay"),
    **dict.fromkeys("NS PE".split(), ("America/Halifax",)),
    "NB": ("America/Moncton",),
    "QC": ("America/Toronto", "America/Halifax"),
    "ON": ("America/Toronto", "America/Winnipeg"),
    "MB": ("America/Winnipeg",),
    "SK": ("America/Regina", "America/Edmonton"),
    "AB": ("America/Edmonton",),
    "BC": ("America/Vancouver", "America/Edmonton", "America/Dawson_Creek"),
    "YT": ("America/Whitehorse",),
    "NT": ("America/Inuvik",),
    "NU": ("America/Iqaluit", "America/Rankin_Inlet", "America/Cambridge_Bay"),
}
AU_STATES: dict[str, Zones] = {
    "NSW": ("Australia/Sydney", "Australia/Broken_Hill"),
    "VIC": ("Australia/Melbourne",),
    "QLD": ("Australia/Brisbane",),
    "SA": ("Australia/Adelaide",),
    "WA": ("Australia/Perth", "Australia/Eucla"),
    "TAS": ("Australia/Hobart",),
    "NT": ("Australia/Darwin",),
    "ACT": ("Australia/Sydney",),
}
# As the comments of zone.tab (tzdata) tell them.
BR_STATES: dict[str, Zones] = {
    **dict.fromkeys("DF ES GO MG PR RJ RS SC SP".split(), ("America/Sao_Paulo",)),
    **dict.fromkeys("CE MA PB PI RN".split(), ("America/Fortaleza",)),
    **dict.fromkeys("AL SE".split(), ("America/Maceio",)),
    "AP": ("America/Belem",),
    "BA": ("America/Bahia",),
    "PA": ("America/Belem", "America/Santarem"),
    "PE": ("America/Recife", "America/Noronha"),
    "TO": ("America/Araguaina",),
    "MS": ("America/Campo_Grande",),
    "MT": ("America/Cuiaba",),
    "RO": ("America/Porto_Velho",),
    "RR": ("America/Boa_Vista",),
    "AM": ("America/Manaus", "America/Eirunepe"),
    "AC": ("America/Rio_Branco",),
}
MX_STATES: dict[str, Zones] = {
    **dict.fromkeys(
        "AGU CHP CMX COL GUA GRO HID JAL MEX MIC MOR OAX PUE QUE SLP TAB TLA VER ZAC".split(), ("America/Mexico_City",)
    ),
    **dict.fromkeys(("CAM", "YUC"), ("America/Merida",)),
    **dict.fromkeys(("COA", "NLE", "TAM"), ("America/Monterrey", "America/Matamoros")),
    **dict.fromkeys(("BCS", "SIN"), ("America/Mazatlan",)),
    "ROO": ("America/Cancun",),
    "DUR": ("America/Monterrey",),
    "CHH": ("America/Chihuahua", "America/Ciudad_Juarez", "America/Ojinaga"),
    "NAY": ("America/Mazatlan", "America/Bahia_Banderas"),
    "SON": ("America/Hermosillo",),
    "BCN": ("America/Tijuana",),
}
ID_PROVINCES: dict[str, Zones] = {
    **dict.fromkeys("AC BB BE BT JA JB JI JK JT KR LA RI SB SS SU YO".split(), ("Asia/Jakarta",)),
    **dict.fromkeys(("KB", "KT"), ("Asia/Pontianak",)),
    **dict.fromkeys("BA GO KI KS KU NB NT SA SG SN SR ST".split(), ("Asia/Makassar",)),
    **dict.fromkeys("MA MU PA PB PD PE PS PT".split(), ("Asia/Jayapura",)),
}
NZ_REGIONS: dict[str, Zones] = {
    **dict.fromkeys("AUK BOP CAN GIS HKB MBH MWT NSN NTL OTA STL TAS TKI WGN WKO WTC".split(), ("Pacific/Auckland",)),
    "CIT": ("Pacific/Chatham",),
}
# How postcodes begin that lie in one zone of a state that has two; of all others each may be true. The United States': read
# from the counties of 49 CFR part 71 and held against the zones of all ZIP codes of the `zipcodes` package (1.3).
US_ZIP_AREAS: dict[str, dict[str, str]] = {
    "AK": {ALASKA: "996-999"},  # 995 has Adak and Atka
    "AZ": {ARIZONA: "850-859 863-864"},  # 860 and 865 have the Navajo and the Hopi
    "FL": {EASTERN: "320-323 326-339 341-349"},
    "ID": {BOISE: "832-834 836-837", PACIFIC: "838"},
    "IN": {INDIANA: "460-462 466-468 470-474 478", CENTRAL: "463-464 476-477"},
    "KS": {CENTRAL: "660-676 679"},
    "KY": {EASTERN: "400 402-418 425", CENTRAL: "420-424"},
    "MI": {MICHIGAN: "480-497"},
    "ND": {CENTRAL: "580-584 587"},
    "NE": {CENTRAL: "680-689", MOUNTAIN: "693"},
    "NV": {PACIFIC: "889-897"},  # 898 has West Wendover
    "OR": {PACIFIC: "970-978"},  # 979 is Malheur County
    "SD": {CENTRAL: "570-574", MOUNTAIN: "577"},
    "TN": {CENTRAL: "370-372 375 380-385", EASTERN: "376 378-379"},
    "TX": {CENTRAL: "733 750-797"},  # 798, 799 and 885 have El Paso and Hudspeth
}
# Canada Post's districts: K to N are Ontario but its north (P), H and J Quebec but its east (G), V2 to V9 British Columbia but
# the mountains and the Peace (V0, V1), A1 the Avalon. NSW 284 to 289 has Broken Hill, WA 640 to 649 Eucla, and each
# islands far out.
POSTCODE_AREAS: dict[str, dict[str, dict[str, str]]] = {
    "US": US_ZIP_AREAS,
    "CA": {
        "ON": {"America/Toronto": "K L M N"},
        "QC": {"America/Toronto": "H J"},
        "BC": {"America/Vancouver": "V2 V3 V4 V5 V6 V7 V8 V9"},
        "NL": {"America/St_Johns": "A1"},
    },
    "AU": {
        "NSW": {"Australia/Sydney": "100-199 200-283", "Australia/Lord_Howe": "2898"},
        "WA": {"Australia/Perth": "600-639 650-678 680-699", "Indian/Christmas": "6798", "Indian/Cocos": "6799"},
    },
}
POSTCODES = {
    "US": re.compile(r"[0-9]{5}([ -]?[0-9]{4})?"),
    "CA": re.compile(r"[A-Z][0-9][A-Z]([ -]?[0-9][A-Z][0-9])?"),
    "AU": re.compile(r"[0-9]{4}"),
}
US_TERRITORIES = frozenset({"PR", "GU", "VI", "AS", "MP"})
REGIONS = {"US": US_STATES, "CA": CA_PROVINCES, "AU": AU_STATES, "BR": BR_STATES}  # any other region there is none
ZONES_OF_REGIONS = REGIONS | {"MX": MX_STATES, "ID": ID_PROVINCES, "NZ": NZ_REGIONS}
# The law of China names no clock; Beijing time is the official one everywhere (CN-GAP-4).
ONE_CLOCK: dict[str, Zones] = {"CN": ("Asia/Shanghai",)}

# US-Z-08 (NANPA): area codes that lie in two zones, of which libphonenumber knows one.
BRITISH_COLUMBIA = CA_PROVINCES["BC"]
SPLIT_AREA_CODES: dict[str, Zones] = {
    **dict.fromkeys("850 448 270 364 219 574 812 930 423 729 931".split(), (EASTERN, CENTRAL)),
    "906": (MICHIGAN, "America/Menominee"),
    **dict.fromkeys(("605", "701", "308", "620", "785"), (CENTRAL, MOUNTAIN)),
    **dict.fromkeys(("208", "986", "541", "458"), (MOUNTAIN, PACIFIC)),
    "928": (ARIZONA, MOUNTAIN),
    "915": (MOUNTAIN, CENTRAL),
    "775": (PACIFIC, MOUNTAIN),
    "907": (ALASKA, ADAK),
    "807": ("America/Toronto", "America/Winnipeg"),
    **dict.fromkeys(("250", "778", "236", "672", "257"), BRITISH_COLUMBIA),
    **dict.fromkeys(("418", "581", "367"), ("America/Toronto", "America/Halifax")),
    **dict.fromkeys(("709", "879"), ("America/St_Johns", "America/Goose_Bay")),
}
