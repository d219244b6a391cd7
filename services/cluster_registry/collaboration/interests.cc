#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/collaboration/collaboration_service.h"
#include "services/cluster_registry/collaboration/rules/validate_item.h"
#include "services/cluster_registry/collaboration/store/item_store.h"
#include "services/cluster_registry/collaboration/viewing.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {
namespace {

using Item = v1::CollaborationItem;
using v1::Interest;

constexpr std::string_view kInterestPattern = "clusters/*/collaborationItems/*/interests/*";

// Invariant I1, "owner must be active", of the item and of who is interested.
absl::Status CheckParties(Reader& reader, const Item& item, const std::string& interested,
                          absl::Time now) {
  const std::string owner = OwnerOf(item);
  if (interested == owner || interested == ClusterOf(item.name())) {
    return InterestInOwnItemError(item.name());
  }
  WICI_ASSIGN_OR_RETURN(const Owners owners, ReadOwners(reader, {owner, interested}));
  if (owners.clusters.count(interested) == 0 && owners.members.count(interested) == 0) {
    Violations violations;
    violations.Add("interest.interested", "no such cluster or member");
    return violations.ToStatus(kDomain);
  }
  const absl::CivilDay today = absl::ToCivilDay(now, absl::UTCTimeZone());
  for (const std::string& party : {owner, interested}) {
    if (!IsActive(owners, party, today)) return OwnerNotActiveError(party);
  }
  return absl::OkStatus();
}

// One at a time; one that was never answered makes room.
absl::Status CheckNoOther(Writer& writer, const std::string& item, const std::string& interested) {
  WICI_ASSIGN_OR_RETURN(const std::optional<Interest> other,
                        FindLiveInterest(writer, item, interested, writer.now()));
  if (other) {
    if (other->state() != Interest::STATE_EXPIRED) return InterestExistsError(other->name());
    WICI_RETURN_IF_ERROR(ExpireInterest(writer, other->name()));
  }
  WICI_ASSIGN_OR_RETURN(const std::vector<Interest> live,
                        ReadLiveInterests(writer, item, writer.now(), kLiveInterestsMax));
  return live.size() < kLiveInterestsMax ? absl::OkStatus() : InterestsFullError(item);
}

absl::StatusOr<Interest> LockInterest(Writer& writer, const std::string& name,
                                      const std::string& etag, bool deleted_too) {
  WICI_RETURN_IF_ERROR(LockCluster(writer, ClusterOf(name), deleted_too).status());
  WICI_ASSIGN_OR_RETURN(Interest interest, ReadInterest(writer, name, writer.now()));
  WICI_RETURN_IF_ERROR(CheckEtag(name, etag, interest.etag()));
  return interest;
}

absl::Status AdvanceInterest(InterestAction action, Interest& interest) {
  const std::optional<Interest::State> next = NextState(interest.state(), action);
  if (!next) return InterestClosedError(interest.name(), Interest::State_Name(interest.state()));
  interest.set_state(*next);
  return absl::OkStatus();
}

absl::Status ValidateInterestName(std::string_view name, std::string_view request_id) {
  Violations violations;
  violations.RequireResourceName("name", name, kInterestPattern);
  violations.RequestId("request_id", request_id);
  return violations.ToStatus(kDomain);
}

}  // namespace

absl::Status CollaborationService::CreateInterest(const rpc::Context& context,
                                                  const v1::CreateInterestRequest& request,
                                                  Interest& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kItemPattern);
  ValidateInterest("interest", request.interest(), violations);
  const absl::Duration ttl = ParseRequestTtl(request, violations);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const std::string id = environment_.ids.NewId();
  const std::string& interested = request.interest().interested();
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(const View view, ReadView(writer, context.principal));
        WICI_ASSIGN_OR_RETURN(const Item item, ReadItem(writer, request.parent(), writer.now()));
        // Who could see it while it was open may learn that it is too late.
        const bool expired = item.state() == Item::STATE_EXPIRED;
        Item open = item;
        if (expired) open.set_state(Item::STATE_OPEN);
        if (!view.MaySee(open)) return NotFoundError(request.parent());
        WICI_RETURN_IF_ERROR(LockCluster(writer, ClusterOf(item.name()), false).status());
        if (expired) return ItemExpiredError(item.name(), item.valid_until());
        if (!NextState(item.state(), ItemAction::kAttract)) {
          return ItemStateError(item.name(), Item::State_Name(item.state()));
        }
        WICI_RETURN_IF_ERROR(CheckParties(writer, item, interested, writer.now()));
        WICI_RETURN_IF_ERROR(CheckNoOther(writer, item.name(), interested));
        response = request.interest();
        response.set_name(absl::StrCat(item.name(), "/interests/", id));
        response.set_state(Interest::STATE_NEW);
        response.clear_outcome();
        *response.mutable_expire_time() = ToTimestamp(ToMicros(writer.now() + ttl));
        return InsertInterest(writer, response);
      });
}

