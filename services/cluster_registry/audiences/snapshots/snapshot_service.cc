#include "services/cluster_registry/audiences/snapshots/snapshot_service.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/audiences/audience_scan.h"
#include "services/cluster_registry/audiences/audience_world.h"
#include "services/cluster_registry/audiences/snapshots/snapshot_diff.h"
#include "services/cluster_registry/audiences/snapshots/snapshot_store.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::util::TimeUtil;

constexpr std::string_view kSnapshotPattern = "audienceSnapshots/*";
constexpr std::string_view kRowPattern = "audienceSnapshots/*/rows/*";

absl::Status Validate(const v1::CreateAudienceSnapshotRequest& request, const Clock& clock) {
  const v1::AudienceSnapshot& snapshot = request.audience_snapshot();
  Violations violations;
  if (!request.audience_snapshot_id().empty()) {
    violations.RequireId("audience_snapshot_id", request.audience_snapshot_id());
  }
  violations.OptionalText("audience_snapshot.display_name", snapshot.display_name(),
                          kTitleBytesMax);
  ValidateRule("audience_snapshot.rule", snapshot.rule(), violations);
  violations.RequireDate("audience_snapshot.on_date", snapshot.on_date());
  ParseKnownAt(snapshot.known_at(), snapshot.has_known_at(), clock, violations);
  if (!v1::UnknownPolicy_IsValid(snapshot.unknown_policy())) {
    violations.Add("audience_snapshot.unknown_policy", "not a known value");
  }
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::ResolveAudienceReviewRequest& request) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), kRowPattern);
  RequireEnum("decision", request.decision(),
              v1::AudienceSnapshotRow::Decision_IsValid(request.decision()), violations);
  violations.RequireText("reason", request.reason(), kTitleBytesMax);
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

// Moves a row from where it was counted to where `decision` puts it.
void Count(v1::AudienceSnapshotRow::Decision decision, int by, v1::AudienceSnapshot& snapshot) {
  switch (decision) {
    case v1::AudienceSnapshotRow::DECISION_INCLUDE:
      return snapshot.set_included_count(snapshot.included_count() + by);
    case v1::AudienceSnapshotRow::DECISION_EXCLUDE:
      return snapshot.set_excluded_count(snapshot.excluded_count() + by);
    default:
      return snapshot.set_pending_count(snapshot.pending_count() + by);
  }
}

// A page of the rows of a snapshot, which exists.
template <class Request, class Response>
absl::Status ListRows(const Environment& environment, const rpc::Context& context,
                      const Request& request, bool pending, Response& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kSnapshotPattern);
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::AudienceSnapshotRow> rows;
  WICI_RETURN_IF_ERROR(environment.store.Read(context.deadline, [&](Reader& reader) {
    WICI_RETURN_IF_ERROR(ReadSnapshot(reader, request.parent()).status());
    WICI_ASSIGN_OR_RETURN(rows,
                          ReadSnapshotRows(reader, request.parent(), pending, ToKeyset(page)));
    return absl::OkStatus();
  }));
  FillPage(request, page, std::move(rows), *response.mutable_rows(),
           *response.mutable_next_page_token());
  return absl::OkStatus();
}

}  // namespace

void SnapshotService::Register(rpc::Service& service) {
  service.Pooled("CreateAudienceSnapshot", this, &SnapshotService::CreateAudienceSnapshot);
  service.Pooled("GetAudienceSnapshot", this, &SnapshotService::GetAudienceSnapshot);
  service.Pooled("ListAudienceSnapshots", this, &SnapshotService::ListAudienceSnapshots);
  service.Pooled("DeleteAudienceSnapshot", this, &SnapshotService::DeleteAudienceSnapshot);
  service.Pooled("ListAudienceSnapshotRows", this, &SnapshotService::ListAudienceSnapshotRows);
  service.Pooled("ListAudienceReviews", this, &SnapshotService::ListAudienceReviews);
  service.Pooled("ResolveAudienceReview", this, &SnapshotService::ResolveAudienceReview);
  service.Pooled("DiffAudience", this, &SnapshotService::DiffAudience);
}

