#include "services/cluster_registry/labels/status/label_status_handlers.h"

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/error.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/cluster_rules/publication.h"
#include "services/cluster_registry/clusters/visibility.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/labels/label_policy.h"
#include "services/cluster_registry/labels/label_status.h"
#include "services/cluster_registry/labels/status/label_facts.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::util::TimeUtil;

// What GetLabelStatus and each question of a batch have in common.
template <class Question>
void ValidateQuestion(const std::string& path, const Question& question, Violations& violations) {
  violations.RequireResourceName(path + "cluster", question.cluster(), "clusters/*");
  violations.RequireResourceName(path + "scheme", question.scheme(), "labelSchemes/*");
  violations.RequireText(path + "kind", question.kind(), 64);
  violations.RequireDate(path + "on_date", question.on_date());
}

// The status, of which known_at is left to the caller. INVALID_ARGUMENT for a kind that is not one
// of the scheme.
template <class Question>
absl::Status Answer(const Question& question, const v1::LabelScheme& scheme,
                    absl::Span<const v1::Label> labels, bool accept_derived,
                    absl::CivilDay known_on, v1::GetLabelStatusResponse& status) {
  if (FindKind(scheme, question.kind()) == nullptr) {
    return InvalidArgumentError(kDomain, {{"kind", "not a kind of the scheme"}});
  }
  FillStatus(
      JudgeKind(scheme, labels, question.kind(), *ParseDate(question.on_date()), accept_derived),
      known_on, status);
  return absl::OkStatus();
}

absl::Status AnswerFrom(const ManyLabelFacts& facts, const Principal& principal,
                        const v1::LabelStatusQuestion& question, bool accept_derived,
                        absl::CivilDay known_on, v1::GetLabelStatusResponse& status) {
  const auto labels = facts.labels.find(question.cluster());
  if (labels == facts.labels.end() || !MaySee(principal, facts.clusters.at(question.cluster()))) {
    return NotFoundError(question.cluster());
  }
  const auto scheme = facts.schemes.find(question.scheme());
  if (scheme == facts.schemes.end()) return NotFoundError(question.scheme());
  return Answer(question, scheme->second, labels->second, accept_derived, known_on, status);
}

// The instant an answer is as known at, as it is shown.
absl::Time Shown(absl::Time known_at, const Clock& clock) {
  return known_at == kPresent ? clock.Now() : known_at;
}
absl::CivilDay KnownOn(absl::Time time) { return absl::ToCivilDay(time, absl::UTCTimeZone()); }

absl::Status ValidateStatusRequest(const v1::GetLabelStatusRequest& request, const Clock& clock,
                                   absl::Time& known_at) {
  Violations violations;
  ValidateQuestion("", request, violations);
  known_at = ParseKnownAt(request.known_at(), request.has_known_at(), clock, violations);
  return violations.ToStatus(kDomain);
}

// Of what is kept for a question, which is valid: only the last part may have a space. The answer
// goes by the day on which it is given, too (FillStatus).
std::string KeyOfStatus(const v1::GetLabelStatusRequest& request, absl::CivilDay known_on) {
  return absl::StrCat(request.cluster(), " ", request.scheme(), " ", request.on_date(), " ",
                      request.accept_derived() ? 1 : 0, " ", known_on - absl::CivilDay(), " ",
                      request.kind());
}

absl::Status ValidateBatch(const v1::BatchGetLabelStatusRequest& request, const Clock& clock,
                           absl::Time& known_at) {
  Violations violations;
  violations.RequireRange("questions", request.questions_size(), 1, kBatchSizeMax);
  for (int i = 0; i < request.questions_size() && i < static_cast<int>(kBatchSizeMax); ++i) {
    ValidateQuestion(absl::StrCat("questions[", i, "]."), request.questions(i), violations);
  }
  known_at = ParseKnownAt(request.known_at(), request.has_known_at(), clock, violations);
  return violations.ToStatus(kDomain);
}

}  // namespace

void LabelStatusHandlers::Register(rpc::Service& service) {
  service.Cached("GetLabelStatus", this, &LabelStatusHandlers::FindLabelStatus,
                 &LabelStatusHandlers::GetLabelStatus);
  service.Pooled("BatchGetLabelStatus", this, &LabelStatusHandlers::BatchGetLabelStatus);
}

rpc::Serialized<v1::GetLabelStatusResponse> LabelStatusHandlers::FindLabelStatus(
    const rpc::Context& context, const v1::GetLabelStatusRequest& request) {
  absl::Time known_at;
  const absl::Status valid = ValidateStatusRequest(request, environment_.clock, known_at);
  if (!valid.ok() || known_at != kPresent) return {};
  const absl::Time shown = Shown(known_at, environment_.clock);
  const std::shared_ptr<const KeptStatus> kept =
      cache_.Find(KeyOfStatus(request, KnownOn(shown)), context.seen);
  if (kept == nullptr) return {};
  return AnswerTo(*kept, context.principal, request.cluster(), shown);
}