absl::Status CollaborationService::ListInterests(const rpc::Context& context,
                                                 const v1::ListInterestsRequest& request,
                                                 v1::ListInterestsResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kItemPattern);
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const absl::Time now = environment_.clock.Now();
  std::vector<Interest> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_RETURN_IF_ERROR(ReadItem(reader, request.parent(), now).status());
    WICI_ASSIGN_OR_RETURN(rows, ReadInterests(reader, request.parent(), now, ToKeyset(page)));
    return absl::OkStatus();
  }));
  FillPage(request, page, std::move(rows), *response.mutable_interests(),
           *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status CollaborationService::ListExpressedInterests(
    const rpc::Context& context, const v1::ListExpressedInterestsRequest& request,
    v1::ListExpressedInterestsResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "clusters/*");
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const absl::Time now = environment_.clock.Now();
  std::vector<Interest> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_RETURN_IF_ERROR(ReadCluster(reader, request.parent()).status());
    WICI_ASSIGN_OR_RETURN(rows,
                          ReadExpressedInterests(reader, request.parent(), now, ToKeyset(page)));
    return absl::OkStatus();
  }));
  FillPage(request, page, std::move(rows), *response.mutable_interests(),
           *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status CollaborationService::AnswerInterest(const rpc::Context& context,
                                                  const v1::AnswerInterestRequest& request,
                                                  Interest& response) {
  WICI_RETURN_IF_ERROR(ValidateInterestName(request.name(), request.request_id()));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(response,
                              LockInterest(writer, request.name(), request.etag(), false));
        WICI_RETURN_IF_ERROR(AdvanceInterest(
            request.accept() ? InterestAction::kAccept : InterestAction::kDecline, response));
        return SaveInterest(writer, response,
                            request.accept() ? "interest.accepted" : "interest.declined");
      });
}

absl::Status CollaborationService::WithdrawInterest(const rpc::Context& context,
                                                    const v1::WithdrawInterestRequest& request,
                                                    Interest& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), kInterestPattern);
  if (!MatchesResourcePattern(request.interested(), "clusters/*")) {
    violations.RequireResourceName("interested", request.interested(), "clusters/*/members/*");
  }
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(response, LockInterest(writer, request.name(), "", true));
        // The scope that was authorised is what the request says.
        if (response.interested() != request.interested()) return NotFoundError(request.name());
        WICI_RETURN_IF_ERROR(CheckEtag(request.name(), request.etag(), response.etag()));
        WICI_RETURN_IF_ERROR(AdvanceInterest(InterestAction::kWithdraw, response));
        return SaveInterest(writer, response, "interest.withdrawn");
      });
}

absl::Status CollaborationService::RecordInterestOutcome(
    const rpc::Context& context, const v1::RecordInterestOutcomeRequest& request,
    Interest& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), kInterestPattern);
  if (request.outcome() == Interest::OUTCOME_UNSPECIFIED ||
      !Interest::Outcome_IsValid(request.outcome())) {
    violations.Add("outcome", "required, a known value");
  }
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(response, LockInterest(writer, request.name(), request.etag(), true));
        WICI_RETURN_IF_ERROR(AdvanceInterest(InterestAction::kRecordOutcome, response));
        response.set_outcome(request.outcome());
        return SaveInterest(writer, response, "interest.outcome_recorded");
      });
}

}  // namespace wici::cluster_registry
