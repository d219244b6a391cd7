// The evaluation of an audience over the database: streaming, in bounded memory, from any position.
//
//   AudienceScan scan(reader, question);
//   WICI_RETURN_IF_ERROR(scan.Run(kClustersMax, [&](v1::AudienceRow& row) {
//     if (rows.size() == size) return false;  // not taken: the next scan begins with it
//     rows.push_back(std::move(row));
//     return true;
//   }));
//   if (!scan.done()) next = scan.position();
//
// The plan (rules/audience_plan.h) names the clusters to look at; they are read in batches with
// their labels and contacts, and each question is asked as early as it can be: of the cluster, of
// its labels, of its contacts. A person with several contacts gets one row, at the contact the rule
// is surest of (A3), wherever the others are.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_SCAN_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_SCAN_H_

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/cluster_registry/audiences/rules/audience.h"
#include "services/cluster_registry/audiences/rules/audience_plan.h"
#include "services/cluster_registry/audiences/rules/audience_rule.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/audience_service.pb.h"

namespace wici::cluster_registry {

inline constexpr std::size_t kClustersWithoutContactMax = 100;

// `rule` is valid in `world`. Both outlive the scan.
struct AudienceQuestion {
  const v1::AudienceRule& rule;
  const World& world;
  absl::Time known_at;
  v1::UnknownPolicy unknown_policy;
};

// Behind the last contact that was looked at; all empty at the beginning.
struct ScanPosition {
  std::string range;    // ClusterRange::Id
  std::string cluster;  // name
  std::string contact;  // name, or "" when all of the cluster were looked at
};

// What the rule says of a contact.
struct Standing {
  RuleAnswer answer;                  // with every predicate
  Truth of_person = Truth::kUnknown;  // the surest over all contacts of the person
};

// Within one transaction; not thread-safe.
class AudienceScan {
 public:
  // Takes a row, or returns false to stop before it. Empty to count only.
  using Sink = std::function<bool(v1::AudienceRow&)>;

  AudienceScan(Reader& reader, const AudienceQuestion& question);

  // Begins behind `position`. False when the plan has no such range any more: regions, initiatives
  // or the scheme have changed.
  bool Seek(const ScanPosition& position);

  // Goes on until `sink` stops it, the end, or about `clusters_max` clusters were looked at.
  absl::Status Run(int clusters_max, const Sink& sink);
  // The same without a bound but memory.
  absl::Status RunToEnd(const Sink& sink);

  // What the rule says now of these contacts and of the people behind them. Contacts that are gone,
  // by themselves or with their cluster, are left out.
  absl::StatusOr<std::map<std::string, Standing>> JudgePeople(
      const std::vector<std::string>& contacts);

  bool done() const { return cursor_.range == plan_.size(); }
  ScanPosition position() const;
  // Of what was looked at since the beginning of this scan.
  const v1::AudienceCounts& counts() const { return counts_; }
  // Which have no contact that the rule could choose; at most kClustersWithoutContactMax.
  const std::vector<std::string>& clusters_without_contact() const { return without_contact_; }

 private:
  struct Person;
  // Where in the plan: behind this contact, or behind the whole cluster when it is empty.
  struct Cursor {
    std::size_t range = 0;
    std::string cluster;
    std::string contact;
  };
  // A cluster that the rule is not false for so far.
  struct Candidate {
    Candidate(const RuleEvaluator& evaluator, v1::Cluster facts, std::size_t in_range)
        : cluster(std::move(facts)), judge(evaluator, cluster), range(in_range) {}
    v1::Cluster cluster;
    ClusterJudge judge;
    std::size_t range;
    bool dropped = false;
    std::vector<Person*> people;  // by name
  };
  struct Person {
    v1::Contact contact;
    Candidate* candidate = nullptr;
    Truth truth = Truth::kFalse;
  };
  // Addresses stay while it grows.
  struct Batch {
    std::deque<Candidate> candidates;
    std::deque<Person> people;
    std::map<std::string, std::vector<Person*>> people_by_email;
  };

  absl::StatusOr<Cursor> ReadBatch(std::size_t limit, Batch& batch);
  void AddCandidate(v1::Cluster cluster, std::size_t range, Batch& batch);
  bool InEarlierRange(const Candidate& candidate, bool by_label,
                      const std::set<LabelKey>& label_kinds) const;
  absl::Status SetLabels(Batch& batch);
  absl::Status AddContacts(Batch& batch);
  void AddPerson(v1::Contact contact, Candidate& candidate, Batch& batch);
  absl::Status AddPeopleNamed(const std::vector<std::string>& contacts, Batch& batch);
  absl::Status AddSamePeople(bool of_all, Batch& batch);
  std::vector<Person*> OthersOf(const Person& person, const Batch& batch) const;
  bool TakePerson(Person& person, const Batch& batch, const Sink& sink);
  bool TakeCluster(Candidate& candidate, const Batch& batch, const Sink& sink);

  Reader& reader_;
  const AudienceQuestion question_;
  const RuleEvaluator evaluator_;
  const AudiencePlan plan_;
  Cursor cursor_;
  v1::AudienceCounts counts_;
  std::vector<std::string> without_contact_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_SCAN_H_
