#include "services/cluster_registry/audiences/audience_scan.h"

#include <algorithm>
#include <limits>

#include "libs/base/status_macros.h"
#include "services/cluster_registry/audiences/audience_store.h"
#include "services/cluster_registry/contacts/contact_store.h"
#include "services/cluster_registry/errors.h"

namespace wici::cluster_registry {
namespace {

// Of a batch: it amortises its statements, and bounds the memory.
constexpr std::size_t kBatchMax = 512;

// Not a range of the plan: of a cluster that was looked up by name.
constexpr std::size_t kNoRange = static_cast<std::size_t>(-1);

}  // namespace

AudienceScan::AudienceScan(Reader& reader, const AudienceQuestion& question)
    : reader_(reader),
      question_(question),
      evaluator_(question.rule, question.world),
      plan_(PlanAudience(question.rule, question.world)) {}

bool AudienceScan::Seek(const ScanPosition& position) {
  const auto range = std::find_if(plan_.begin(), plan_.end(), [&](const ClusterRange& one) {
    return one.Id() == position.range;
  });
  if (range == plan_.end()) return false;
  cursor_ = {.range = static_cast<std::size_t>(range - plan_.begin()),
             .cluster = position.cluster,
             .contact = position.contact};
  return true;
}

ScanPosition AudienceScan::position() const {
  return {.range = done() ? "" : plan_[cursor_.range].Id(),
          .cluster = cursor_.cluster,
          .contact = cursor_.contact};
}

absl::Status AudienceScan::Run(const ScanBounds& bounds, const Sink& sink) {
  std::size_t limit = std::min(static_cast<std::size_t>(bounds.first_batch), kBatchMax);
  std::size_t left = static_cast<std::size_t>(bounds.clusters_max);
  while (!done() && left > 0) {
    Batch batch;
    WICI_ASSIGN_OR_RETURN(Cursor end, ReadBatch(std::min(limit, left), batch));
    left -= std::min(left, limit);
    limit = std::min(2 * limit, kBatchMax);
    WICI_RETURN_IF_ERROR(SetLabels(batch));
    WICI_RETURN_IF_ERROR(AddContacts(batch));
    WICI_RETURN_IF_ERROR(AddSamePeople(false, batch));
    for (Candidate& candidate : batch.candidates) {
      if (candidate.range == kNoRange || candidate.dropped) continue;
      if (!TakeCluster(candidate, batch, sink)) return absl::OkStatus();
    }
    cursor_ = std::move(end);
  }
  return absl::OkStatus();
}

absl::Status AudienceScan::RunToEnd(const Sink& sink) {
  return Run({.clusters_max = std::numeric_limits<int>::max()}, sink);
}

// Clusters behind the cursor that the rule is not false for, whatever their labels and contacts.
absl::StatusOr<AudienceScan::Cursor> AudienceScan::ReadBatch(std::size_t limit, Batch& batch) {
  Cursor at = cursor_;
  std::size_t looked_at = 0;
  if (!at.contact.empty()) {  // in the middle of a cluster
    WICI_ASSIGN_OR_RETURN(std::vector<v1::Cluster> one,
                          ReadClustersKnownAt(reader_, question_.known_at, {at.cluster}));
    for (v1::Cluster& cluster : one) AddCandidate(std::move(cluster), at.range, batch);
    at.contact.clear();
    ++looked_at;
  }
  while (at.range < plan_.size() && looked_at < limit) {
    const int wanted = static_cast<int>(limit - looked_at);
    WICI_ASSIGN_OR_RETURN(RangePart part, ReadRange(reader_, plan_[at.range], question_.known_at,
                                                    {.after = at.cluster, .limit = wanted}));
    looked_at += part.last.empty() ? part.clusters.size() : static_cast<std::size_t>(wanted);
    for (v1::Cluster& cluster : part.clusters) AddCandidate(std::move(cluster), at.range, batch);
    if (part.last.empty()) {
      at = {.range = at.range + 1, .cluster = {}, .contact = {}};
    } else {
      at.cluster = std::move(part.last);
    }
  }
  return at;
}

void AudienceScan::AddCandidate(v1::Cluster cluster, std::size_t range, Batch& batch) {
  Candidate& candidate = batch.candidates.emplace_back(evaluator_, std::move(cluster), range);
  candidate.dropped =
      candidate.judge.Ask() == Truth::kFalse || InEarlierRange(candidate, false, {});
}

// A cluster of several ranges is taken in the first of them.
bool AudienceScan::InEarlierRange(const Candidate& candidate, bool by_label,
                                  const std::set<LabelKey>& label_kinds) const {
  if (candidate.range == kNoRange) return false;
  return std::any_of(plan_.begin(), plan_.begin() + static_cast<std::ptrdiff_t>(candidate.range),
                     [&](const ClusterRange& range) {
                       return (range.by == ClusterRange::By::kLabel) == by_label &&
                              range.Has(candidate.cluster, label_kinds);
                     });
}

// Of all candidates without labels so far.
absl::Status AudienceScan::SetLabels(Batch& batch) {
  if (!evaluator_.LooksAtLabels()) return absl::OkStatus();
  std::vector<std::string> names;
  for (const Candidate& candidate : batch.candidates) {
    if (!candidate.dropped) names.push_back(candidate.cluster.name());
  }
  WICI_ASSIGN_OR_RETURN(const auto labels,
                        ReadLabelsOfClusters(reader_, question_.known_at, names));
  static const LabelsOfCluster kNone;
  for (Candidate& candidate : batch.candidates) {
    if (candidate.dropped) continue;
    const auto found = labels.find(candidate.cluster.name());
    const LabelsOfCluster& own = found == labels.end() ? kNone : found->second;
    candidate.judge.SetLabels(own.labels);
    candidate.dropped =
        candidate.judge.Ask() == Truth::kFalse || InEarlierRange(candidate, true, own.kinds);
  }
  return absl::OkStatus();
}

void AudienceScan::AddPerson(v1::Contact contact, Candidate& candidate, Batch& batch) {
  Person& person = batch.people.emplace_back();
  person.contact = std::move(contact);
  person.email_key = EmailKey(person.contact);
  person.candidate = &candidate;
  person.truth = candidate.judge.Ask(person.contact);
  batch.contacts.insert(person.contact.name());
  candidate.people.push_back(batch.same.Add(person.email_key, person.contact.person()));
}

absl::Status AudienceScan::AddContacts(Batch& batch) {
  std::map<std::string, Candidate*> candidates;
  std::vector<std::string> names;
  for (Candidate& candidate : batch.candidates) {
    if (candidate.dropped || !candidates.emplace(candidate.cluster.name(), &candidate).second) {
      continue;
    }
    names.push_back(candidate.cluster.name());
  }
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Contact> contacts,
                        ReadContactsOfClustersKnownAt(reader_, question_.known_at, names));
  for (v1::Contact& contact : contacts) {
    Candidate& candidate = *candidates.at(ClusterOf(contact.name()));
    AddPerson(std::move(contact), candidate, batch);
  }
  return absl::OkStatus();
}

