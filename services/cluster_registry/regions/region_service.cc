#include "services/cluster_registry/regions/region_service.h"

#include "libs/base/status_macros.h"
#include "libs/rpc/etag.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/regions/region_store.h"
#include "services/cluster_registry/regions/validate_region.h"
#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {

void RegionService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.cluster_registry.v1.RegionService");
  service.Pooled("GetRegion", this, &RegionService::GetRegion);
  service.Pooled("ListRegions", this, &RegionService::ListRegions);
  service.Pooled("CreateRegion", this, &RegionService::CreateRegion);
  service.Pooled("UpdateRegion", this, &RegionService::UpdateRegion);
}

absl::Status RegionService::GetRegion(const rpc::Context& context,
                                      const v1::GetRegionRequest& request, v1::Region& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "regions/*");
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(response, ReadRegion(reader, request.name()));
    return absl::OkStatus();
  });
}

absl::Status RegionService::ListRegions(const rpc::Context& context,
                                        const v1::ListRegionsRequest& request,
                                        v1::ListRegionsResponse& response) {
  Violations violations;
  const rpc::Page page = rpc::ParsePage(request, violations);
  if (!request.country().empty()) RequireCountry("country", request.country(), violations);
  violations.OptionalText("code", request.code(), 16);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::Region> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(
        rows, ReadRegions(reader, {.country = request.country(), .code = request.code()},
                          ToKeyset(page)));
    return absl::OkStatus();
  }));
  FillPage(request, page, std::move(rows), *response.mutable_regions(),
           *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status RegionService::CreateRegion(const rpc::Context& context,
                                         const v1::CreateRegionRequest& request,
                                         v1::Region& response) {
  Violations violations;
  violations.RequireId("region_id", request.region_id());
  ValidateRegion("region", request.region(), violations);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) {
        response = request.region();
        response.set_name("regions/" + request.region_id());
        return InsertRegion(writer, response);
      });
}

absl::Status RegionService::UpdateRegion(const rpc::Context& context,
                                         const v1::UpdateRegionRequest& request,
                                         v1::Region& response) {
  Violations violations;
  violations.RequireResourceName("region.name", request.region().name(), "regions/*");
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        const v1::Region& region = request.region();
        WICI_ASSIGN_OR_RETURN(response, ReadRegion(writer, region.name()));
        WICI_RETURN_IF_ERROR(CheckEtag(region.name(), region.etag(), response.etag()));
        Violations invalid;
        rpc::ApplyUpdateMask(
            request.update_mask(), region,
            {"display_name", "translated_names", "country", "codes", "successions"}, invalid,
            response);
        ValidateRegion("region", response, invalid);
        WICI_RETURN_IF_ERROR(invalid.ToStatus(kDomain));
        return SaveRegion(writer, response);
      });
}

}  // namespace wici::cluster_registry
