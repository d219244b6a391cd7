#include "services/cluster_registry/collaboration/collaboration_service.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/etag.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/collaboration/rules/validate_item.h"
#include "services/cluster_registry/collaboration/store/item_store.h"
#include "services/cluster_registry/collaboration/viewing.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/members/member_store.h"
#include "services/cluster_registry/regions/region_store.h"

namespace wici::cluster_registry {
namespace {

using Item = v1::CollaborationItem;

constexpr std::string_view kEveryCluster = "clusters/-";
constexpr int kChunksMax = 5;  // read for one page of a caller who sees little

absl::Status ValidateItemName(std::string_view name, std::string_view request_id) {
  Violations violations;
  violations.RequireResourceName("name", name, kItemPattern);
  violations.RequestId("request_id", request_id);
  return violations.ToStatus(kDomain);
}

// Everything of `item` that the contract asks, with what it names.
absl::Status CheckItem(Reader& reader, const Item& item, Violations& violations) {
  const std::string field = "collaboration_item";
  ValidateItem(field, ClusterOf(item.name()), item, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  if (!item.owner().empty()) {
    const absl::Status found = ReadMember(reader, item.owner()).status();
    if (absl::IsNotFound(found)) {
      violations.Add(field + ".owner", "no such member");
    } else {
      WICI_RETURN_IF_ERROR(found);
    }
  }
  for (int i = 0; i < item.regions_sought_size(); ++i) {
    WICI_RETURN_IF_ERROR(CheckRegion(reader, absl::StrCat(field, ".regions_sought[", i, "]"),
                                     item.regions_sought(i), violations));
  }
  for (int i = 0; i < item.visible_in_regions_size(); ++i) {
    WICI_RETURN_IF_ERROR(CheckRegion(reader, absl::StrCat(field, ".visible_in_regions[", i, "]"),
                                     item.visible_in_regions(i), violations));
  }
  return violations.ToStatus(kDomain);
}

// The item, locked with its cluster, at the version asked for, after `action`.
absl::StatusOr<Item> AdvanceItem(Writer& writer, std::string_view name, std::string_view etag,
                                 ItemAction action) {
  WICI_RETURN_IF_ERROR(LockCluster(writer, ClusterOf(name), false).status());
  WICI_ASSIGN_OR_RETURN(Item item, ReadItem(writer, name, writer.now()));
  WICI_RETURN_IF_ERROR(CheckEtag(name, etag, item.etag()));
  const std::optional<Item::State> next = NextState(item.state(), action);
  if (!next) return ItemStateError(name, Item::State_Name(item.state()));
  item.set_state(*next);
  return item;
}

// What waits for an answer is declined; what was accepted stays.
absl::Status DeclineWaiting(Writer& writer, std::string_view item) {
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Interest> live,
                        ReadLiveInterests(writer, item, writer.now(), kLiveInterestsMax));
  for (v1::Interest& interest : live) {
    if (interest.state() == v1::Interest::STATE_EXPIRED) {
      WICI_RETURN_IF_ERROR(ExpireInterest(writer, interest.name()));
    } else if (const auto next = NextState(interest.state(), InterestAction::kDecline)) {
      interest.set_state(*next);
      WICI_RETURN_IF_ERROR(SaveInterest(writer, interest, "interest.declined"));
    }
  }
  return absl::OkStatus();
}

// A page of what `view` lets see, and where the next one begins; "" at the end.
struct ItemPage {
  std::vector<Item> rows;
  std::string next_after;
};

absl::StatusOr<ItemPage> ReadPage(Reader& reader, const ItemFilter& filter, const View& view,
                                  absl::Time now, const rpc::Page& page) {
  const std::size_t size = static_cast<std::size_t>(page.size);
  Keyset keyset = ToKeyset(page);
  ItemPage result;
  for (int chunk = 0; chunk < kChunksMax; ++chunk) {
    WICI_ASSIGN_OR_RETURN(std::vector<Item> rows, ReadItems(reader, filter, now, keyset));
    for (Item& row : rows) {
      if (result.rows.size() == size) {
        result.next_after = keyset.after;
        return result;
      }
      keyset.after = row.name();
      if (view.MaySee(row)) result.rows.push_back(std::move(row));
    }
    if (rows.size() < static_cast<std::size_t>(keyset.limit)) return result;
  }
  result.next_after = keyset.after;
  return result;
}

}  // namespace

void CollaborationService::Register(rpc::Server& server) {
  using Self = CollaborationService;
  rpc::Service service = server.AddService("wici.cluster_registry.v1.CollaborationService");
  service.Pooled("GetCollaborationItem", this, &Self::GetCollaborationItem);
  service.Pooled("ListCollaborationItems", this, &Self::ListCollaborationItems);
  service.Pooled("CreateCollaborationItem", this, &Self::CreateCollaborationItem);
  service.Pooled("UpdateCollaborationItem", this, &Self::UpdateCollaborationItem);
  service.Pooled("SubmitCollaborationItem", this, &Self::SubmitCollaborationItem);
  service.Pooled("ReturnCollaborationItem", this, &Self::ReturnCollaborationItem);
  service.Pooled("PublishCollaborationItem", this, &Self::PublishCollaborationItem);
  service.Pooled("CloseCollaborationItem", this, &Self::CloseCollaborationItem);
  service.Pooled("DeleteCollaborationItem", this, &Self::DeleteCollaborationItem);
  service.Pooled("CreateInterest", this, &Self::CreateInterest);
  service.Pooled("ListInterests", this, &Self::ListInterests);
  service.Pooled("ListExpressedInterests", this, &Self::ListExpressedInterests);
  service.Pooled("AnswerInterest", this, &Self::AnswerInterest);
  service.Pooled("WithdrawInterest", this, &Self::WithdrawInterest);
  service.Pooled("RecordInterestOutcome", this, &Self::RecordInterestOutcome);
  service.Pooled("ListMatches", this, &Self::ListMatches);
}

absl::Status CollaborationService::GetCollaborationItem(
    const rpc::Context& context, const v1::GetCollaborationItemRequest& request, Item& response) {
  WICI_RETURN_IF_ERROR(ValidateItemName(request.name(), ""));
  const absl::Time now = environment_.clock.Now();
  return environment_.store.Read(context.deadline, [&](Reader& reader) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const View view, ReadView(reader, context.principal));
    WICI_ASSIGN_OR_RETURN(response, ReadItem(reader, request.name(), now));
    return view.MaySee(response) ? absl::OkStatus() : NotFoundError(request.name());
  });
}

