"""The demo data: the regions, label schemes, clusters, people, initiatives and the event of
18 December 2015, loaded through the public API.

Every call has a request_id made from its content and every resource an id of its own, so loading
twice changes nothing. People are roles with addresses of example.org; nobody real is named.
"""

import base64
import csv
import io
import json
import pathlib
import uuid

import client
import importer

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLUSTERS_CSV = ROOT / "data/clusters.csv"
LABEL_SCHEMES = ROOT / "data/label_schemes.json"
MEMBER_COUNTS_CSV = ROOT / "data/member_counts.csv"
# In this order: Silver is audited against the criteria of Gold.
INDICATOR_SETS = [ROOT / "data/indicator_sets" / f"{name}.json" for name in (
    "esca-gold-ecei-2012", "esca-silver", "esca-bronze", "cluster-exzellenz-bw")]

OPERATOR = "users/operator"
OPERATOR_ROLES = ["platform-operator@platform"]
ON_DATE = "2015-12-18"
SCHEME = "labelSchemes/esca"
EVENT = "events/clusters-2015-12-18"

# id, country, name, translations, codes {version of NUTS: (code, level)}
REGIONS = [
    ("mazovia", "PL", "Województwo mazowieckie", {"en": "Mazovia", "de": "Masowien"},
     {"2013": ("PL12", 2), "2016": ("PL9", 1), "2021": ("PL9", 1)}),
    ("lodz", "PL", "Województwo łódzkie", {"en": "Łódź Voivodeship"},
     {"2013": ("PL11", 2), "2016": ("PL71", 2), "2021": ("PL71", 2)}),
    ("subcarpathia", "PL", "Województwo podkarpackie", {"en": "Subcarpathia"},
     {"2013": ("PL32", 2), "2016": ("PL82", 2), "2021": ("PL82", 2)}),
    ("lesser-poland", "PL", "Województwo małopolskie", {"en": "Lesser Poland"},
     {"2013": ("PL21", 2), "2016": ("PL21", 2), "2021": ("PL21", 2)}),
    ("kuyavia-pomerania", "PL", "Województwo kujawsko-pomorskie", {"en": "Kuyavia-Pomerania"},
     {"2013": ("PL61", 2), "2016": ("PL61", 2), "2021": ("PL61", 2)}),
] + [
    (region_id, country, name, {"en": english},
     {version: (code, len(code) - 2) for version in ("2013", "2016", "2021")})
    for region_id, country, name, english, code in [
        ("bavaria", "DE", "Bayern", "Bavaria", "DE2"),
        ("baden-wuerttemberg", "DE", "Baden-Württemberg", "Baden-Württemberg", "DE1"),
        ("brandenburg", "DE", "Brandenburg", "Brandenburg", "DE4"),
        ("bremen", "DE", "Bremen", "Bremen", "DE5"),
        ("hamburg", "DE", "Hamburg", "Hamburg", "DE6"),
        ("hesse", "DE", "Hessen", "Hesse", "DE7"),
        ("north-rhine-westphalia", "DE", "Nordrhein-Westfalen", "North Rhine-Westphalia", "DEA"),
        ("rhineland-palatinate", "DE", "Rheinland-Pfalz", "Rhineland-Palatinate", "DEB"),
        ("saxony", "DE", "Sachsen", "Saxony", "DED"),
        ("schleswig-holstein", "DE", "Schleswig-Holstein", "Schleswig-Holstein", "DEF"),
        ("thuringia", "DE", "Thüringen", "Thuringia", "DEG"),
        ("styria", "AT", "Steiermark", "Styria", "AT22"),
        ("upper-austria", "AT", "Oberösterreich", "Upper Austria", "AT31"),
        ("flanders", "BE", "Vlaams Gewest", "Flanders", "BE2"),
        ("czechia", "CZ", "Česko", "Czechia", "CZ"),
        ("denmark", "DK", "Danmark", "Denmark", "DK"),
        ("basque-country", "ES", "País Vasco", "Basque Country", "ES21"),
        ("la-rioja", "ES", "La Rioja", "La Rioja", "ES23"),
        ("aragon", "ES", "Aragón", "Aragon", "ES24"),
        ("catalonia", "ES", "Cataluña", "Catalonia", "ES51"),
        ("murcia", "ES", "Región de Murcia", "Murcia", "ES62"),
        ("piedmont", "IT", "Piemonte", "Piedmont", "ITC1"),
        ("lombardy", "IT", "Lombardia", "Lombardy", "ITC4"),
        ("friuli-venezia-giulia", "IT", "Friuli-Venezia Giulia", "Friuli-Venezia Giulia", "ITH4"),
    ]
]
# Same name, other code: what a prefix test on one version gets wrong.
SUCCESSIONS = {"mazovia": ("PL12", "PL9"), "lodz": ("PL11", "PL71"),
               "subcarpathia": ("PL32", "PL82")}

