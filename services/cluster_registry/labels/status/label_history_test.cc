// L13 and the other rules of labels as a property: random histories of create, correct, renew,
// suspend, reinstate and revoke, recorded at random times, against a naive model that keeps every
// version of every label in a list and decides day by day.
#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/util/time_util.h"
#include "libs/base/error.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using absl::CivilDay;
using google::protobuf::util::TimeUtil;
using v1::LabelEvent;

constexpr std::uint64_t kSeed = 20151218;
constexpr int kHistories = 300;  // clusters; on each engine
constexpr int kSteps = 5;        // on average, for each
constexpr char kAccepted[] = "";

// One version of a label, as the model sees it.
struct Fact {
  std::string kind;
  std::optional<CivilDay> from;
  std::optional<CivilDay> until;
  std::optional<CivilDay> assessed;  // of a renewal: it held then at the latest
  bool rejected = false;
  std::vector<std::pair<LabelEvent::Type, CivilDay>> events;
};
struct Version {
  absl::Time recorded;
  Fact fact;
};
using Labels = std::map<std::string, std::vector<Version>>;  // by name

bool Has(const Fact& fact, LabelEvent::Type type) {
  return std::any_of(fact.events.begin(), fact.events.end(),
                     [&](const auto& event) { return event.first == type; });
}

bool RevokedOn(const Fact& fact, CivilDay day) {
  return std::any_of(fact.events.begin(), fact.events.end(), [&](const auto& event) {
    return event.first == LabelEvent::TYPE_REVOCATION && event.second <= day;
  });
}

// The last of suspension and reinstatement up to the day, those of one day in their order.
bool SuspendedOn(const Fact& fact, CivilDay day) {
  auto events = fact.events;
  std::stable_sort(events.begin(), events.end(),
                   [](const auto& a, const auto& b) { return a.second < b.second; });
  bool suspended = false;
  for (const auto& [type, effective] : events) {
    if (effective > day) break;
    if (type == LabelEvent::TYPE_SUSPENSION) suspended = true;
    if (type == LabelEvent::TYPE_REINSTATEMENT) suspended = false;
  }
  return suspended;
}

std::string StatusOf(const Fact& fact, CivilDay day) {
  const bool over = fact.rejected || RevokedOn(fact, day) || (fact.from && day < *fact.from) ||
                    (fact.until && *fact.until < day) || SuspendedOn(fact, day);
  if (over) return "NOT_VALID";
  const bool begun = fact.from || (fact.assessed && *fact.assessed <= day);
  return begun && fact.until ? "VALID" : "UNKNOWN";
}

bool CertainlyCovers(const Fact& fact, CivilDay day) {
  if (fact.rejected || RevokedOn(fact, day)) return false;
  if (fact.from && fact.until) return *fact.from <= day && day <= *fact.until;
  return (fact.from && *fact.from == day) || (fact.until && *fact.until == day);
}

// What a label was believed to be at an instant.
const Fact* FactAt(const std::vector<Version>& versions, absl::Time known_at) {
  const Fact* fact = nullptr;
  for (const Version& version : versions) {
    if (version.recorded <= known_at) fact = &version.fact;
  }
  return fact;
}

std::string StatusOf(const Labels& labels, const std::string& kind, CivilDay day,
                     absl::Time known_at) {
  std::string best = "NOT_VALID";
  for (const auto& [name, versions] : labels) {
    const Fact* fact = FactAt(versions, known_at);
    if (fact == nullptr || fact->kind != kind) continue;
    const std::string status = StatusOf(*fact, day);
    if (status == "VALID") return status;
    if (status == "UNKNOWN") best = status;
  }
  return best;
}

bool Overlaps(const Labels& labels, const std::string& own, const Fact& fact) {
  const CivilDay first = fact.from ? *fact.from : fact.until ? *fact.until : CivilDay();
  const CivilDay last = fact.until ? *fact.until : first;
  for (CivilDay day = first; (fact.from || fact.until) && day <= last; ++day) {
    if (!CertainlyCovers(fact, day)) continue;
    for (const auto& [name, versions] : labels) {
      const Fact& other = versions.back().fact;
      if (name != own && other.kind == fact.kind && CertainlyCovers(other, day)) return true;
    }
  }
  return false;
}

// `months` later by the calendar; the last day of a shorter month.
CivilDay Later(CivilDay day, int months, bool to_the_end) {
  const absl::CivilMonth month = absl::CivilMonth(day) + months;
  const int length = static_cast<int>(CivilDay(month + 1) - CivilDay(month));
  return CivilDay(month) + (to_the_end ? length : std::min(day.day(), length)) - 1;
}