absl::StatusOr<rpc::Serialized<v1::GetLabelStatusResponse>> LabelStatusHandlers::GetLabelStatus(
    const rpc::Context& context, const v1::GetLabelStatusRequest& request) {
  absl::Time known_at;
  WICI_RETURN_IF_ERROR(ValidateStatusRequest(request, environment_.clock, known_at));
  const absl::Time shown = Shown(known_at, environment_.clock);
  const auto load = [&] { return LoadStatus(context, request, known_at, shown); };
  std::shared_ptr<const KeptStatus> kept;
  if (known_at == kPresent) {
    WICI_ASSIGN_OR_RETURN(kept,
                          cache_.Get(KeyOfStatus(request, KnownOn(shown)), context.seen, load));
  } else {
    WICI_ASSIGN_OR_RETURN(feed::Loaded<KeptStatus> loaded, load());
    kept = std::move(loaded.value);
  }
  auto answer = AnswerTo(*kept, context.principal, request.cluster(), shown);
  if (!answer) return NotFoundError(request.cluster());
  return answer;
}

absl::StatusOr<feed::Loaded<LabelStatusHandlers::KeptStatus>> LabelStatusHandlers::LoadStatus(
    const rpc::Context& context, const v1::GetLabelStatusRequest& request, absl::Time known_at,
    absl::Time shown) {
  LabelFacts facts;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(facts,
                          ReadLabelFacts(reader, request.cluster(), request.scheme(), known_at));
    return absl::OkStatus();
  }));
  v1::GetLabelStatusResponse status;
  const absl::Status judged =
      Answer(request, facts.scheme, facts.labels, request.accept_derived(), KnownOn(shown), status);
  if (!judged.ok()) {
    // What is wrong with the question is no business of who may not see the cluster.
    return MaySee(context.principal, facts.cluster) ? judged : NotFoundError(request.cluster());
  }
  auto kept = std::make_shared<const KeptStatus>(
      KeptStatus{ExposureOf(facts.cluster), status.SerializeAsString()});
  const std::size_t bytes = sizeof(KeptStatus) + kept->status.size();
  return feed::Loaded<KeptStatus>{std::move(kept), std::move(facts.sources), bytes};
}

std::vector<std::string> LabelStatusHandlers::KeptStatus::Encode(const KeptStatus& kept) {
  if (kept.exposure == v1::VISIBILITY_INTERNAL) return {};
  return {v1::Visibility_Name(kept.exposure), kept.status};
}

std::shared_ptr<const LabelStatusHandlers::KeptStatus> LabelStatusHandlers::KeptStatus::Decode(
    const std::vector<std::string>& parts) {
  KeptStatus kept;
  if (parts.size() != 2 || !v1::Visibility_Parse(parts[0], &kept.exposure)) return nullptr;
  kept.status = parts[1];
  return std::make_shared<const KeptStatus>(std::move(kept));
}

rpc::Serialized<v1::GetLabelStatusResponse> LabelStatusHandlers::AnswerTo(
    const KeptStatus& kept, const Principal& principal, const std::string& cluster,
    absl::Time shown) {
  if (kept.exposure > CircleOf(principal, cluster)) return {};
  v1::GetLabelStatusResponse known;
  *known.mutable_known_at() = TimeUtil::MicrosecondsToTimestamp(ToMicros(shown));
  // The bytes of two messages after each other are those of the two merged.
  std::string bytes;
  bytes.reserve(kept.status.size() + known.ByteSizeLong());
  bytes += kept.status;
  known.AppendToString(&bytes);
  return rpc::Serialized<v1::GetLabelStatusResponse>(std::move(bytes));
}

absl::Status LabelStatusHandlers::BatchGetLabelStatus(const rpc::Context& context,
                                                      const v1::BatchGetLabelStatusRequest& request,
                                                      v1::BatchGetLabelStatusResponse& response) {
  absl::Time known_at;
  WICI_RETURN_IF_ERROR(ValidateBatch(request, environment_.clock, known_at));
  const absl::Time shown = Shown(known_at, environment_.clock);
  std::set<std::string> clusters;
  std::set<std::string> schemes;
  for (const v1::LabelStatusQuestion& question : request.questions()) {
    clusters.insert(question.cluster());
    schemes.insert(question.scheme());
  }
  ManyLabelFacts facts;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(facts, ReadManyLabelFacts(reader, clusters, schemes, known_at));
    return absl::OkStatus();
  }));
  for (const v1::LabelStatusQuestion& question : request.questions()) {
    v1::GetLabelStatusResponse status;
    v1::LabelStatusAnswer& answer = *response.add_answers();
    const absl::Status error = AnswerFrom(facts, context.principal, question,
                                          request.accept_derived(), KnownOn(shown), status);
    if (error.ok()) {
      *answer.mutable_status() = std::move(status);
      continue;
    }
    answer.mutable_refusal()->set_code(static_cast<int>(error.code()));
    answer.mutable_refusal()->set_reason(ErrorReason(error));
    answer.mutable_refusal()->set_message(std::string(error.message()));
  }
  *response.mutable_known_at() = TimeUtil::MicrosecondsToTimestamp(ToMicros(shown));
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