absl::Status SnapshotService::Evaluate(const rpc::Context& context, v1::AudienceSnapshot& snapshot,
                                       std::vector<v1::AudienceRow>& rows) {
  const bool past = snapshot.has_known_at();
  const absl::Time known_at =
      past ? FromMicros(TimeUtil::TimestampToMicroseconds(snapshot.known_at())) : kPresent;
  return environment_.store.Read(context.deadline, [&](Reader& reader) -> absl::Status {
    rows.clear();
    ReadWorld read;
    WICI_RETURN_IF_ERROR(ReadWorldOf(reader, regions_, "audience_snapshot.rule", snapshot.rule(),
                                     *ParseDate(snapshot.on_date()), known_at, read));
    *snapshot.mutable_known_at() =
        TimeUtil::MicrosecondsToTimestamp(ToMicros(ShownAt(known_at, environment_.clock)));
    AudienceScan scan(reader, {snapshot.rule(), read.world, known_at, snapshot.unknown_policy()});
    WICI_RETURN_IF_ERROR(scan.RunToEnd([&](v1::AudienceRow& row) {
      if (rows.size() == static_cast<std::size_t>(rows_max_)) return false;
      rows.push_back(std::move(row));
      return true;
    }));
    *snapshot.mutable_counts() = scan.counts();
    return scan.done() ? absl::OkStatus() : AudienceTooLargeError(rows_max_);
  });
}

// The evaluation runs before the transaction that writes, which would block others meanwhile; it is
// itself the moment that is frozen.
absl::Status SnapshotService::CreateAudienceSnapshot(
    const rpc::Context& context, const v1::CreateAudienceSnapshotRequest& request,
    v1::AudienceSnapshot& response) {
  WICI_RETURN_IF_ERROR(Validate(request, environment_.clock));
  const Mutation mutation = MakeMutation(environment_, context, request, request.request_id());
  WICI_ASSIGN_OR_RETURN(const bool answered, environment_.store.FindAnswer(mutation, response));
  if (answered) return absl::OkStatus();
  v1::AudienceSnapshot snapshot = request.audience_snapshot();
  snapshot.set_name(absl::StrCat("audienceSnapshots/", request.audience_snapshot_id().empty()
                                                           ? environment_.ids.NewId()
                                                           : request.audience_snapshot_id()));
  snapshot.set_creator(context.principal.id);
  snapshot.set_included_count(0);
  snapshot.set_excluded_count(0);
  std::vector<v1::AudienceRow> rows;
  WICI_RETURN_IF_ERROR(Evaluate(context, snapshot, rows));
  if (rows.empty() && !request.allow_empty()) {
    return AudienceEmptyError(snapshot.counts().contacts_examined());
  }
  snapshot.set_pending_count(
      static_cast<int>(std::count_if(rows.begin(), rows.end(), [](const v1::AudienceRow& row) {
        return row.outcome() == v1::AudienceRow::OUTCOME_REVIEW;
      })));
  return environment_.store.Write(mutation, response, [&](Writer& writer) {
    response = snapshot;
    return InsertSnapshot(writer, response, rows);
  });
}

absl::Status SnapshotService::GetAudienceSnapshot(const rpc::Context& context,
                                                  const v1::GetAudienceSnapshotRequest& request,
                                                  v1::AudienceSnapshot& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), kSnapshotPattern);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(response, ReadSnapshot(reader, request.name()));
    return absl::OkStatus();
  });
}

