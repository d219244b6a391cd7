#include "services/registration/calendar/calendar_service.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "libs/sql/digest.h"
#include "services/registration/errors.h"
#include "services/registration/links.h"

namespace wici::registration {

void CalendarService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.registration.v1.CalendarService");
  service.Pooled("GetOwnCalendar", this, &CalendarService::GetOwnCalendar);
}

absl::Status CalendarService::GetOwnCalendar(const rpc::Context& context,
                                             const v1::GetOwnCalendarRequest& request,
                                             v1::CalendarText& response) {
  Violations violations;
  violations.OptionalLanguage("language_code", request.language_code());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(const std::string subject,
                        auth::ReadLinkToken(key_, kCalendarPurpose, request.token(), clock_.Now()));
  const auto [registration, person] = SplitCalendarSubject(subject);
  WICI_ASSIGN_OR_RETURN(const PersonalFacts facts,
                        store_.Read(context.deadline, registration, person));
  WICI_ASSIGN_OR_RETURN(std::string text,
                        calendar::WriteCalendar(calendar::Method::kFeed,
                                                PersonalEntries(facts, request.language_code())));
  response.set_content_type("text/calendar; charset=utf-8");
  response.set_etag(absl::StrCat("\"", sql::Sha256Hex(text).substr(0, 32), "\""));
  response.set_not_modified(request.etag() == response.etag());
  if (!response.not_modified()) response.set_text(std::move(text));
  return absl::OkStatus();
}

}  // namespace wici::registration
