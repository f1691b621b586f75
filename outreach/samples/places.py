"""Where do the people of the sample book live, and which numbers and names do they have? Tables only.

Places are chosen for what goes wrong in practice: states and area codes split between time zones, zones that differ
from the number's, states and cities with rules of their own. Telephone numbers are fictional: 555-0100 to 555-0199 of
each North American area code, Ofcom's drama ranges, 0491 570 xxx in Australia. China reserves no such range; its
numbers here are a run starting at 199 0000 0000, picked for being obviously made up.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """`codes`: area codes its people's numbers carry. `people`: how many debtors live there."""

    country: str
    region: str
    city: str
    postcodes: tuple[str, ...]
    codes: tuple[str, ...]
    people: int
    language: str = "en"  # of most people there


def _us(region: str, city: str, postcodes: str, codes: str, people: int, language: str = "en") -> Place:
    return Place("US", region, city, tuple(postcodes.split()), tuple(codes.split()), people, language)


def _ca(region: str, city: str, postcodes: str, codes: str, people: int) -> Place:
    return Place(
        "CA", region, city, tuple(part.replace("_", " ") for part in postcodes.split()), tuple(codes.split()), people
    )


def _other(country: str, region: str, city: str, postcodes: str, people: int, language: str = "en") -> Place:
    found = tuple(part.replace("_", " ") for part in postcodes.split())
    return Place(country, region, city, found, (), people, language)


