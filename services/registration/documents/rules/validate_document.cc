#include "services/registration/documents/rules/validate_document.h"

#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {
namespace {

template <class Request>
absl::Status ValidatePrint(const Request& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  if (!CheckCount("registrations", request.registrations_size(), 0, static_cast<int>(kBatchSizeMax),
                  violations)) {
    return violations.ToStatus(kDomain);
  }
  for (int i = 0; i < request.registrations_size(); ++i) {
    const std::string& name = request.registrations(i);
    const std::string field = Item("", "registrations", i);
    if (violations.RequireResourceName(field, name, kRegistrationPattern) &&
        EventOf(name) != request.parent()) {
      violations.Add(field, "must belong to parent");
    }
  }
  return violations.ToStatus(kDomain);
}

void CheckFormat(v1::ListFormat format, Violations& violations) {
  if (format == v1::LIST_FORMAT_UNSPECIFIED || !v1::ListFormat_IsValid(format)) {
    violations.Add("format", "must be set to one of the formats");
  }
}

}  // namespace

absl::Status Validate(const v1::PrintBadgesRequest& request) { return ValidatePrint(request); }

absl::Status Validate(const v1::PrintCertificatesRequest& request) {
  return ValidatePrint(request);
}

absl::Status Validate(const v1::ExportRegistrationsRequest& request) {
  using Request = v1::ExportRegistrationsRequest;
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  if (request.content() == Request::CONTENT_UNSPECIFIED ||
      !Request::Content_IsValid(request.content())) {
    violations.Add("content", "must be set to one of the contents");
  }
  CheckFormat(request.format(), violations);
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::ExportInvitationsRequest& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  CheckFormat(request.format(), violations);
  return violations.ToStatus(kDomain);
}

absl::Status CheckFits(std::string_view event, v1::ListFormat format, std::int64_t rows) {
  // A sheet holds a million, of which this much comes into being on the disk: some 200 MB.
  constexpr std::int64_t kSheetRowsMax = 150'000;
  if (format != v1::LIST_FORMAT_XLSX || rows <= kSheetRowsMax) return absl::OkStatus();
  return ListTooLongError(event, kSheetRowsMax);
}

}  // namespace wici::registration
