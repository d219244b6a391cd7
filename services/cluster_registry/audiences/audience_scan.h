// The evaluation of an audience over the database, as the registry knew it at an instant:
// streaming, in bounded memory, from any position.
//
//   AudienceScan scan(reader, question);
//   WICI_RETURN_IF_ERROR(scan.Run({.clusters_max = 10'000}, [&](v1::AudienceRow& row) {
//     if (rows.size() == size) return false;  // not taken: the next scan begins with it
//     rows.push_back(std::move(row));
//     return true;
//   }));
//   if (!scan.done()) next = scan.position();
//
// The plan (plans/audience_plan.h) names the clusters to look at; they are read in batches with
// their labels and contacts, and each question is asked as early as it can be: of the cluster, of
// its labels, of its contacts. A person with several contacts (rules/same_people.h) gets one row,
// at the contact the rule is surest of (A3), wherever the others are.
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
#include "services/cluster_registry/audiences/plans/audience_plan.h"
#include "services/cluster_registry/audiences/rules/audience.h"
#include "services/cluster_registry/audiences/rules/audience_rule.h"
#include "services/cluster_registry/audiences/rules/same_people.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/audience_service.pb.h"

namespace wici::cluster_registry {

inline constexpr std::size_t kClustersWithoutContactMax = 100;
// Contacts of one person.
inline constexpr std::size_t kContactsOfPersonMax = 1000;

// `rule` is valid in `world`. Both outlive the scan.
struct AudienceQuestion {
  const v1::AudienceRule& rule;
  const World& world;
  absl::Time known_at;  // kPresent, or an instant of the past, which costs more
  v1::UnknownPolicy unknown_policy;
};

// How far a run goes.
struct ScanBounds {
  int clusters_max = 0;  // about so many are looked at
  int first_batch = 64;  // as many as may suffice; each further batch is larger
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

  // Goes on until `sink` stops it, the end, or as far as `bounds` say. Errors: FAILED_PRECONDITION
  // with reason AUDIENCE_PERSON_TOO_LARGE when more than kContactsOfPersonMax contacts are one
  // person.
  absl::Status Run(const ScanBounds& bounds, const Sink& sink);
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
    std::vector<std::size_t> people;  // their numbers, by name
  };
  // Addresses and persons, by which further contacts of a person are found.
  struct Links {
    std::set<std::string> emails;
    std::set<std::string> persons;
  };
  struct Person {
    v1::Contact contact;
    std::string email_key;
    Candidate* candidate = nullptr;
    Truth truth = Truth::kFalse;
  };
  // Addresses stay while it grows. A person has the same number in `people` and in `same`.
  struct Batch {
    std::deque<Candidate> candidates;
    std::deque<Person> people;
    std::set<std::string> contacts;  // names of people
    SamePeople same;
    std::map<std::size_t, std::vector<Person*>> contacts_of;  // by leader, by name
    Links followed;
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
  static std::set<std::size_t> LeadersOf(bool of_all, Batch& batch);
  static Links LinksOf(const std::set<std::size_t>& leaders, Batch& batch);
  static absl::Status SetContactsOf(const std::set<std::size_t>& leaders, Batch& batch);
  // The other contacts of person `number`, by name.
  static std::vector<Person*> OthersOf(std::size_t number, Batch& batch);
  bool TakePerson(std::size_t number, Batch& batch, const Sink& sink);
  bool TakeCluster(Candidate& candidate, Batch& batch, const Sink& sink);

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
