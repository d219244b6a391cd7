"""The steps of the demo in the registry: regions, labels, clusters, and who is invited."""

import seed
from report import compare
from steps import Steps, enum_name


class RegistrySteps(Steps):
    """Whom the audience rule finds, from clusters.csv on."""

    def step_regions(self):
        self.seed.regions()
        found = {}
        for code in ("PL12", "PL9", "PL11", "PL71"):
            regions = self.api("RegionService.ListRegions", code=code).regions
            found[code] = [r.name for r in regions]
        compare("regions by code", found, self.expected["regions"])
        self.report.note("Mazovia is PL12 in NUTS 2013 and PL9 since NUTS 2016: one region")

    def step_scheme(self):
        self.seed.label_schemes()
        scheme = self.api("LabelService.GetLabelScheme", name=seed.SCHEME)
        compare("kinds of the scheme", [k.code for k in scheme.kinds], self.expected["scheme"])

    def step_import(self):
        counts = {}
        for run, validate_only in (("dry run", True), ("real", False), ("again", False)):
            answer = self.seed.import_clusters(validate_only)
            counts[run] = {"created": answer.created_count, "updated": answer.updated_count,
                           "unchanged": answer.unchanged_count, "refused": answer.refused_count}
            if run == "dry run":
                clusters = self.api("ClusterService.ListClusters").clusters
                compare("clusters after the dry run", len(clusters), 0)
            self.report.note(f"{run:8} " + ", ".join(f"{n} {k}" for k, n in counts[run].items()))
        compare("rows of clusters.csv", counts, self.expected["import"])

    def step_history(self):
        names, counts = self.seed.history()
        compare("imports", {"names": names.updated_count, "counts": counts.created_count},
                self.expected["history"]["imported"])
        found = {}
        for mailbox in ("mkch", "ccb"):
            cluster = self.api("ClusterService.GetCluster", name=self.cluster(mailbox))
            found[mailbox] = [[c.value, c.as_of] for c in cluster.member_counts if c.as_of]
        compare("member counts", found, self.expected["history"]["member_counts"])
        forms = {}
        for day in ("2015-10-06", "2015-10-07"):
            cluster = self.api("ClusterService.GetCluster", name=self.cluster("mkch"), on_date=day)
            forms[day] = cluster.management_organisation.legal_form
        compare("legal form of MKCh", forms, self.expected["history"]["legal_form"])
        for mailbox, counts_of in found.items():
            self.report.note(f"{mailbox}: " + ", ".join(f"{n} ({day})" for n, day in counts_of))

    def step_managers(self):
        self.seed.managers()
        self.report.note(f"{len(seed.MANAGERS)} contacts with addresses of example.org; "
                         "languages pl, de, en")

    def step_initiatives(self):
        self.seed.initiatives()

    def step_audience(self):
        compare("audience by recorded dates only", self._audience(accept_derived=False),
                self.expected["audience_strict"])
        compare("audience with derived dates", self._audience(accept_derived=True),
                self.expected["audience_derived"])
        self.seed.settle_biomedical()
        settled = self._audience(accept_derived=True)
        compare("audience once the seat of Biomedical is known", settled,
                self.expected["audience_settled"])
        statuses = self._label_statuses()
        compare("Bronze labels on 2015-12-18", statuses, self.expected["bronze"])
        rows = []
        for mailbox, status in statuses.items():
            outcome = ("invited" if mailbox in settled["matched"] else
                       "review" if mailbox in settled["review"] else
                       "no: label" if status["derived"].startswith("NOT_VALID") else
                       "no: region")
            rows.append((mailbox, status["strict"], status["derived"], outcome))
        self.report.table(("manager of", "recorded dates", "with derived dates", "audience"), rows)

    # ----- audience -----

    def _audience(self, accept_derived):
        answer = self.api("AudienceService.EvaluateAudience", rule=seed.rule(accept_derived),
                          on_date=seed.ON_DATE, unknown_policy="UNKNOWN_POLICY_REVIEW",
                          page_size=1000)
        matched, review = [], {}
        for row in answer.rows:
            mailbox = self.mailbox(row.contact)
            if enum_name(row, "outcome") == "MATCHED":
                matched.append(mailbox)
            else:
                review[mailbox] = [u.reason for u in row.unknown_predicates]
        return {"matched": sorted(matched), "review": dict(sorted(review.items())),
                "contacts_not_matched": answer.counts.contacts_not_matched}

    def _label_statuses(self):
        found = {}
        for _, mailbox, *_ in seed.MANAGERS:
            cluster = self.seed.manager(mailbox).rsplit("/contacts/", 1)[0]
            found[mailbox] = {}
            for column, derived in (("strict", False), ("derived", True)):
                s = self.api("LabelService.GetLabelStatus", cluster=cluster, scheme=seed.SCHEME,
                             kind="BRONZE", on_date=seed.ON_DATE, accept_derived=derived)
                found[mailbox][column] = f"{enum_name(s, 'status')} {enum_name(s, 'reason')}"
        return found