PLACES: tuple[Place, ...] = (
    # area codes and states that lie in two zones
    _us("FL", "Pensacola", "32501 32503", "850", 7),  # Central
    _us("FL", "Panama City", "32401", "850", 5),  # Central
    _us("FL", "Tallahassee", "32301 32308", "850", 6),  # Eastern
    _us("TN", "Knoxville", "37902 37919", "865", 5),  # Eastern
    _us("TN", "Chattanooga", "37402", "423", 4),  # Eastern
    _us("TN", "Nashville", "37203 37211", "615", 6),  # Central
    _us("TN", "Cookeville", "38501", "931", 3),  # Central; 931 reaches into Eastern counties
    _us("KY", "Louisville", "40202 40206", "502", 5),  # Eastern
    _us("KY", "Bowling Green", "42101", "270", 4),  # Central
    _us("KY", "Elizabethtown", "42701", "270", 3),  # Eastern
    _us("IN", "Gary", "46402", "219", 4),  # Central
    _us("IN", "Evansville", "47708", "812", 4),  # Central
    _us("IN", "Bloomington", "47404", "812", 3),  # Eastern
    _us("IN", "Indianapolis", "46204 46220", "317", 5),  # Eastern
    _us("ND", "Bismarck", "58501", "701", 4),  # Central
    _us("ND", "Dickinson", "58601", "701", 3),  # Mountain
    _us("SD", "Sioux Falls", "57104", "605", 4),  # Central
    _us("SD", "Rapid City", "57701", "605", 3),  # Mountain
    _us("ID", "Boise", "83702", "208", 5),  # Mountain
    _us("ID", "Coeur d'Alene", "83814", "208", 3),  # Pacific
    _us("OR", "Portland", "97204 97209", "503", 5),  # Pacific
    _us("OR", "Ontario", "97914", "541", 3),  # Mountain
    _us("MI", "Marquette", "49855", "906", 2),  # Eastern
    _us("MI", "Iron Mountain", "49801", "906", 2),  # Central
    _us("NE", "Scottsbluff", "69361", "308", 2),  # Mountain
    _us("KS", "Goodland", "67735", "785", 2),  # Mountain
    # places with rules, clocks or languages of their own
    _us("MA", "Boston", "02108 02127", "617", 12),
    _us("MA", "Worcester", "01608", "508", 6),
    _us("MA", "Springfield", "01103", "413", 5, "es"),
    _us("NY", "New York", "10001 10025 10027 10032", "212 917 646", 22),
    _us("NY", "New York", "10032 10034", "917 646", 8, "es"),
    _us("NY", "Bronx", "10451 10460", "347 929", 6),
    _us("NY", "Buffalo", "14202", "716", 4),
    _us("WA", "Seattle", "98101 98118", "206", 10),
    _us("WA", "Spokane", "99201", "509", 4),
    _us("HI", "Honolulu", "96813 96816", "808", 10),
    _us("HI", "Hilo", "96720", "808", 3),
    _us("AZ", "Phoenix", "85004 85016", "602", 8),
    _us("AZ", "Tucson", "85701", "520", 4, "es"),
    _us("AZ", "Window Rock", "86515", "928", 3),  # Navajo Nation changes its clocks, Arizona does not
    _us("AZ", "Kayenta", "86033", "928", 3),  # Navajo Nation
    _us("AZ", "Flagstaff", "86001", "928", 3),  # same area code, no change
    _us("PR", "San Juan", "00901 00907", "787 939", 8, "es"),
    _us("PR", "Ponce", "00730", "787", 3, "es"),
    _us("AK", "Anchorage", "99501 99508", "907", 6),
    _us("AK", "Adak", "99546", "907", 1),  # Aleutian time
    _us("CA", "Los Angeles", "90012 90026", "213", 12),
    _us("CA", "Los Angeles", "90023 90033", "213", 7, "es"),
    _us("CA", "San Francisco", "94103 94110", "415", 7),
    _us("CA", "San Diego", "92101", "619", 6),
    _us("CA", "Fresno", "93721", "559", 4, "es"),
    _us("TX", "Houston", "77002 77019", "713", 9),
    _us("TX", "Dallas", "75201", "214", 7),
    _us("TX", "San Antonio", "78205", "210", 6, "es"),
    _us("TX", "El Paso", "79901", "915", 5, "es"),  # Mountain, unlike the rest of Texas
    _us("FL", "Miami", "33130 33135", "305", 7, "es"),
    _us("IL", "Chicago", "60601 60622", "312", 6),
    _us("CO", "Denver", "80202", "303", 4),
    _us("GA", "Atlanta", "30303", "404", 4),
    # number from one place, address in another: both zones count
    _us("CA", "Los Angeles", "90012", "212 617", 6),
    _us("WA", "Seattle", "98101", "305", 3),
    _us("NY", "New York", "10025", "808 213", 4),
    _us("HI", "Honolulu", "96813", "404", 2),
    # Canada
    _ca("ON", "Toronto", "M5H_2N2 M4C_1B5", "416 647", 14),
    _ca("ON", "Ottawa", "K1P_1J1", "613", 5),
    _ca("ON", "Thunder Bay", "P7B_6T6", "807", 3),
    _ca("QC", "Montréal", "H2X_1Y4 H3B_2Y5", "514 438", 9),
    _ca("QC", "Québec", "G1R_4S9", "418", 4),
    _ca("BC", "Vancouver", "V6B_1A1", "604 778", 8),
    _ca("BC", "Victoria", "V8W_1P6", "250", 3),
    # elsewhere
    _other("CN", "SH", "上海", "200001 200120", 12, "zh"),
    _other("CN", "BJ", "北京", "100020", 9, "zh"),
    _other("CN", "GD", "广州", "510030", 8, "zh"),
    _other("CN", "GD", "深圳", "518000", 7, "zh"),
    _other("CN", "ZJ", "杭州", "310003", 6, "zh"),
    _other("CN", "SC", "成都", "610016", 6, "zh"),
    _other("CN", "XJ", "乌鲁木齐", "830002", 2, "zh"),
    _other("GB", "ENG", "London", "EC1A_1BB SE1_9GF E8_2NP", 16),
    _other("GB", "ENG", "Leeds", "LS1_4DY", 7),
    _other("GB", "SCT", "Glasgow", "G1_3SL", 6),
    _other("GB", "WLS", "Cardiff", "CF10_1EP", 4),
    _other("GB", "NIR", "Belfast", "BT1_5GS", 3),
    _other("AU", "NSW", "Sydney", "2000 2010", 11),
    _other("AU", "VIC", "Melbourne", "3000", 8),
    _other("AU", "QLD", "Brisbane", "4000", 5),
    _other("AU", "SA", "Adelaide", "5000", 3),
    _other("AU", "WA", "Perth", "6000", 4),
    _other("AU", "NT", "Darwin", "0800", 2),
)


@dataclass(frozen=True, slots=True)
class Lender:
    """Who lent: the `share` of the country's loans, and what falls due on one date, by product."""

    name: str
    collector: str
    share: float
    currency: str
    products: tuple[tuple[str, int, int], ...]  # product, least and most, in whole currency units