absl::Status SnapshotService::ListAudienceSnapshots(const rpc::Context& context,
                                                    const v1::ListAudienceSnapshotsRequest& request,
                                                    v1::ListAudienceSnapshotsResponse& response) {
  Violations violations;
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::AudienceSnapshot> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(rows, ReadSnapshots(reader, ToKeyset(page)));
    return absl::OkStatus();
  }));
  FillPage(request, page, std::move(rows), *response.mutable_audience_snapshots(),
           *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status SnapshotService::DeleteAudienceSnapshot(
    const rpc::Context& context, const v1::DeleteAudienceSnapshotRequest& request,
    google::protobuf::Empty& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), kSnapshotPattern);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(const v1::AudienceSnapshot snapshot,
                              ReadSnapshot(writer, request.name()));
        WICI_RETURN_IF_ERROR(CheckEtag(request.name(), request.etag(), snapshot.etag()));
        return RemoveSnapshot(writer, request.name());
      });
}

absl::Status SnapshotService::ListAudienceSnapshotRows(
    const rpc::Context& context, const v1::ListAudienceSnapshotRowsRequest& request,
    v1::ListAudienceSnapshotRowsResponse& response) {
  return ListRows(environment_, context, request, false, response);
}

absl::Status SnapshotService::ListAudienceReviews(const rpc::Context& context,
                                                  const v1::ListAudienceReviewsRequest& request,
                                                  v1::ListAudienceReviewsResponse& response) {
  return ListRows(environment_, context, request, true, response);
}

absl::Status SnapshotService::ResolveAudienceReview(const rpc::Context& context,
                                                    const v1::ResolveAudienceReviewRequest& request,
                                                    v1::AudienceSnapshotRow& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(response, ReadSnapshotRow(writer, request.name()));
        WICI_RETURN_IF_ERROR(CheckEtag(request.name(), request.etag(), response.etag()));
        if (response.row().outcome() != v1::AudienceRow::OUTCOME_REVIEW) {
          return AudienceRowNotForReviewError(request.name());
        }
        WICI_ASSIGN_OR_RETURN(v1::AudienceSnapshot snapshot,
                              ReadSnapshot(writer, ClusterOf(request.name())));
        Count(response.decision(), -1, snapshot);
        Count(request.decision(), 1, snapshot);
        response.set_decision(request.decision());
        response.set_reason(request.reason());
        response.set_reviewer(context.principal.id);
        return SaveDecision(writer, snapshot, response);
      });
}

absl::Status SnapshotService::DiffAudience(const rpc::Context& context,
                                           const v1::DiffAudienceRequest& request,
                                           v1::DiffAudienceResponse& response) {
  Violations violations;
  violations.RequireResourceName("snapshot", request.snapshot(), kSnapshotPattern);
  const rpc::Page page = rpc::ParsePage(request, violations);
  const absl::Time known_at =
      ParseKnownAt(request.known_at(), request.has_known_at(), environment_.clock, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const DiffPosition begin = DiffPositionOf(page, known_at);
  return environment_.store.Read(context.deadline, [&](Reader& reader) -> absl::Status {
    response.Clear();
    WICI_ASSIGN_OR_RETURN(const v1::AudienceSnapshot snapshot,
                          ReadSnapshot(reader, request.snapshot()));
    ReadWorld read;
    WICI_RETURN_IF_ERROR(ReadWorldOf(reader, regions_, "rule", snapshot.rule(),
                                     *ParseDate(snapshot.on_date()), begin.known_at, read));
    const absl::Time shown_at = ShownAt(begin.known_at, environment_.clock);
    SnapshotDiff diff(reader, snapshot, read.world, begin);
    WICI_RETURN_IF_ERROR(diff.Run(static_cast<std::size_t>(page.size), response));
    *response.mutable_known_at() = TimeUtil::MicrosecondsToTimestamp(ToMicros(shown_at));
    if (!diff.done()) {
      response.set_next_page_token(rpc::MakePageToken(request, diff.Token(shown_at)));
    }
    return absl::OkStatus();
  });
}

}  // namespace wici::cluster_registry
