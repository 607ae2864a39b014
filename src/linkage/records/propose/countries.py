"""Country names and nationalities in English and Dutch, by ISO 3166-1 code.

Only what turns up often on lists of victims in Europe: a proposal, not a gazetteer.
"""

from __future__ import annotations

__all__ = ["COUNTRY_GROUPS"]

_COUNTRIES = """
AF AFG afghanistan afghan afghaans afghaanse
AL ALB albania albanie albanian albanees albanese
AM ARM armenia armenie armenian armeens armeense
AO AGO angola angolan angolees angolese
AR ARG argentina argentinie argentinian argentijns argentijnse
AT AUT austria oostenrijk austrian oostenrijks oostenrijkse
BD BGD bangladesh bangladeshi bengalees bengalese
BE BEL belgium belgie belgian belgisch belgische
BG BGR bulgaria bulgarije bulgarian bulgaars bulgaarse
BR BRA brazil brazilie brazilian braziliaans braziliaanse
BY BLR belarus wit_rusland belarusian wit_russisch wit_russische
CD COD congo dr_congo congolese congolees
CM CMR cameroon kameroen cameroonian kameroens kameroense
CN CHN china chinese chinees
CO COL colombia colombian colombiaans colombiaanse
CU CUB cuba cuban cubaans cubaanse
CW CUW curacao curacaos curacaose
CZ CZE czechia czech_republic tsjechie czech tsjechisch tsjechische
DE DEU germany duitsland german duits duitse
DO DOM dominican_republic dominicaanse_republiek dominican dominicaans dominicaanse
DZ DZA algeria algerije algerian algerijns algerijnse
EC ECU ecuador ecuadorian ecuadoraans ecuadoraanse
EE EST estonia estland estonian ests estse
EG EGY egypt egypte egyptian egyptisch egyptische
ER ERI eritrea eritrean eritrees eritrese
ES ESP spain spanje spanish spaans spaanse
ET ETH ethiopia ethiopie ethiopian ethiopisch ethiopische
FI FIN finland finnish fins finse
FR FRA france frankrijk french frans franse
GB GBR united_kingdom verenigd_koninkrijk uk british brits britse
GE GEO georgia georgie georgian georgisch georgische
GH GHA ghana ghanaian ghanees ghanese
GM GMB gambia gambian gambiaans gambiaanse
GN GIN guinea guinee guinean guinees guineese
GR GRC greece griekenland greek grieks griekse
HR HRV croatia kroatie croatian kroatisch kroatische
HT HTI haiti haitian haitiaans haitiaanse
HU HUN hungary hongarije hungarian hongaars hongaarse
ID IDN indonesia indonesie indonesian indonesisch indonesische
IE IRL ireland ierland irish iers ierse
IN IND india indian indiaas indiase
IQ IRQ iraq irak iraqi iraaks iraakse
IR IRN iran iranian iraans iraanse
IT ITA italy italie italian italiaans italiaanse
KE KEN kenya kenia kenyan keniaans keniaanse
LK LKA sri_lanka sri_lankan sri_lankaans sri_lankaanse
LR LBR liberia liberian liberiaans liberiaanse
LT LTU lithuania litouwen lithuanian litouws litouwse
LV LVA latvia letland latvian lets letse
MA MAR morocco marokko moroccan marokkaans marokkaanse
MD MDA moldova moldavie moldovan moldavisch moldavische
MK MKD north_macedonia noord_macedonie macedonian macedonisch macedonische
ML MLI mali malian malinees malinese
MN MNG mongolia mongolie mongolian mongools mongoolse
MX MEX mexico mexican mexicaans mexicaanse
MY MYS malaysia maleisie malaysian maleisisch maleisische
NG NGA nigeria nigerian nigeriaans nigeriaanse
NL NLD netherlands the_netherlands nederland dutch nederlands nederlandse
NP NPL nepal nepali nepalees nepalese
PE PER peru peruvian peruaans peruaanse
PH PHL philippines filipijnen filipino filipijns filipijnse
PK PAK pakistan pakistani pakistaans pakistaanse
PL POL poland polen polish pools poolse
PT PRT portugal portuguese portugees portugese
RO ROU romania roemenie romanian roemeens roemeense
RS SRB serbia servie serbian servisch servische
RU RUS russia rusland russian russisch russische
SD SDN sudan soedan sudanese soedanees soedanese
SI SVN slovenia slovenie slovenian sloveens sloveense
SK SVK slovakia slowakije slovak slowaaks slowaakse
SL SLE sierra_leone sierra_leonean sierra_leoons sierra_leoonse
SN SEN senegal senegalese senegalees
SO SOM somalia somalie somali somalisch somalische
SR SUR suriname surinamese surinaams surinaamse
SY SYR syria syrie syrian syrisch syrische
TH THA thailand thai thais thaise
TN TUN tunisia tunesie tunisian tunesisch tunesische
TR TUR turkey turkije turkiye turkish turks turkse
UA UKR ukraine oekraine ukrainian oekraiens oekraiense
UG UGA uganda oeganda ugandan oegandees oegandese
US USA united_states verenigde_staten american amerikaans amerikaanse
UZ UZB uzbekistan oezbekistan uzbek oezbeeks oezbeekse
VE VEN venezuela venezuelan venezolaans venezolaanse
VN VNM vietnam viet_nam vietnamese vietnamees
ZA ZAF south_africa zuid_afrika south_african zuid_afrikaans zuid_afrikaanse
"""

COUNTRY_GROUPS: tuple[frozenset[str], ...] = tuple(
    frozenset(name.replace("_", " ").lower() for name in line.split())
    for line in _COUNTRIES.strip().splitlines()
)
"""Names that mean the same country: codes of two and three letters, names, nationalities."""
