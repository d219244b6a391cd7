// Series of events, and events made like others, in the database. Thread-safe; methods block.
#ifndef WICI_SERVICES_REGISTRATION_EVENTS_SERIES_SERIES_STORE_H_
#define WICI_SERVICES_REGISTRATION_EVENTS_SERIES_SERIES_STORE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/mutation.h"
#include "wici/registration/v1/event.pb.h"
#include "wici/registration/v1/event_series.pb.h"

namespace wici::registration {

class SeriesStore {
 public:
  // Both outlive the store.
  SeriesStore(sql::Database& database, Mutation& mutation)
      : database_(database), mutation_(mutation) {}

  // EVENT_SERIES_NOT_FOUND.
  absl::StatusOr<v1::EventSeries> Get(absl::Time deadline, std::string_view name);
  // At most `limit` series after `after_name`, by name.
  absl::StatusOr<std::vector<v1::EventSeries>> List(absl::Time deadline,
                                                    std::string_view after_name,
                                                    std::int64_t limit);
  // Stores it under series.name(). EVENT_SERIES_EXISTS.
  absl::StatusOr<v1::EventSeries> Create(const Call& call, v1::EventSeries series);

  // A new event like another.
  struct Clone {
    std::string source;  // "events/e"
    std::string name;    // of the new one
    absl::Time start;
    std::string series;  // of the new one; "" for that of the source
    std::string calendar_uid;
  };
  // Stores a draft with the sessions and admission categories of the source, whose ids it keeps,
  // and nobody in it. EVENT_NOT_FOUND, EVENT_EXISTS, EVENT_SERIES_NOT_FOUND.
  absl::StatusOr<v1::Event> CloneEvent(const Call& call, const Clone& clone);

 private:
  sql::Database& database_;
  Mutation& mutation_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_EVENTS_SERIES_SERIES_STORE_H_