# Whom to write to: cluster as clusters.csv names it, mailbox, name, language.
MANAGERS = [
    ("AgroBioCluster", "agrobio", "Menedżerka AgroBioCluster", "pl"),
    ("BM³ Mazovian Cluster of Materials Technology and Engineering", "bm3",
     "Manager of BM³", "en"),
    ("BioTechMed Cluster Mazovia", "btm", "Menedżer BioTechMed Mazovia", "pl"),
    ("Biomedical Engineering Centre Cluster", "biomedical",
     "Menedżer Klastra Centrum Inżynierii Biomedycznej", "pl"),
    ("Mazovian Chemical Cluster (Mazowiecki Klaster Chemiczny)", "mkch",
     "Menedżerka Mazowieckiego Klastra Chemicznego", "pl"),
    ("Chemie-Cluster Bayern", "ccb", "Geschäftsführer des Chemie-Clusters Bayern", "de"),
    ("Agri Innovation Cluster", "agri-innovation", "Menedżer Agri Innovation", "pl"),
    ("Association of Sealed Glass Unit Producers", "sealed-glass", "Menedżer Sealed Glass", "pl"),
    ("Aviation Valley", "aviation-valley", "Menedżer Doliny Lotniczej", "pl"),
    ("Baltic Eco-Energy Cluster", "baltic-eco", "Menedżer Baltic Eco-Energy", "pl"),
    ("Biznes Klaster", "biznes-klaster", "Menedżer Biznes Klaster", "pl"),
    ("Bydgoszcz Industrial Cluster", "bydgoszcz", "Menedżer Klastra Bydgoskiego", "pl"),
    ("Construction Cluster Innowator", "innowator", "Menedżer Klastra Innowator", "pl"),
    ("Klaster LifeScience Kraków", "lifescience", "Menedżerka LifeScience Kraków", "pl"),
    ("Klaster Gospodarki Odpadowej i Recyklingu", "recykling", "Menedżer Klastra GOiR", "pl"),
    ("Wschodni Klaster ICT (Eastern Cluster ICT)", "wschodni-ict", "Menedżer Klastra ICT", "pl"),
]
HOSTS = ("btm", "mkch")
GUEST = "ccb"

# Names in other languages, where a source gives them.
TRANSLATED_NAMES = {
    "Mazovian Chemical Cluster (Mazowiecki Klaster Chemiczny)": {
        "en": "Mazovian Chemical Cluster", "pl": "Mazowiecki Klaster Chemiczny"},
    "Bydgoszcz Industrial Cluster (Bydgoski Klaster Przemysłowy Dolina Narzędziowa)": {
        "en": "Bydgoszcz Industrial Cluster",
        "pl": "Bydgoski Klaster Przemysłowy Dolina Narzędziowa"},
    "Wschodni Klaster ICT (Eastern Cluster ICT)": {
        "en": "Eastern Cluster ICT", "pl": "Wschodni Klaster ICT"},
    "Chemie-Cluster Bayern": {"de": "Chemie-Cluster Bayern"},
}

