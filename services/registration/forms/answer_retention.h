// Deletes what people answered to the forms of an event when the retention of the field ends, and
// what they need 14 days after the event.
//
// Goes over the registrations of an event page by page, a transaction each, and changes those that
// have such answers. Several processes may do it: the version of the event guards each page.
#ifndef WICI_SERVICES_REGISTRATION_FORMS_ANSWER_RETENTION_H_
#define WICI_SERVICES_REGISTRATION_FORMS_ANSWER_RETENTION_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/rounds_thread.h"
#include "libs/sql/database.h"
#include "services/registration/mutation.h"

namespace wici::registration {

struct AnswerRetentionOptions {
  absl::Duration interval = absl::Minutes(10);
  absl::Duration timeout = absl::Seconds(10);  // of one page
  std::int64_t page_size = 200;                // registrations
};

class AnswerRetention {
 public:
  // `machine` says how long a page may take. All outlive the object.
  AnswerRetention(sql::Database& database, Mutation& mutation, const Clock& machine,
                  AnswerRetentionOptions options = {})
      : database_(database), mutation_(mutation), machine_(machine), options_(options) {}

  // Starts the thread, which looks at once and then at every interval, and ends with the object.
  void Start() { thread_.Start(); }
  // Deletes all that is due, on the calling thread; returns of how many registrations. Not together
  // with Start. Errors: those of the database; the next round finds what is left.
  absl::StatusOr<int> RunOnce();

 private:
  struct Page {
    std::string after;  // id of the last registration looked at
    bool more = true;
    int changed = 0;
  };
  bool Round();
  absl::StatusOr<int> Sweep(const std::string& event);
  // The page after `page.after`.
  absl::Status SweepPage(const std::string& event, Page& page);

  sql::Database& database_;
  Mutation& mutation_;
  const Clock& machine_;
  const AnswerRetentionOptions options_;
  RoundsThread thread_{options_.interval, [this] { return Round(); }};
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_FORMS_ANSWER_RETENTION_H_
