"""How six owners keep their lists: file format, columns, codes and habits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from linkage.synth.people import NATIONALITIES

__all__ = ["LIST_STYLES", "ListStyle"]


def _codes(text: str) -> dict[str, str]:
    """``agreed=written`` words as a dictionary."""
    return dict(part.split("=", 1) for part in text.split(";"))


@dataclass(frozen=True, slots=True)
class ListStyle:
    """One owner's habits.

    Attributes:
        list_id: the list's letter.
        owner: id of the owning party in an agreement, and name of its folder.
        organisation: the owner in words.
        file_name: name of the file; its ending says .csv or .xlsx.
        encoding: code page of a .csv.
        delimiter: of a .csv.
        columns: what a column holds -> its heading, in the order of the file. Contents are
            case, given_name, surname, date_of_birth, sex, nationality, exploitation, region,
            report_date and remarks.
        date_format: ``strftime`` format of a full date; ``excel`` for date cells.
        sexes: agreed code -> as written.
        exploitation: agreed code -> as written.
        nationalities: agreed code -> as written.
        capitals: whether names are written in capitals.
        diacritics: share of the records whose diacritics are kept.
        native: share of the records, of people whose language has another script, written
            in that script.
        duplicates: share of the people entered twice, the second time with other errors.
        lost_letters: share of the names with letters that the code page lacks in which
            these became ``?`` instead of a plain letter.
    """

    list_id: str
    owner: str
    organisation: str
    file_name: str
    columns: Mapping[str, str]
    encoding: str = "utf-8"
    delimiter: str = ","
    date_format: str = "%Y-%m-%d"
    sexes: Mapping[str, str] = field(default_factory=lambda: {"F": "F", "M": "M"})
    exploitation: Mapping[str, str] = field(default_factory=dict)
    nationalities: Mapping[str, str] = field(default_factory=dict)
    capitals: bool = False
    diacritics: float = 1.0
    native: float = 0.0
    duplicates: float = 0.0
    lost_letters: float = 0.0

    @property
    def kind(self) -> Literal["csv", "xlsx"]:
        """The file's format."""
        return "xlsx" if self.file_name.endswith(".xlsx") else "csv"


_DUTCH_EXPLOITATION = _codes(
    "sexual=seksuele uitbuiting;labour=arbeidsuitbuiting;criminal=criminele uitbuiting;other=overig"
)
_ENGLISH_COUNTRIES = _codes(
    "NL=Netherlands;PL=Poland;RO=Romania;NG=Nigeria;VN=Vietnam;HU=Hungary;BG=Bulgaria;"
    "SY=Syria;CN=China;UA=Ukraine;MA=Morocco;TR=Turkey;GH=Ghana;UG=Uganda;SK=Slovakia;"
    "IN=India;CO=Colombia;IQ=Iraq"
)
_DUTCH_NATIONALITIES = _codes(
    "NL=Nederlandse;PL=Poolse;RO=Roemeense;NG=Nigeriaanse;VN=Vietnamese;HU=Hongaarse;"
    "BG=Bulgaarse;SY=Syrische;CN=Chinese;UA=Oekraïense;MA=Marokkaanse;TR=Turkse;GH=Ghanese;"
    "UG=Ugandese;SK=Slowaakse;IN=Indiase;CO=Colombiaanse;IQ=Iraakse"
)
_SAME_NATIONALITIES = {code: code for code in NATIONALITIES}
_SAME_EXPLOITATION = {code: code for code in ("sexual", "labour", "criminal", "other")}