MKCH = "Mazovian Chemical Cluster (Mazowiecki Klaster Chemiczny)"
# Who managed a cluster: the change of the legal form of MKCh, from an agreement with a coordinator to
# an association.
MANDATES = {
    MKCH: [
        {"organisation": {"legal_name": "Plock Industrial and Technological Park S.A.",
                          "legal_form": "coordinator of a partnership agreement"},
         "mandate_from": "2014-05-14", "mandate_until": "2015-10-06",
         "basis": "BASIS_AGREEMENT"},
        {"organisation": {"legal_name": "Mazowiecki Klaster Chemiczny",
                          "legal_form": "association"},
         "mandate_from": "2015-10-07", "basis": "BASIS_STATUTE"}],
}
EUR_GRANT = {"currency_code": "EUR", "units": "361312", "nanos": 940000000}
# Id, acronym, title, kind and what is known beside; what is not known is left out. Participants of
# clusters.csv are named as there.
INITIATIVES = [
    ("ecei", "ECEI", "European Cluster Excellence Initiative", "KIND_PROJECT",
     {"programme": "CIP", "starts_on": "2009-09", "ends_on": "2012-08",
      "description": "INNO-Actions, 36 months, 13 to 14 partners of 9 countries: indicators of "
                     "quality and peer assessment, training material, a managers' club, a first "
                     "collaboration platform.",
      "participants": [{"display_name": "VDI/VDE-IT", "role": "ROLE_PARTNER"}],
      "source": "proinno-europe.eu"}),
    ("erice", "ERICE", "European Regions for Clusters Excellence", "KIND_PROJECT",
     {"programme": "CIP", "grant_number": "SI2.668150 62/G/ENT/CIP/13/C/N04C031",
      "budget": EUR_GRANT, "website": "erice-project.eu",
      "description": "Trains regional staff as benchmarking experts and helps clusters to the "
                     "Bronze label and further; workshops in Mazovia (7 and 8 October 2015) and "
                     "on Malta.",
      "participants": [
          {"display_name": "Mazovia Development Agency (ARM S.A.)", "role": "ROLE_LEAD"},
          {"display_name": "Finlombarda", "role": "ROLE_PARTNER",
           "budget": {"currency_code": "EUR", "units": "116083", "nanos": 70000000}},
          {"display_name": "Malta Enterprise", "role": "ROLE_PARTNER"}],
      "source": "erice-project.eu; finlombarda.it"}),
    ("ecrn", "ECRN", "European Chemical Regions Network", "KIND_NETWORK",
     {"starts_on": "2004", "website": "ecrn.net", "programme": "INTERREG IIIC",
      "legal_form": "non-profit association under Belgian law (formally 2008)",
      "budget": {"currency_code": "EUR", "units": "1639000"},
      "description": "An INTERREG IIIC project of 13 regions of 7 countries in 2004, led by "
                     "Saxony-Anhalt, 61 % of its budget from the EU; later an association with a "
                     "secretariat in Brussels, 20 regions about 2014. In the High Level Group of "
                     "the EU on chemicals.",
      "participants": [{"display_name": "Saxony-Anhalt", "role": "ROLE_LEAD"},
                       {"participant": "regions/mazovia", "role": "ROLE_MEMBER"},
                       {"participant": "regions/bavaria", "role": "ROLE_MEMBER"},
                       {"participant": MKCH, "role": "ROLE_COUNCIL_MEMBER"}],
      "source": "ecrn.net; ECRN 2005 (docslib 8680879); pppt.pl"}),
    ("vcp", "VCP", "Value Creation Partnership", "KIND_PARTNERSHIP",
     {"description": "International network to find solutions to technological problems.",
      "source": "announcement of the event of 2015-12-18"}),
    ("insite", "InSITE", "InSITE Bavaria", "KIND_COMPETENCE_CENTRE",
     {"description": "Industrial Site Development: advises developers of industrial parks in Asia, "
                     "Latin America and Africa and brings in other Bavarian clusters.",
      "participants": [{"participant": "Chemie-Cluster Bayern", "role": "ROLE_LEAD"}],
      "source": "chemiecluster-bayern.de; announcement of the event of 2015-12-18"}),
]