LENDERS: dict[str, tuple[Lender, ...]] = {
    "US": (
        Lender("Harbor Light Lending", "first_party", 0.76, "USD", (("personal", 140, 640), ("microloan", 45, 190))),
        Lender("Pinecrest Auto Finance", "third_party", 0.13, "USD", (("auto", 270, 690),)),
        Lender("Northway Card Services", "third_party", 0.11, "USD", (("card", 38, 310),)),
    ),
    "CA": (
        Lender("Maple Row Credit", "first_party", 0.85, "CAD", (("personal", 130, 580), ("card", 40, 260))),
        Lender("Laurentide Auto", "third_party", 0.15, "CAD", (("auto", 310, 720),)),
    ),
    "CN": (
        Lender(
            "晨光消费金融",
            "first_party",
            1.0,
            "CNY",
            (("personal", 850, 5200), ("card", 420, 3600), ("microloan", 180, 1400)),
        ),
    ),
    "GB": (
        Lender("Thornbury Personal Loans", "first_party", 0.85, "GBP", (("personal", 85, 460), ("card", 25, 210))),
        Lender("Ashdown Motor Finance", "third_party", 0.15, "GBP", (("auto", 160, 420),)),
    ),
    "AU": (
        Lender(
            "Wattle Finance",
            "first_party",
            1.0,
            "AUD",
            (("personal", 120, 690), ("auto", 280, 760), ("microloan", 60, 320)),
        ),
    ),
}


def words(text: str) -> tuple[str, ...]:
    """The words of a text, so that long tables stay readable."""
    return tuple(text.split())


GIVEN = {
    "en": words("""
        Alice Amara Andre Anita Ben Bianca Caleb Carla Cedric Chloe Daniel Dana Derek Elena Eli Esther Fatima Felix
        Fiona Gavin Grace Hannah Hugo Ian Imani Isaac Jada James Jasmine Joan Joel Kara Keith Kiran Laura Leon Lydia
        Malik Marta Mei Miles Nadia Nathan Nora Omar Owen Paige Patrick Priya Quinn Rachel Ravi Rosa Ryan Sadie
        Samir Sonia Theo Tessa Uma Victor Vera Wesley Willa Yusuf Zoe
    """),
    "es": words("""
        Adriana Alejandro Ana Andrés Beatriz Carlos Carmen Claudia Diego Elena Esteban Fernando Gabriela Héctor Inés
        Javier José Juana Lucía Luis Manuel María Mateo Miguel Nicolás Paola Pedro Ramón Rosa Sofía Teresa Valeria
        Ximena
    """),
    "zh": words(
        "伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀英 霞 平 刚 桂英 建华 志强 晓燕 文博 雨桐 思远 嘉怡 子轩"
    ),
}
FAMILY = {
    "en": words("""
        Abbott Achebe Adler Ahmed Baker Barnes Bell Bennett Brooks Byrne Carter Chen Clarke Cohen Cole Dalton Diaz
        Doyle Edwards Ellis Evans Fisher Flynn Foster Gallagher Gibson Grant Gupta Hale Harris Hayes Hughes Ingram
        Jensen Jones Kaur Kelly Khan Lambert Larsen Lee Lopez Marsh Mason Mehta Morgan Murphy Nash Nguyen Novak
        Okafor Olsen Park Patel Pierce Quigley Reid Rossi Russo Sato Shaw Singh Stone Tanaka Tran Turner Underwood
        Vance Walsh Ward Webb Young
    """),
    "es": words("""
        Aguilar Alvarado Benítez Cabrera Castillo Cruz Delgado Domínguez Espinoza Flores Fuentes García Guerrero
        Herrera Jiménez Luna Marín Mendoza Morales Navarro Núñez Ortega Peña Quiroga Ramírez Reyes Ríos Salazar Soto
        Torres Vega
    """),
    "zh": words("王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗"),
}
STREETS = {
    "en": words("""
        Alder Birch Cedar Chestnut Elm Hazel Juniper Laurel Linden Maple Oak Poplar Rowan Spruce Willow
    """),
    "zh": words("人民路 中山路 解放路 建设路 和平路 新华路 文化路 长江路"),
}
