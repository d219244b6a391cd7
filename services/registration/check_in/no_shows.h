// Who did not come, once an event is over.
#ifndef WICI_SERVICES_REGISTRATION_CHECK_IN_NO_SHOWS_H_
#define WICI_SERVICES_REGISTRATION_CHECK_IN_NO_SHOWS_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/registration/mutation.h"
#include "wici/registration/v1/check_in_service.pb.h"

namespace wici::registration {

// After the end of an event, for scanners to be emptied.
inline constexpr absl::Duration kNoShowGrace = absl::Hours(1);
inline constexpr int kNoShowsMax = 500;  // marked by one call

// Thread-safe; blocks.
class NoShows {
 public:
  // `mutation` outlives the object.
  explicit NoShows(Mutation& mutation) : mutation_(mutation) {}

  // Makes NO_SHOW of registrations that are CONFIRMED and have come to no list, in the order of
  // their ids and in the name of `actor`: at most kNoShowsMax of the next 2000, in one transaction,
  // which the version of the event guards: whoever is scanned meanwhile is not marked. Those whose
  // log is full stay as they are. For a valid request. EVENT_NOT_FOUND, EVENT_CANCELLED,
  // EVENT_NOT_OVER, NOBODY_CHECKED_IN.
  absl::StatusOr<v1::MarkNoShowsResponse> Mark(const Call& call,
                                               const v1::MarkNoShowsRequest& request,
                                               std::string_view actor);

 private:
  Mutation& mutation_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_CHECK_IN_NO_SHOWS_H_
