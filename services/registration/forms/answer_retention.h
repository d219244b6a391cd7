// Deletes what people answered to the forms of an event when the retention of the field ends, and
// what they need 14 days after the event.
//
// Goes over the registrations of an event page by page, a transaction each, and changes those that
// have such answers. Several processes may do it: the version of the event guards each page.
#ifndef WICI_SERVICES_REGISTRATION_FORMS_ANSWER_RETENTION_H_
#define WICI_SERVICES_REGISTRATION_FORMS_ANSWER_RETENTION_H_

#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
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
  ~AnswerRetention();  // stops the thread

  // Starts the thread, which looks at once and then at every interval.
  void Start();
  // Deletes all that is due, on the calling thread; returns of how many registrations. Not together
  // with Start. Errors: those of the database; the next round finds what is left.
  absl::StatusOr<int> RunOnce();

 private:
  struct Page {
    std::string after;  // id of the last registration looked at
    bool more = true;
    int changed = 0;
  };
  void Run();
  absl::StatusOr<int> Sweep(const std::string& event);
  // The page after `page.after`.
  absl::Status SweepPage(const std::string& event, Page& page);

  sql::Database& database_;
  Mutation& mutation_;
  const Clock& machine_;
  const AnswerRetentionOptions options_;
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_FORMS_ANSWER_RETENTION_H_