class LabelHistoryTest : public testing::EngineRegistryTest {
 protected:
  int Pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  CivilDay PickDay() { return CivilDay(2012, 1, 1) + Pick(0, 4400); }
  std::string PickKind() { return Pick(0, 2) == 0 ? "GOLD" : "BRONZE"; }
  std::string PickLabel(const Labels& labels) {
    return std::next(labels.begin(), Pick(0, static_cast<int>(labels.size()) - 1))->first;
  }
  // A term; now and then an end of it is not known.
  void PickTerm(Fact& fact) {
    fact.from = PickDay();
    fact.until = *fact.from + Pick(0, 1100);
    if (Pick(0, 5) == 0) fact.from.reset();
    if (Pick(0, 5) == 0) fact.until.reset();
  }
  static void SetTerm(const Fact& fact, v1::Label& label) {
    label.set_valid_from(fact.from ? FormatDate(*fact.from) : "");
    label.set_valid_until(fact.until ? FormatDate(*fact.until) : "");
  }

  // Each step does one thing to a cluster, and says what the model expects of it.

  void Create(const std::string& cluster, Labels& labels) {
    Fact fact;
    fact.kind = PickKind();
    PickTerm(fact);
    const std::string id = "l" + std::to_string(labels.size() + 100);
    const std::string name = cluster + "/labels/" + id;
    v1::CreateLabelRequest request;
    request.set_parent(cluster);
    request.set_label_id(id);
    request.mutable_label()->set_scheme("labelSchemes/esca");
    request.mutable_label()->set_kind(fact.kind);
    SetTerm(fact, *request.mutable_label());
    const bool overlaps = Overlaps(labels, name, fact);
    Expect(CreateLabel(request).status(), overlaps ? "LABEL_OVERLAPS" : kAccepted);
    if (!overlaps) labels[name].push_back({Now(), fact});
  }

  void Correct(const std::string& name, Labels& labels) {
    Fact fact = labels[name].back().fact;
    v1::RecordLabelEventRequest request = Event(name, LabelEvent::TYPE_CORRECTION);
    if (Pick(0, 4) == 0) {
      fact.rejected = !fact.rejected;
      request.mutable_label()->set_verification(
          fact.rejected ? v1::Label::VERIFICATION_REJECTED : v1::Label::VERIFICATION_SELF_DECLARED);
      request.mutable_update_mask()->add_paths("verification");
    } else {
      PickTerm(fact);
      SetTerm(fact, *request.mutable_label());
      request.mutable_update_mask()->add_paths("valid_from");
      request.mutable_update_mask()->add_paths("valid_until");
    }
    const bool overlaps = Overlaps(labels, name, fact);
    Expect(RecordLabelEvent(request).status(), overlaps ? "LABEL_OVERLAPS" : kAccepted);
    if (!overlaps) labels[name].push_back({Now(), fact});
  }

  void Renew(const std::string& name, Labels& labels) {
    const Fact old = labels[name].back().fact;
    const CivilDay assessed =
        old.until && Pick(0, 3) > 0 ? *old.until + Pick(-200, 450) : PickDay();
    const std::string id = "l" + std::to_string(labels.size() + 100);
    v1::RecordLabelEventRequest request = Event(name, LabelEvent::TYPE_RENEWAL);
    request.set_renewal_label_id(id);
    request.mutable_label()->set_assessed_on(FormatDate(assessed));
    Fact fact;
    fact.kind = old.kind;
    fact.assessed = assessed;
    std::string expected = kAccepted;
    const std::string renewed = name.substr(0, name.rfind('/') + 1) + id;
    if (Has(old, LabelEvent::TYPE_REVOCATION)) {
      expected = "LABEL_REVOKED";
    } else if (!old.until) {
      expected = "LABEL_END_UNKNOWN";
    } else if (assessed > Later(*old.until, 12, false)) {
      expected = "RENEWAL_WINDOW_CLOSED";
    } else {
      fact.from = *old.until + 1;
      fact.until = Later(*old.until, 36, assessed >= CivilDay(2019, 11, 15));
      if (Overlaps(labels, renewed, fact)) expected = "LABEL_OVERLAPS";
    }
    Expect(RecordLabelEvent(request).status(), expected);
    if (expected != kAccepted) return;
    labels[name].push_back({Now(), old});
    labels[renewed].push_back({Now(), fact});
  }