absl::Status CollaborationService::ListCollaborationItems(
    const rpc::Context& context, const v1::ListCollaborationItemsRequest& request,
    v1::ListCollaborationItemsResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "clusters/*");
  const rpc::Page page = rpc::ParsePage(request, violations);
  if (!Item::Kind_IsValid(request.kind())) violations.Add("kind", "not a known value");
  if (!Item::State_IsValid(request.state())) violations.Add("state", "not a known value");
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const bool all = request.parent() == kEveryCluster;
  const ItemFilter filter = {
      .cluster = all ? "" : request.parent(), .kind = request.kind(), .state = request.state()};
  const absl::Time now = environment_.clock.Now();
  ItemPage found;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(const View view, ReadView(reader, context.principal));
    if (!all) {
      WICI_ASSIGN_OR_RETURN(const v1::Cluster cluster, ReadCluster(reader, request.parent()));
      if (!MaySee(view.viewer, cluster)) return NotFoundError(request.parent());
    }
    WICI_ASSIGN_OR_RETURN(found, ReadPage(reader, filter, view, now, page));
    return absl::OkStatus();
  }));
  for (Item& row : found.rows) *response.add_collaboration_items() = std::move(row);
  if (!found.next_after.empty()) {
    response.set_next_page_token(rpc::MakePageToken(request, {found.next_after}));
  }
  return absl::OkStatus();
}

absl::Status CollaborationService::CreateCollaborationItem(
    const rpc::Context& context, const v1::CreateCollaborationItemRequest& request,
    Item& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "clusters/*");
  const std::string& chosen_id = request.collaboration_item_id();
  if (!chosen_id.empty()) violations.RequireId("collaboration_item_id", chosen_id);
  ValidateItem("collaboration_item", request.parent(), request.collaboration_item(), violations);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const std::string id = chosen_id.empty() ? environment_.ids.NewId() : chosen_id;
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_RETURN_IF_ERROR(LockCluster(writer, request.parent(), false).status());
        response = request.collaboration_item();
        response.set_name(absl::StrCat(request.parent(), "/collaborationItems/", id));
        response.set_state(Item::STATE_DRAFT);
        response.clear_return_reason();
        Violations invalid;
        WICI_RETURN_IF_ERROR(CheckItem(writer, response, invalid));
        return InsertItem(writer, response);
      });
}

