"""Files of clusters with labels and of memberships, of any size, the same for the same seed.

    data = RegistryData(clusters=10_000, seed=1)
    data.cluster_rows()   # rows of CLUSTER_HEADER, three labels a cluster
    data.member_rows()    # rows of MEMBER_HEADER, thirty members a cluster
"""

import datetime
import random

CLUSTER_HEADER = ["cluster", "name", "country", "nuts", "founded_on", "website", "contact_email",
                  "visibility", "sectors.NACE", "label_id", "label.kind", "label.valid_from",
                  "label.valid_until", "label.publication_consent", "source"]
MEMBER_HEADER = ["cluster", "member_id", "display_name", "kind", "role", "identifiers.NIP",
                 "member_from", "member_until", "nuts", "website"]
# Regions of the demo data, with their code of NUTS 2016.
REGIONS = [("PL", "PL9"), ("PL", "PL71"), ("PL", "PL82"), ("PL", "PL21"), ("DE", "DE2"),
           ("DE", "DE1"), ("DE", "DED"), ("IT", "ITC4"), ("ES", "ES51"), ("", "")]
KINDS = ["MICRO_ENTERPRISE", "SMALL_ENTERPRISE", "MEDIUM_ENTERPRISE", "LARGE_ENTERPRISE",
         "RESEARCH_INSTITUTE", "UNIVERSITY", "PUBLIC_BODY", "BUSINESS_SUPPORT"]
WORDS = ["Łódź", "Śląsk", "Chemia", "Kosmetyka", "Bayern", "Größe", "Energía", "Acqua", "Nano",
         "Logistik", "Żywność", "Optik", "Textil", "Medizin", "Drewno", "Stal"]
NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)


def nip(number):
    """A NIP with its check digit; the next number where that would be 10."""
    while True:
        digits = f"{number % 1_000_000_000:09d}"
        check = sum(int(d) * w for d, w in zip(digits, NIP_WEIGHTS)) % 11
        if check < 10:
            return digits + str(check)
        number += 1


class RegistryData:
    """What one seed gives."""

    def __init__(self, clusters, labels_each=3, members_each=30, seed=1):
        self.clusters, self.labels_each, self.members_each = clusters, labels_each, members_each
        self._seed = seed

    def name(self, number):
        """The resource name of a cluster."""
        return f"clusters/load-{number:06d}"

    def cluster_rows(self):
        """One row for each label."""
        rng = random.Random(self._seed)
        kinds = ["BRONZE", "SILVER", "GOLD"]
        for number in range(self.clusters):
            country, nuts = rng.choice(REGIONS)
            words = " ".join(rng.sample(WORDS, 2))
            facts = [self.name(number), f"Klaster {words} {number}", country or "FR", nuts,
                     str(rng.randrange(1995, 2015)), f"www.load-{number}.example",
                     f"office-{number}@example.org", "PUBLIC", rng.choice(["C20", "C21", "J62"])]
            for label in range(self.labels_each):
                start = (datetime.date(2012, 1, 1)
                         + datetime.timedelta(days=rng.randrange(365) + 800 * (label // 3)))
                until = start + datetime.timedelta(days=729)
                kind = kinds[label % 3]
                yield facts + [f"{kind.lower()}-{label}", kind, start.isoformat(),
                               until.isoformat(), "true", "generated"]

    def member_rows(self):
        """One row for each membership; some organisations are in several clusters."""
        rng = random.Random(self._seed + 1)
        for number in range(self.clusters):
            for member in range(self.members_each):
                # One in five is a member of the neighbours too.
                shared = member % 5 == 0
                party = (10 * number // 3 if shared else 100 * number) + 1000 * member
                start = datetime.date(2010, 1, 1) + datetime.timedelta(days=rng.randrange(1800))
                until = (start + datetime.timedelta(days=400)).isoformat() if member % 10 == 3 else ""
                _, nuts = rng.choice(REGIONS)
                yield [self.name(number), f"m{member:03d}", f"Firma {rng.choice(WORDS)} {party}",
                       KINDS[(number + member) % len(KINDS)], "FULL", nip(2 * party + 100_000_000),
                       start.isoformat(), until, nuts, f"firma-{party}.example"]