START, END = "2015-12-18T08:00:00Z", "2015-12-18T15:00:00Z"  # 9 to 16 in Warsaw
EVENT_FIELDS = {
    "title": {
        "pl": "Spotkanie klastrów Mazowsza",
        "en": "Meeting of the clusters of Mazovia",
        "de": "Treffen der Cluster Masowiens"},
    "summary": {
        "pl": "Prezentacje firm, kontakty i dyskusja o rozwoju organizacji klastrowych.",
        "en": "Firms present themselves, make contacts and discuss how cluster organisations "
              "should develop.",
        "de": "Firmen stellen sich vor, knüpfen Kontakte und sprechen darüber, wie sich "
              "Clusterorganisationen entwickeln sollen."},
    "organisers": [{"display_name": "BioTechMed Cluster Mazovia"},
                   {"display_name": "Mazowiecki Klaster Chemiczny"}],
    "initiative": "initiatives/erice",
    "start_time": START, "end_time": END, "time_zone": "Europe/Warsaw",
    "venue": {"display_name": "Centrum Zarządzania Innowacjami i Transferem Technologii PW",
              "address": "ul. Rektorska 4, 00-614 Warszawa", "region": "regions/mazovia"},
    "mode": "ATTENDANCE_MODE_IN_PERSON",
    "languages": ["pl", "en", "de"],
    "capacity": 6, "waiting_list_capacity": 2,
    # The day lies in the past, so the window is said: by default it closes when the event starts.
    "registration_open_time": "2015-11-16T08:00:00Z",
    "registration_close_time": "2099-12-31T00:00:00Z",
    "approval": "APPROVAL_AUTOMATIC", "admission": "ADMISSION_OPEN",
    "honours": ["Chemie-Cluster Bayern: ECRN, Value Creation Partnership, InSITE Bavaria"],
}
SESSIONS = [
    ("opening", {"pl": "Otwarcie", "en": "Opening", "de": "Eröffnung"},
     "SESSION_KIND_PLENARY", "08:00", "08:30", {}),
    ("bavaria", {"pl": "Doświadczenia Bawarii: ECRN, VCP, InSITE",
                 "en": "Experience of Bavaria: ECRN, VCP, InSITE",
                 "de": "Erfahrungen aus Bayern: ECRN, VCP, InSITE"},
     "SESSION_KIND_PLENARY", "08:30", "09:30", {"speakers": ["Chemie-Cluster Bayern"]}),
    ("firms", {"pl": "Firmy się przedstawiają", "en": "Firms present themselves",
               "de": "Firmen stellen sich vor"}, "SESSION_KIND_PITCH", "09:45", "11:30", {}),
    ("meetings", {"pl": "Rozmowy dwustronne", "en": "One-to-one meetings",
                  "de": "Einzelgespräche"}, "SESSION_KIND_MEETINGS", "12:30", "14:00",
     {"capacity": 6, "meeting_rules": {"slot_length": "900s", "slot_break": "300s", "tables": 3,
                                       "meetings_per_person_max": 4, "request_ttl": "86400s"}}),
    ("future", {"pl": "Jak rozwijać organizacje klastrowe?",
                "en": "How should cluster organisations develop?",
                "de": "Wie sollen sich Clusterorganisationen entwickeln?"},
     "SESSION_KIND_PANEL", "14:00", "15:00", {}),
]

# For `./wici run`: service, method and body that the reader can paste.
EXAMPLE_CALLS = [
    ("LabelService.GetLabelStatus",
     '{"cluster": "clusters/agrobiocluster", "scheme": "labelSchemes/esca", "kind": "BRONZE",'
     ' "on_date": "2015-12-18", "accept_derived": true}'),
    ("EventService.GetEvent", '{"name": "events/clusters-2015-12-18"}'),
]


def rule(accept_derived):
    """The managers of all clusters of Mazovia that hold a valid Bronze label."""
    return {"all_of": {"rules": [
        {"role": {"role": "ROLE_MANAGER"}},
        {"region": {"region": "regions/mazovia"}},
        {"label": {"scheme": SCHEME, "kind": "BRONZE", "op": "OP_EXACT",
                   "accept_derived": accept_derived}}]}}


# The day is that of the event.
AUDIENCE = {"rule": rule(accept_derived=True), "unknown_policy": "UNKNOWN_POLICY_REVIEW"}