absl::Status CollaborationService::UpdateCollaborationItem(
    const rpc::Context& context, const v1::UpdateCollaborationItemRequest& request,
    Item& response) {
  const Item& item = request.collaboration_item();
  Violations violations;
  violations.RequireResourceName("collaboration_item.name", item.name(), kItemPattern);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(response,
                              AdvanceItem(writer, item.name(), item.etag(), ItemAction::kEdit));
        Violations invalid;
        rpc::ApplyUpdateMask(request.update_mask(), item,
                             {"kind", "titles", "summaries", "owner", "sectors", "technologies",
                              "technology_readiness", "partner_sought", "regions_sought",
                              "valid_until", "visibility", "visible_in_regions"},
                             invalid, response);
        WICI_RETURN_IF_ERROR(CheckItem(writer, response, invalid));
        // A last day in the past takes effect at once.
        response.set_state(StateOn(response.state(), response.valid_until(), DayOf(writer.now())));
        return SaveItem(writer, response, "collaboration_item.updated");
      });
}

absl::Status CollaborationService::SubmitCollaborationItem(
    const rpc::Context& context, const v1::SubmitCollaborationItemRequest& request,
    Item& response) {
  WICI_RETURN_IF_ERROR(ValidateItemName(request.name(), request.request_id()));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(
            response, AdvanceItem(writer, request.name(), request.etag(), ItemAction::kSubmit));
        response.clear_return_reason();
        return SaveItem(writer, response, "collaboration_item.submitted");
      });
}

absl::Status CollaborationService::ReturnCollaborationItem(
    const rpc::Context& context, const v1::ReturnCollaborationItemRequest& request,
    Item& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), kItemPattern);
  if (request.reason().empty()) violations.Add("reason", "required");
  violations.OptionalMultilineText("reason", request.reason(), kTextBytesMax);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(
            response, AdvanceItem(writer, request.name(), request.etag(), ItemAction::kReturn));
        response.set_return_reason(request.reason());
        return SaveItem(writer, response, "collaboration_item.returned");
      });
}

absl::Status CollaborationService::PublishCollaborationItem(
    const rpc::Context& context, const v1::PublishCollaborationItemRequest& request,
    Item& response) {
  WICI_RETURN_IF_ERROR(ValidateItemName(request.name(), request.request_id()));
  const Mutation mutation = MakeMutation(environment_, context, request, request.request_id());
  const absl::CivilDay today = DayOf(mutation.now);
  return environment_.store.Write(mutation, response, [&](Writer& writer) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(
        response, AdvanceItem(writer, request.name(), request.etag(), ItemAction::kPublish));
    if (StateOn(response.state(), response.valid_until(), today) != Item::STATE_OPEN) {
      return ItemExpiredError(response.name(), response.valid_until());
    }
    const std::string owner = OwnerOf(response);
    WICI_ASSIGN_OR_RETURN(const Owners owners, ReadOwners(writer, {owner}));
    if (!IsActive(owners, owner, today)) return OwnerNotActiveError(owner);
    response.clear_return_reason();
    return SaveItem(writer, response, "collaboration_item.published");
  });
}

absl::Status CollaborationService::CloseCollaborationItem(
    const rpc::Context& context, const v1::CloseCollaborationItemRequest& request, Item& response) {
  WICI_RETURN_IF_ERROR(ValidateItemName(request.name(), request.request_id()));
  const bool matched = request.matched();
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(response,
                              AdvanceItem(writer, request.name(), request.etag(),
                                          matched ? ItemAction::kMatch : ItemAction::kClose));
        WICI_RETURN_IF_ERROR(DeclineWaiting(writer, request.name()));
        return SaveItem(writer, response,
                        matched ? "collaboration_item.matched" : "collaboration_item.closed");
      });
}

absl::Status CollaborationService::DeleteCollaborationItem(
    const rpc::Context& context, const v1::DeleteCollaborationItemRequest& request,
    google::protobuf::Empty& response) {
  WICI_RETURN_IF_ERROR(ValidateItemName(request.name(), request.request_id()));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_RETURN_IF_ERROR(
            AdvanceItem(writer, request.name(), request.etag(), ItemAction::kDelete).status());
        WICI_ASSIGN_OR_RETURN(
            const std::vector<v1::Interest> interests,
            ReadInterests(writer, request.name(), writer.now(), {.after = "", .limit = 1}));
        if (!interests.empty()) return ItemHasInterestsError(request.name());
        return RemoveItem(writer, request.name());
      });
}

}  // namespace wici::cluster_registry