  void Happen(const std::string& name, LabelEvent::Type type, Labels& labels) {
    Fact fact = labels[name].back().fact;
    v1::RecordLabelEventRequest request = Event(name, type);
    const CivilDay day = fact.from ? *fact.from + Pick(-50, 900) : PickDay();
    request.mutable_event()->set_effective_on(FormatDate(day));
    std::string expected = kAccepted;
    LabelEvent::Type last = LabelEvent::TYPE_REINSTATEMENT;
    for (const auto& event : fact.events) last = event.first;
    if (Has(fact, LabelEvent::TYPE_REVOCATION)) {
      expected = "LABEL_REVOKED";
    } else if (type == LabelEvent::TYPE_REINSTATEMENT && last != LabelEvent::TYPE_SUSPENSION) {
      expected = "LABEL_NOT_SUSPENDED";
    }
    Expect(RecordLabelEvent(request).status(), expected);
    if (expected != kAccepted) return;
    fact.events.push_back({type, day});
    labels[name].push_back({Now(), fact});
  }

  void Step() {
    services_.clock().Advance(absl::Microseconds(Pick(1, 3'000'000)));
    const auto cluster = std::next(model_.begin(), Pick(0, static_cast<int>(model_.size()) - 1));
    Labels& labels = cluster->second;
    const int choice = labels.empty() ? 0 : Pick(0, 9);
    if (choice <= 2) return Create(cluster->first, labels);
    const std::string name = PickLabel(labels);
    if (choice <= 4) return Correct(name, labels);
    if (choice <= 6) return Renew(name, labels);
    if (choice == 7) return Happen(name, LabelEvent::TYPE_SUSPENSION, labels);
    if (choice == 8) return Happen(name, LabelEvent::TYPE_REINSTATEMENT, labels);
    // Revocations end a history: not too many.
    Happen(name, Pick(0, 2) == 0 ? LabelEvent::TYPE_REVOCATION : LabelEvent::TYPE_SUSPENSION,
           labels);
  }

  absl::Time Now() { return services_.clock().Now(); }
  // Any instant since the beginning; often the one of a record, or just before it.
  google::protobuf::Timestamp PickInstant(absl::Time begin) {
    const std::int64_t span = absl::ToInt64Microseconds(Now() - begin);
    const std::int64_t micros = std::uniform_int_distribution<std::int64_t>(0, span)(random_);
    absl::Time known_at = begin + absl::Microseconds(micros);
    if (Pick(0, 1) == 0) {
      const auto cluster = std::next(model_.begin(), Pick(0, static_cast<int>(model_.size()) - 1));
      if (!cluster->second.empty()) {
        const auto& versions = cluster->second.at(PickLabel(cluster->second));
        known_at =
            versions[static_cast<std::size_t>(Pick(0, static_cast<int>(versions.size()) - 1))]
                .recorded -
            absl::Microseconds(Pick(0, 1));
      }
    }
    return TimeUtil::MicrosecondsToTimestamp(ToMicros(known_at));
  }
  static absl::Time ToTime(const google::protobuf::Timestamp& timestamp) {
    return FromMicros(TimeUtil::TimestampToMicroseconds(timestamp));
  }

  static v1::RecordLabelEventRequest Event(const std::string& name, LabelEvent::Type type) {
    v1::RecordLabelEventRequest request;
    request.set_name(name);
    request.mutable_event()->set_type(type);
    request.mutable_event()->set_reason("random");
    return request;
  }
  void Expect(const absl::Status& status, const std::string& reason) {
    EXPECT_EQ(ErrorReason(status), reason) << status << " in step " << step_;
    EXPECT_EQ(status.ok(), reason.empty()) << status << " in step " << step_;
    ++outcomes_[reason];
  }

  void Grow() {
    AddEsca();
    for (int i = 0; i < kHistories; ++i) {
      AddCluster("", "c" + std::to_string(i + 100));
      model_["clusters/c" + std::to_string(i + 100)] = {};
    }
    for (step_ = 0; step_ < kHistories * kSteps && !HasFailure(); ++step_) Step();
    // The run means something: everything happened, and was refused, many times.
    for (const char* reason : {kAccepted, "LABEL_OVERLAPS", "LABEL_REVOKED", "LABEL_NOT_SUSPENDED",
                               "LABEL_END_UNKNOWN", "RENEWAL_WINDOW_CLOSED"}) {
      EXPECT_GT(outcomes_[reason], kHistories / 20) << "reason '" << reason << "'";
    }
  }
  std::map<std::string, Labels>::iterator PickCluster() {
    return std::next(model_.begin(), Pick(0, static_cast<int>(model_.size()) - 1));
  }

