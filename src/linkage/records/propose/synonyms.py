"""What columns and codes are called, in eight languages.

Dutch, English, German, French, Spanish, Polish, Romanian and Italian; without accents, as
:func:`~linkage.records.normalise.names.read_text` leaves them.
"""

from __future__ import annotations

__all__ = ["CODE_GROUPS", "HEADERS"]

HEADERS: dict[str, tuple[str, ...]] = {
    concept: tuple(name.strip() for name in names.split(","))
    for concept, names in {
        "given_name": "given name, given names, first name, first names, forename, forenames, "
        "voornaam, voornamen, roepnaam, vorname, vornamen, rufname, prenom, prenoms, nombre, "
        "nombres, imie, imiona, prenume, prenumele, nome, nome proprio",
        "family_name": "family name, surname, last name, achternaam, familienaam, "
        "geslachtsnaam, nachname, familienname, nom, nom de famille, apellido, apellidos, "
        "nazwisko, nume, nume de familie, cognome",
        "full_name": "naam, name, full name, volledige naam, vollstandiger name, nom complet, "
        "nombre completo, nombre y apellidos, imie i nazwisko, nume si prenume, nome e cognome",
        "particle": "tussenvoegsel, tussenvoegsels, voorvoegsel, voorvoegsels, infix",
        "date_of_birth": "date of birth, birth date, birthdate, birthday, dob, geboortedatum, "
        "geb datum, gebdat, geboren, geboren op, geburtsdatum, geb datum, geburtstag, "
        "date de naissance, ne le, fecha de nacimiento, fecha nacimiento, data urodzenia, "
        "data nasterii, data di nascita, year of birth, geboortejaar, geburtsjahr",
        "sex": "sex, gender, geslacht, m v, man vrouw, geschlecht, sexe, genre, sexo, genero, "
        "plec, gen, sesso, genere",
        "nationality": "nationality, nationaliteit, staatsangehorigkeit, nationalitat, "
        "staatsburgerschaft, nationalite, nacionalidad, obywatelstwo, narodowosc, cetatenie, "
        "nationalitate, nazionalita, cittadinanza, citizenship, land van herkomst, "
        "country of origin, herkunftsland",
        "country_of_birth": "country of birth, birth country, geboorteland, geburtsland, "
        "pays de naissance, pais de nacimiento, kraj urodzenia, tara nasterii, "
        "paese di nascita",
        "municipality": "municipality, city, town, place, gemeente, woonplaats, plaats, stad, "
        "gemeinde, stadt, ort, wohnort, commune, ville, municipio, ciudad, gmina, miasto, oras, "
        "localitate, comune, citta",
        "region": "region, province, regio, provincie, politieregio, arrondissement, bundesland, "
        "kanton, departement, provincia, comunidad, wojewodztwo, judet, regiune, regione",
        "exploitation": "exploitation, type of exploitation, form of exploitation, uitbuiting, "
        "soort uitbuiting, vorm van uitbuiting, uitbuitingsvorm, ausbeutung, "
        "art der ausbeutung, ausbeutungsform, forme d exploitation, explotacion, "
        "tipo de explotacion, wyzysk, rodzaj wyzysku, forma wyzysku, exploatare, "
        "tip de exploatare, sfruttamento, tipo di sfruttamento",
        "report_date": "report date, date of report, reporting date, registration date, "
        "date registered, date reported, meldingsdatum, melddatum, datum melding, "
        "datum van melding, registratiedatum, aanmelddatum, datum aanmelding, intakedatum, "
        "meldedatum, datum der meldung, date de signalement, date d enregistrement, "
        "fecha de registro, fecha de denuncia, data zgloszenia, data rejestracji, "
        "data raportarii, data inregistrarii, data segnalazione, data registrazione, "
        "year, jaar, meldjaar, jahr, annee, ano, rok, an, anno",
    }.items()
}
"""Column names by what they hold."""

# A group begins at every line that is not indented: sex, exploitation, age.
_CODES = """
m, male, man, mannelijk, jongen, mann, mannlich, homme, masculin, h, hombre, masculino,
  mezczyzna, barbat, uomo, maschio
f, v, w, k, female, woman, vrouw, vrouwelijk, meisje, frau, weiblich, femme, feminin, mujer,
  femenino, kobieta, femeie, donna, femmina
x, o, other, anders, overig, overige, andere, divers, autre, otro, inne, inny, altul, alta,
  altro, non binary, nonbinary, non binair
sexual, sexual exploitation, seksueel, seksuele uitbuiting, sexuell, sexuelle ausbeutung,
  sexuelle, exploitation sexuelle, explotacion sexual, seksualny, seksualne, exploatare sexuala,
  sessuale, sfruttamento sessuale, prostitutie
labour, labor, labour exploitation, forced labour, arbeid, arbeidsuitbuiting, dwangarbeid,
  arbeitsausbeutung, arbeit, travail, travail force, laboral, explotacion laboral, praca
  przymusowa, munca fortata, lavorativo, lavoro forzato
criminal, criminal exploitation, forced criminality, crimineel, criminele uitbuiting, kriminelle
  ausbeutung, criminalite forcee, explotacion criminal, criminalidad forzada
minor, child, minderjarig, minderjarige, kind, minderjahrig, mineur, menor, nieletni, minorenne
adult, meerderjarig, meerderjarige, volwassen, volwassene, volljahrig, erwachsen, majeur,
  adulte, adulto, mayor, dorosly, maggiorenne
"""
CODE_GROUPS: tuple[frozenset[str], ...] = tuple(
    frozenset(name.strip() for name in names.split(","))
    for names in _CODES.strip().replace("\n  ", " ").splitlines()
)
"""Codes that mean the same."""
