#include "services/cluster_registry/label_schemes/label_scheme_handlers.h"

#include <vector>

#include "libs/base/limits.h"
#include "libs/base/serialize.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/etag.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/label_schemes/label_scheme_changes.h"
#include "services/cluster_registry/label_schemes/label_scheme_store.h"
#include "services/cluster_registry/label_schemes/validate_label_scheme.h"

namespace wici::cluster_registry {
namespace {

// Takes the new values into `scheme`, the present one, if they may be.
absl::Status Change(const v1::UpdateLabelSchemeRequest& request, v1::LabelScheme& scheme) {
  const v1::LabelScheme before = scheme;
  Violations violations;
  rpc::ApplyUpdateMask(request.update_mask(), request.label_scheme(),
                       {"display_name", "owner", "kinds", "policies", "issuers", "provenances"},
                       violations, scheme);
  ValidateLabelScheme("label_scheme", scheme, violations);
  CheckKindsStay(before, scheme, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  if (!request.correction_reason().empty()) return absl::OkStatus();
  const std::vector<FieldViolation> corrections = FindCorrections(before, scheme);
  return corrections.empty() ? absl::OkStatus() : LabelSchemeFixedError(scheme.name(), corrections);
}

}  // namespace

void LabelSchemeHandlers::Register(rpc::Service& service) {
  service.Pooled("GetLabelScheme", this, &LabelSchemeHandlers::GetLabelScheme);
  service.Pooled("ListLabelSchemes", this, &LabelSchemeHandlers::ListLabelSchemes);
  service.Pooled("CreateLabelScheme", this, &LabelSchemeHandlers::CreateLabelScheme);
  service.Pooled("UpdateLabelScheme", this, &LabelSchemeHandlers::UpdateLabelScheme);
}

absl::Status LabelSchemeHandlers::GetLabelScheme(const rpc::Context& context,
                                                 const v1::GetLabelSchemeRequest& request,
                                                 v1::LabelScheme& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "labelSchemes/*");
  const absl::Time known_at =
      ParseKnownAt(request.known_at(), request.has_known_at(), environment_.clock, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(response, ReadLabelScheme(reader, request.name(), known_at));
    return absl::OkStatus();
  });
}

absl::Status LabelSchemeHandlers::ListLabelSchemes(const rpc::Context& context,
                                                   const v1::ListLabelSchemesRequest& request,
                                                   v1::ListLabelSchemesResponse& response) {
  Violations violations;
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::LabelScheme> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(rows, ReadLabelSchemes(reader, ToKeyset(page)));
    return absl::OkStatus();
  }));
  FillPage(request, page, std::move(rows), *response.mutable_label_schemes(),
           *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status LabelSchemeHandlers::CreateLabelScheme(const rpc::Context& context,
                                                    const v1::CreateLabelSchemeRequest& request,
                                                    v1::LabelScheme& response) {
  Violations violations;
  violations.RequireId("label_scheme_id", request.label_scheme_id());
  ValidateLabelScheme("label_scheme", request.label_scheme(), violations);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) {
        response = request.label_scheme();
        response.set_name("labelSchemes/" + request.label_scheme_id());
        return InsertLabelScheme(writer, response);
      });
}

absl::Status LabelSchemeHandlers::UpdateLabelScheme(const rpc::Context& context,
                                                    const v1::UpdateLabelSchemeRequest& request,
                                                    v1::LabelScheme& response) {
  const v1::LabelScheme& scheme = request.label_scheme();
  Violations violations;
  violations.RequireResourceName("label_scheme.name", scheme.name(), "labelSchemes/*");
  violations.OptionalText("correction_reason", request.correction_reason(), kUriBytesMax);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(response, ReadLabelScheme(writer, scheme.name()));
        WICI_RETURN_IF_ERROR(CheckEtag(scheme.name(), scheme.etag(), response.etag()));
        const std::string before = SerializeDeterministically(response);
        WICI_RETURN_IF_ERROR(Change(request, response));
        if (SerializeDeterministically(response) == before) return absl::OkStatus();
        return ReviseLabelScheme(writer, request.correction_reason(), response);
      });
}

}  // namespace wici::cluster_registry