// Contacts by name, with their clusters and labels.
absl::Status AudienceScan::AddPeopleNamed(const std::vector<std::string>& names, Batch& batch) {
  if (names.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Contact> contacts,
                        ReadContactsKnownAt(reader_, question_.known_at, names));
  std::set<std::string> cluster_names;
  for (const v1::Contact& contact : contacts) cluster_names.insert(ClusterOf(contact.name()));
  const std::vector<std::string> wanted(cluster_names.begin(), cluster_names.end());
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Cluster> clusters,
                        ReadClustersKnownAt(reader_, question_.known_at, wanted));
  std::map<std::string, LabelsOfCluster> labels;
  if (evaluator_.LooksAtLabels()) {
    WICI_ASSIGN_OR_RETURN(labels, ReadLabelsOfClusters(reader_, question_.known_at, wanted));
  }
  std::map<std::string, Candidate*> candidates;
  for (v1::Cluster& cluster : clusters) {
    Candidate& candidate = batch.candidates.emplace_back(evaluator_, std::move(cluster), kNoRange);
    candidate.judge.SetLabels(labels[candidate.cluster.name()].labels);
    candidates[candidate.cluster.name()] = &candidate;
  }
  for (v1::Contact& contact : contacts) {
    const auto candidate = candidates.find(ClusterOf(contact.name()));
    if (candidate != candidates.end()) AddPerson(std::move(contact), *candidate->second, batch);
  }
  return absl::OkStatus();
}

// Those who stand for the people in the batch who may get a row, or for all.
std::set<std::size_t> AudienceScan::LeadersOf(bool of_all, Batch& batch) {
  std::set<std::size_t> leaders;
  for (std::size_t i = 0; i < batch.people.size(); ++i) {
    if (of_all || batch.people[i].truth != Truth::kFalse) leaders.insert(batch.same.LeaderOf(i));
  }
  return leaders;
}

// What leads to further contacts of these people and was not followed yet.
AudienceScan::Links AudienceScan::LinksOf(const std::set<std::size_t>& leaders, Batch& batch) {
  Links links;
  for (std::size_t i = 0; i < batch.people.size(); ++i) {
    if (leaders.count(batch.same.LeaderOf(i)) == 0) continue;
    const std::string& email = batch.people[i].email_key;
    const std::string& person = batch.people[i].contact.person();
    if (!email.empty() && batch.followed.emails.insert(email).second) links.emails.insert(email);
    if (!person.empty() && batch.followed.persons.insert(person).second) {
      links.persons.insert(person);
    }
  }
  return links;
}