class Seed:
    """Loads the demo data part by part; each part may be loaded again."""

    def __init__(self, api):
        self.api = api
        self.clusters = {}  # name in clusters.csv -> "clusters/..."

    def regions(self):
        for region_id, country, name, translations, codes in REGIONS:
            region = {"display_name": name, "translated_names": translations, "country": country,
                      "codes": [{"scheme": "NUTS", "version": version, "code": code,
                                 "level": level} for version, (code, level) in codes.items()]}
            if region_id in SUCCESSIONS:
                old, new = SUCCESSIONS[region_id]
                region["successions"] = [{
                    "scheme": "NUTS", "from_version": "2013", "from_code": old,
                    "to_version": "2016", "to_code": new, "kind": "KIND_SAME"}]
            self._create("RegionService.CreateRegion", region_id=region_id, region=region)

    def label_schemes(self):
        for scheme in json.loads(LABEL_SCHEMES.read_text(encoding="utf-8"))["label_schemes"]:
            self._create("LabelService.CreateLabelScheme",
                         label_scheme_id=scheme["name"].split("/")[1], label_scheme=scheme)

    def indicator_sets(self):
        """Those whose label scheme is loaded."""
        schemes = {s.name for s in self.api("LabelService.ListLabelSchemes").label_schemes}
        for file in INDICATOR_SETS:
            indicator_set = json.loads(file.read_text(encoding="utf-8"))
            if indicator_set["scheme"] in schemes:
                self._create("AssessmentService.CreateIndicatorSet", indicator_set_id=file.stem,
                             indicator_set=indicator_set)

    def import_clusters(self, validate_only=False):
        """Imports clusters.csv and remembers which cluster each row became."""
        content = CLUSTERS_CSV.read_bytes()
        answer = self.api("ClusterService.ImportClusters", validate_only=validate_only,
                          content=base64.b64encode(content).decode(), nuts_version="2016",
                          label_scheme=SCHEME)
        lines = csv.DictReader(io.StringIO(content.decode()))
        self.clusters.update({line["name"]: row.cluster for line, row in zip(lines, answer.rows)
                              if row.cluster})
        return answer

    def managers(self):
        for cluster, mailbox, name, language in MANAGERS:
            self._create("ClusterService.CreateContact", parent=self.clusters[cluster],
                         contact_id="manager",
                         contact={"role": "ROLE_MANAGER", "display_name": name,
                                  "email": f"{mailbox}@example.org", "language": language,
                                  "primary": True, "audience_consent": True,
                                  "source": "demo data"})

    def manager(self, mailbox):
        """The opaque id of a manager: "clusters/c/contacts/manager"."""
        cluster = next(m[0] for m in MANAGERS if m[1] == mailbox)
        return f"{self.clusters[cluster]}/contacts/manager"

    def history(self):
        """Names in other languages, who managed, and the numbers of members over the years."""
        header = ["cluster", "translated_names", "mandates"]
        rows = [[self.clusters[name], json.dumps(names, ensure_ascii=False),
                 json.dumps(MANDATES[name]) if name in MANDATES else ""]
                for name, names in TRANSLATED_NAMES.items()]
        names = importer.run(self.api, "demo-names", importer.cut(header, rows),
                             content="CONTENT_CLUSTERS")
        counts = importer.run(self.api, "demo-member-counts", importer.parts(MEMBER_COUNTS_CSV),
                              content="CONTENT_MEMBER_COUNTS")
        return names, counts

    def initiatives(self):
        for initiative_id, acronym, name, kind, more in INITIATIVES:
            more = dict(more, participants=[
                dict(p, participant=self.clusters.get(p["participant"], p["participant"]))
                if "participant" in p else p for p in more.get("participants", [])])
            self._create("InitiativeService.CreateInitiative", initiative_id=initiative_id,
                         initiative={"acronym": acronym, "display_name": name, "kind": kind,
                                     **more})

    def settle_biomedical(self):
        """What an operator does about a cluster left for review: looks up where its seat is."""
        return self.api("ClusterService.UpdateCluster", update_mask="homeRegion",
                        cluster={"name": self.clusters["Biomedical Engineering Centre Cluster"],
                                 "home_region": "regions/mazovia"})

    def event(self):
        hosts = [self.manager(h).rsplit("/contacts/", 1)[0] for h in HOSTS]
        self._create("EventService.CreateEvent", event_id=EVENT.split("/")[1],
                     event={**EVENT_FIELDS, "hosts": hosts, "audience": AUDIENCE})
        for session_id, title, kind, start, end, more in SESSIONS:
            self._create("EventService.CreateSession", parent=EVENT, session_id=session_id,
                         session={"title": title, "kind": kind, **more,
                                  "start_time": f"{ON_DATE}T{start}:00Z",
                                  "end_time": f"{ON_DATE}T{end}:00Z"})

    def publish(self):
        try:
            self.api("EventService.PublishEvent", name=EVENT)
        except client.CallError as e:
            if e.reason != "EVENT_ALREADY_PUBLISHED":
                raise

    def invite(self):
        invitees = [{"person": self.manager(h), "reason": "host"} for h in HOSTS]
        invitees.append({"person": self.manager(GUEST), "reason": "special guest"})
        return self.api("InvitationService.CreateInvitations", parent=EVENT, audience=AUDIENCE,
                        invitees=invitees)

    def _create(self, method, **fields):
        request_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{method} {fields!r}"))
        try:
            return self.api(method, request_id=request_id, **fields)
        except client.CallError as e:
            if e.code != "ALREADY_EXISTS":
                raise
            return None


def load_everything(api, progress=lambda text: None):
    """All of it, up to the invitations, whose mails can then be read in the mail sink."""
    seed = Seed(api)
    for title, load in (
            ("regions and their NUTS codes", seed.regions),
            ("label schemes with their history", seed.label_schemes),
            ("the indicators of assessments", seed.indicator_sets),
            ("clusters and labels", seed.import_clusters),
            ("names in other languages, mandates and member counts", seed.history),
            ("managers", seed.managers),
            ("initiatives", seed.initiatives),
            ("the seat of the Biomedical Engineering Centre Cluster", seed.settle_biomedical),
            ("the event of 18 December 2015", seed.event),
            ("its publication", seed.publish),
            ("invitations", seed.invite)):
        progress(title)
        load()