LIST_STYLES = (
    ListStyle(
        list_id="I",
        owner="labour-inspectorate",
        organisation="Labour inspectorate",
        file_name="werknemers.xlsx",
        columns={
            "case": "Zaak",
            "given_name": "Voornamen",
            "surname": "Achternaam",
            "date_of_birth": "Geboortedatum",
            "sex": "Geslacht",
            "nationality": "Nationaliteit",
            "exploitation": "Uitbuiting",
            "report_date": "Datum melding",
        },
        date_format="excel",
        sexes=_codes("F=vrouw;M=man"),
        exploitation=_DUTCH_EXPLOITATION,
        nationalities=_DUTCH_NATIONALITIES,
        diacritics=0.25,
        duplicates=0.02,
    ),
    ListStyle(
        list_id="K",
        owner="border-police",
        organisation="Border police",
        file_name="GRENS.CSV",
        columns={
            "case": "DOSSIER",
            "surname": "NAAM",
            "given_name": "VOORNAMEN",
            "sex": "GESLACHT",
            "date_of_birth": "GEBOORTEDATUM",
            "nationality": "NATIONALITEIT",
            "exploitation": "UITBUITING",
            "report_date": "MELDDATUM",
        },
        encoding="ascii",
        delimiter=";",
        date_format="%d-%m-%Y",
        sexes=_codes("F=V;M=M"),
        exploitation=_SAME_EXPLOITATION,
        nationalities=_SAME_NATIONALITIES,
        capitals=True,
        diacritics=0.0,
        duplicates=0.03,
    ),
    ListStyle(
        list_id="O",
        owner="other-organisations",
        organisation="Other organisations",
        file_name="clients.csv",
        columns={
            "case": "client_number",
            "given_name": "first_name",
            "surname": "last_name",
            "date_of_birth": "birth_date",
            "sex": "gender",
            "nationality": "nationality",
            "region": "region",
            "exploitation": "exploitation",
            "report_date": "first_contact",
            "remarks": "remarks",
        },
        encoding="utf-8-sig",
        date_format="%d/%m/%Y",
        sexes=_codes("F=female;M=male"),
        exploitation=_SAME_EXPLOITATION,
        nationalities=_ENGLISH_COUNTRIES,
        diacritics=0.6,
        native=0.12,
        duplicates=0.07,
    ),
    ListStyle(
        list_id="P",
        owner="police",
        organisation="Police",
        file_name="police.csv",
        columns={
            "case": "report_number",
            "given_name": "given_name",
            "surname": "surname",
            "date_of_birth": "date_of_birth",
            "sex": "sex",
            "nationality": "nationality",
            "region": "unit",
            "exploitation": "exploitation",
            "report_date": "report_date",
        },
        exploitation=_SAME_EXPLOITATION,
        nationalities=_SAME_NATIONALITIES,
        diacritics=0.5,
        duplicates=0.05,
    ),
    ListStyle(
        list_id="R",
        owner="regional-coordinators",
        organisation="Regional coordinators",
        file_name="regio.txt",
        columns={
            "case": "nummer",
            "given_name": "voornaam",
            "surname": "achternaam",
            "sex": "geslacht",
            "date_of_birth": "geboortedatum",
            "nationality": "nationaliteit",
            "region": "regio",
            "exploitation": "uitbuiting",
            "report_date": "meldingsdatum",
        },
        encoding="utf-16",
        delimiter="\t",
        date_format="%d.%m.%Y",
        sexes=_codes("F=v;M=m"),
        exploitation=_DUTCH_EXPLOITATION,
        nationalities=_SAME_NATIONALITIES,
        diacritics=0.7,
        native=0.04,
        duplicates=0.05,
    ),
    ListStyle(
        list_id="Z",
        owner="shelters",
        organisation="Shelters and care",
        file_name="opvang.csv",
        columns={
            "case": "dossiernummer",
            "surname": "achternaam",
            "given_name": "voornamen",
            "date_of_birth": "geboortedatum",
            "sex": "geslacht",
            "nationality": "nationaliteit",
            "exploitation": "uitbuiting",
            "report_date": "datum_intake",
        },
        encoding="cp1252",
        delimiter=";",
        date_format="%d-%m-%Y",
        sexes=_codes("F=Vrouw;M=Man"),
        exploitation=_DUTCH_EXPLOITATION,
        nationalities=_DUTCH_NATIONALITIES,
        diacritics=0.85,
        duplicates=0.1,
        lost_letters=0.06,
    ),
)
"""The six owners of the demonstration, in the order of the lists' letters."""
