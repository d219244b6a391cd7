#include "services/cluster_registry/audiences/audience_service.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/audiences/audience_scan.h"
#include "services/cluster_registry/audiences/audience_world.h"
#include "services/cluster_registry/errors.h"

namespace wici::cluster_registry {
namespace {

// Of one page; a dry run looks at all of them.
constexpr int kClustersOfPageMax = 10'000;

// Where the next page begins, and what the pages before it have found.
struct Continuation {
  absl::Time known_at;
  ScanPosition position;
  v1::AudienceCounts counts;
};

std::vector<std::string> ToToken(const Continuation& next) {
  const v1::AudienceCounts& counts = next.counts;
  return {absl::StrCat(ToMicros(next.known_at)), next.position.range, next.position.cluster,
          next.position.contact,
          absl::StrCat(counts.contacts_examined(), ",", counts.matched(), ",", counts.unknown(),
                       ",", counts.contacts_not_matched(), ",", counts.contacts_merged())};
}

// nullopt for the first page. A token is one of this query, so its parts are as they were written.
std::optional<Continuation> FromToken(const rpc::Page& page) {
  std::int64_t micros = 0;
  if (page.after.size() != 5 || !absl::SimpleAtoi(page.after[0], &micros)) return std::nullopt;
  Continuation found{
      .known_at = FromMicros(micros),
      .position = {.range = page.after[1], .cluster = page.after[2], .contact = page.after[3]},
      .counts = {}};
  std::vector<std::int32_t> counts;
  for (const auto& text : absl::StrSplit(page.after[4], ',')) {
    if (!absl::SimpleAtoi(text, &counts.emplace_back())) return std::nullopt;
  }
  if (counts.size() != 5) return std::nullopt;
  found.counts.set_contacts_examined(counts[0]);
  found.counts.set_matched(counts[1]);
  found.counts.set_unknown(counts[2]);
  found.counts.set_contacts_not_matched(counts[3]);
  found.counts.set_contacts_merged(counts[4]);
  return found;
}

absl::Status RegionsChangedError() {
  Violations violations;
  violations.Add("page_token", "what the rule is about has changed; start again without it");
  return violations.ToStatus(kDomain);
}

// As many clusters as a page may need: each has a matching contact as a rule, few are merged.
int FirstBatchOf(const rpc::Page& page) { return page.size + page.size / 8 + 1; }

// `known_at` is kPresent or an instant of the past; later pages continue as known at `shown_at`.
absl::Status AnswerPage(Reader& reader, const v1::EvaluateAudienceRequest& request,
                        const World& world, const std::optional<Continuation>& before,
                        const rpc::Page& page, absl::Time known_at, absl::Time shown_at,
                        v1::EvaluateAudienceResponse& response) {
  AudienceScan scan(reader, {request.rule(), world, known_at, request.unknown_policy()});
  if (before && !scan.Seek(before->position)) return RegionsChangedError();
  const auto take = [&](v1::AudienceRow& row) {
    if (response.rows_size() == page.size) return false;
    *response.add_rows() = std::move(row);
    return true;
  };
  const ScanBounds bounds{.clusters_max = kClustersOfPageMax, .first_batch = FirstBatchOf(page)};
  WICI_RETURN_IF_ERROR(request.counts_only() ? scan.RunToEnd(nullptr) : scan.Run(bounds, take));
  v1::AudienceCounts& counts = *response.mutable_counts();
  if (before) counts = before->counts;
  AddCounts(scan.counts(), counts);
  for (const std::string& cluster : scan.clusters_without_contact()) {
    response.add_clusters_without_contact(cluster);
  }
  if (!scan.done()) {
    response.set_next_page_token(rpc::MakePageToken(
        request, ToToken({.known_at = shown_at, .position = scan.position(), .counts = counts})));
  }
  *response.mutable_known_at() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(ToMicros(shown_at));
  return absl::OkStatus();
}

}  // namespace

void AudienceService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.cluster_registry.v1.AudienceService");
  service.Pooled("EvaluateAudience", this, &AudienceService::EvaluateAudience);
  snapshots_.Register(service);
}

absl::Status AudienceService::EvaluateAudience(const rpc::Context& context,
                                               const v1::EvaluateAudienceRequest& request,
                                               v1::EvaluateAudienceResponse& response) {
  Violations violations;
  ValidateRule("rule", request.rule(), violations);
  violations.RequireDate("on_date", request.on_date());
  const rpc::Page page = rpc::ParsePage(request, violations);
  absl::Time known_at =
      ParseKnownAt(request.known_at(), request.has_known_at(), environment_.clock, violations);
  if (!v1::UnknownPolicy_IsValid(request.unknown_policy())) {
    violations.Add("unknown_policy", "not a known value");
  }
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const std::optional<Continuation> before = FromToken(page);
  if (!request.has_known_at() && before) known_at = before->known_at;
  return environment_.store.Read(context.deadline, [&](Reader& reader) {
    response.Clear();
    ReadWorld read;
    WICI_RETURN_IF_ERROR(ReadWorldOf(reader, regions_, "rule", request.rule(),
                                     *ParseDate(request.on_date()), known_at, read));
    return AnswerPage(reader, request, read.world, before, page, known_at,
                      ShownAt(known_at, environment_.clock), response);
  });
}

}  // namespace wici::cluster_registry