// The other contacts of the people in the batch who may get a row, or of all; step by step, since
// what is found may lead on.
absl::Status AudienceScan::AddSamePeople(bool of_all, Batch& batch) {
  for (;;) {
    const std::set<std::size_t> leaders = LeadersOf(of_all, batch);
    const Links links = LinksOf(leaders, batch);
    if (links.emails.empty() && links.persons.empty()) return SetContactsOf(leaders, batch);
    WICI_ASSIGN_OR_RETURN(const ContactsOfPeople found,
                          FindContactsOfPeople(reader_, links.emails, links.persons));
    std::vector<std::string> missing;
    for (const auto* by : {&found.by_email, &found.by_person}) {
      for (const auto& [key, contacts] : *by) {
        if (contacts.size() > kContactsOfPersonMax) {
          return AudiencePersonTooLargeError(contacts.front(), kContactsOfPersonMax);
        }
        for (const std::string& contact : contacts) {
          if (batch.contacts.insert(contact).second) missing.push_back(contact);
        }
      }
    }
    WICI_RETURN_IF_ERROR(AddPeopleNamed(missing, batch));
  }
}

absl::Status AudienceScan::SetContactsOf(const std::set<std::size_t>& leaders, Batch& batch) {
  for (std::size_t i = 0; i < batch.people.size(); ++i) {
    const std::size_t leader = batch.same.LeaderOf(i);
    if (leaders.count(leader) == 0) continue;
    std::vector<Person*>& contacts = batch.contacts_of[leader];
    contacts.push_back(&batch.people[i]);
    if (contacts.size() > kContactsOfPersonMax) {
      return AudiencePersonTooLargeError(batch.people[i].contact.name(), kContactsOfPersonMax);
    }
  }
  for (auto& [leader, contacts] : batch.contacts_of) {
    std::sort(contacts.begin(), contacts.end(), [](const Person* a, const Person* b) {
      return a->contact.name() < b->contact.name();
    });
  }
  return absl::OkStatus();
}

std::vector<AudienceScan::Person*> AudienceScan::OthersOf(std::size_t number, Batch& batch) {
  std::vector<Person*> others = batch.contacts_of.at(batch.same.LeaderOf(number));
  std::erase(others, &batch.people[number]);
  return others;
}

// Whether `sink` goes on.
bool AudienceScan::TakePerson(std::size_t number, Batch& batch, const Sink& sink) {
  Person& person = batch.people[number];
  v1::AudienceCounts counts;
  counts.set_contacts_examined(1);
  if (person.truth == Truth::kFalse) {
    counts.set_contacts_not_matched(1);
    AddCounts(counts, counts_);
    return true;
  }
  const std::vector<Person*> others = OthersOf(number, batch);
  const bool first = std::none_of(others.begin(), others.end(), [&](const Person* other) {
    return IsSurer(other->truth, other->contact.name(), person.truth, person.contact.name());
  });
  if (first) {
    counts.set_contacts_merged(static_cast<int>(others.size()));
    if (person.truth == Truth::kTrue) counts.set_matched(1);
    if (person.truth == Truth::kUnknown) counts.set_unknown(1);
  }
  if (first && sink && HasRow(person.truth, question_.unknown_policy)) {
    const auto judged = [](Person& one) {
      return JudgedContact{.contact = one.contact.name(),
                           .cluster = one.candidate->cluster.name(),
                           .answer = one.candidate->judge.Explain(one.contact)};
    };
    std::vector<JudgedContact> merged;
    for (Person* other : others) merged.push_back(judged(*other));
    v1::AudienceRow row = MakeRow(judged(person), merged, question_.unknown_policy);
    if (!sink(row)) return false;
  }
  AddCounts(counts, counts_);
  return true;
}

bool AudienceScan::TakeCluster(Candidate& candidate, Batch& batch, const Sink& sink) {
  const std::string& name = candidate.cluster.name();
  const std::string after = cursor_.cluster == name ? cursor_.contact : "";
  bool reached = !after.empty();  // by the row that the scan stopped before
  for (const std::size_t number : candidate.people) {
    const Person& person = batch.people[number];
    if (person.contact.name() <= after) continue;
    reached = reached || person.truth != Truth::kFalse;
    if (!TakePerson(number, batch, sink)) return false;
    cursor_ = {.range = candidate.range, .cluster = name, .contact = person.contact.name()};
  }
  if (!reached && without_contact_.size() < kClustersWithoutContactMax) {
    without_contact_.push_back(name);
  }
  cursor_ = {.range = candidate.range, .cluster = name, .contact = {}};
  return true;
}

absl::StatusOr<std::map<std::string, Standing>> AudienceScan::JudgePeople(
    const std::vector<std::string>& contacts) {
  Batch batch;
  WICI_RETURN_IF_ERROR(AddPeopleNamed(contacts, batch));
  const std::size_t asked = batch.people.size();
  WICI_RETURN_IF_ERROR(AddSamePeople(true, batch));
  std::map<std::string, Standing> standings;
  for (std::size_t i = 0; i < asked; ++i) {
    Person& person = batch.people[i];
    Standing& standing = standings[person.contact.name()];
    standing.answer = person.candidate->judge.Explain(person.contact);
    standing.of_person = person.truth;
    for (const Person* other : OthersOf(i, batch)) {
      standing.of_person = Or(standing.of_person, other->truth);
    }
  }
  return standings;
}

}  // namespace wici::cluster_registry
