#include "services/registration/check_in/validate_check_in.h"

#include <cstdint>
#include <string>

#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/registrations/rules/validate_registration.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {
namespace {

constexpr std::size_t kGateBytesMax = 100;
constexpr std::int64_t kSequenceMax = 1'000'000'000'000;

void CheckDirection(std::string_view field, v1::ScanDirection direction, Violations& violations) {
  if (direction < v1::SCAN_DIRECTION_UNSPECIFIED || direction > v1::SCAN_DIRECTION_EXIT) {
    violations.Add(field, "must be ENTRY or EXIT");
  }
}

void CheckRegistrationOf(std::string_view field, std::string_view event, const std::string& name,
                         Violations& violations) {
  if (violations.RequireResourceName(field, name, kRegistrationPattern) && EventOf(name) != event) {
    violations.Add(field, "must belong to parent");
  }
}

void CheckWalkIn(const v1::CheckInRequest& request, Violations& violations) {
  v1::CreateRegistrationRequest wanted;
  *wanted.mutable_person() = request.walk_in().person();
  *wanted.mutable_registration() = request.walk_in().registration();
  CheckCreateRegistration("walk_in", request.parent(), wanted, violations);
  if (request.direction() == v1::SCAN_DIRECTION_EXIT) {
    violations.Add("direction", "must be ENTRY of a walk-in");
  }
}

void CheckScan(std::string_view path, std::string_view event, const v1::Scan& scan,
               Violations& violations) {
  violations.RequireText(Path(path, "gate"), scan.gate(), kGateBytesMax);
  violations.RequireRange(Path(path, "sequence"), scan.sequence(), 1, kSequenceMax);
  if (scan.ticket_case() == v1::Scan::kCheckInToken) {
    CheckToken(Path(path, "check_in_token"), scan.check_in_token(), violations);
  } else {
    CheckRegistrationOf(Path(path, "registration"), event, scan.registration(), violations);
  }
  CheckTimestamp(Path(path, "scan_time"), scan.has_scan_time(), scan.scan_time(), violations);
  CheckList(Path(path, "list"), event, scan.list(), violations);
  CheckDirection(Path(path, "direction"), scan.direction(), violations);
}

}  // namespace

void CheckList(std::string_view field, std::string_view event, std::string_view list,
               Violations& violations) {
  if (list.empty()) return;
  if (violations.OptionalResourceName(field, list, kSessionPattern) && EventOf(list) != event) {
    violations.Add(field, "must belong to the event");
  }
}

absl::Status Validate(const v1::CheckInRequest& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  if (request.ticket_case() == v1::CheckInRequest::kCheckInToken) {
    CheckToken("check_in_token", request.check_in_token(), violations);
  } else if (request.ticket_case() == v1::CheckInRequest::kWalkIn) {
    CheckWalkIn(request, violations);
  } else {
    CheckRegistrationOf("registration", request.parent(), request.registration(), violations);
  }
  violations.OptionalText("gate", request.gate(), kGateBytesMax);
  CheckList("list", request.parent(), request.list(), violations);
  CheckDirection("direction", request.direction(), violations);
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::UndoCheckInRequest& request) {
  Violations violations = CheckVerb(request, kRegistrationPattern);
  CheckList("list", EventOf(request.name()), request.list(), violations);
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::BatchCheckInRequest& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  if (CheckCount("scans", request.scans_size(), 1, static_cast<int>(kBatchSizeMax), violations)) {
    for (int i = 0; i < request.scans_size(); ++i) {
      CheckScan(Item("", "scans", i), request.parent(), request.scans(i), violations);
    }
  }
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::MarkNoShowsRequest& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  if (!request.after().empty()) {
    CheckRegistrationOf("after", request.parent(), request.after(), violations);
  }
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status Validate(const v1::WatchCheckInsRequest& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  return violations.ToStatus(kDomain);
}

}  // namespace wici::registration