  void CompareStatuses(absl::Time begin) {
    v1::BatchGetLabelStatusRequest request;
    *request.mutable_known_at() = PickInstant(begin);
    for (int i = 0; i < 1000; ++i) {
      v1::LabelStatusQuestion& question = *request.add_questions();
      question.set_cluster(PickCluster()->first);
      question.set_scheme("labelSchemes/esca");
      question.set_kind(PickKind());
      question.set_on_date(FormatDate(PickDay()));
    }
    const auto response = BatchGetLabelStatus(request);
    ASSERT_THAT(response, wici::testing::IsOk());
    for (int i = 0; i < 1000; ++i) {
      const v1::LabelStatusQuestion& question = request.questions(i);
      const std::string expected =
          StatusOf(model_[question.cluster()], question.kind(), *ParseDate(question.on_date()),
                   ToTime(request.known_at()));
      const v1::GetLabelStatusResponse& status = response->answers(i).status();
      ASSERT_EQ(v1::LabelStatus_Name(status.status()).substr(13), expected)
          << question.ShortDebugString() << " known at " << request.known_at().ShortDebugString();
      ++statuses_[expected];
      if (i == 0) CompareOne(question, request.known_at(), status);
    }
  }
  // One question alone is answered like in a batch.
  void CompareOne(const v1::LabelStatusQuestion& question,
                  const google::protobuf::Timestamp& known_at,
                  const v1::GetLabelStatusResponse& in_batch) {
    v1::GetLabelStatusRequest request;
    request.set_cluster(question.cluster());
    request.set_scheme(question.scheme());
    request.set_kind(question.kind());
    request.set_on_date(question.on_date());
    *request.mutable_known_at() = known_at;
    auto alone = GetLabelStatus(request);
    ASSERT_THAT(alone, wici::testing::IsOk());
    alone->clear_known_at();
    EXPECT_EQ(alone->SerializeAsString(), in_batch.SerializeAsString());
  }

  // ListLabels gives every label as it was believed, with and without a day.
  void CompareLists(absl::Time begin) {
    const auto cluster = PickCluster();
    v1::ListLabelsRequest request;
    request.set_parent(cluster->first);
    request.set_page_size(1000);
    *request.mutable_known_at() = PickInstant(begin);
    const absl::Time known_at = ToTime(request.known_at());
    std::map<std::string, std::pair<std::string, std::string>> expected;
    std::vector<std::string> covering;
    const CivilDay day = PickDay();
    for (const auto& [name, versions] : cluster->second) {
      const Fact* fact = FactAt(versions, known_at);
      if (fact == nullptr) continue;
      expected[name] = {fact->from ? FormatDate(*fact->from) : "",
                        fact->until ? FormatDate(*fact->until) : ""};
      if (StatusOf(*fact, day) != "NOT_VALID") covering.push_back(name);
    }
    std::map<std::string, std::pair<std::string, std::string>> found;
    const auto all = ListLabels(request);
    ASSERT_THAT(all, wici::testing::IsOk());
    for (const v1::Label& label : all->labels()) {
      found[label.name()] = {label.valid_from(), label.valid_until()};
    }
    EXPECT_EQ(found, expected);
    request.set_on_date(FormatDate(day));
    std::vector<std::string> on_day;
    const auto some = ListLabels(request);
    ASSERT_THAT(some, wici::testing::IsOk());
    for (const v1::Label& label : some->labels()) on_day.push_back(label.name());
    EXPECT_EQ(on_day, covering);
  }

  void CompareVersions() {
    const auto cluster = PickCluster();
    if (cluster->second.empty()) return;
    const std::string name = PickLabel(cluster->second);
    v1::ListLabelVersionsRequest request;
    request.set_parent(name);
    request.set_page_size(1000);
    const auto versions = ListLabelVersions(request);
    ASSERT_THAT(versions, wici::testing::IsOk());
    const std::vector<Version>& expected = cluster->second[name];
    ASSERT_EQ(versions->versions_size(), static_cast<int>(expected.size()));
    for (int i = 0; i < versions->versions_size(); ++i) {
      EXPECT_EQ(ToTime(versions->versions(i).label().recorded_from_time()),
                expected[static_cast<std::size_t>(i)].recorded);
      EXPECT_EQ(versions->versions(i).actor(), "users/test");
    }
  }

  std::mt19937_64 random_{kSeed};
  std::map<std::string, Labels> model_;  // by cluster
  std::map<std::string, int> outcomes_;
  std::map<std::string, int> statuses_;
  int step_ = 0;
};
WICI_ON_EVERY_ENGINE(LabelHistoryTest);

TEST_P(LabelHistoryTest, L13_EveryAnswerIsThatOfAModelThatKeepsEveryVersion) {
  const absl::Time begin = Now();
  Grow();
  for (int i = 0; i < 30 && !HasFailure(); ++i) CompareStatuses(begin);
  for (int i = 0; i < 100 && !HasFailure(); ++i) {
    CompareLists(begin);
    CompareVersions();
  }
  for (const char* status : {"VALID", "UNKNOWN", "NOT_VALID"}) EXPECT_GT(statuses_[status], 500);
}

}  // namespace
}  // namespace wici::cluster_registry
