// From people of an event to what is printed for them. Any thread.
#ifndef WICI_SERVICES_REGISTRATION_DOCUMENTS_PRINTING_H_
#define WICI_SERVICES_REGISTRATION_DOCUMENTS_PRINTING_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/registration/documents/drawing/sheets.h"
#include "services/registration/documents/part_writer.h"
#include "services/registration/documents/participants.h"
#include "wici/registration/v1/admission_category.pb.h"
#include "wici/registration/v1/event.pb.h"

namespace wici::registration {

// What the documents of an event have in common.
struct Occasion {
  v1::Event event;
  std::map<std::string, v1::AdmissionCategory, std::less<>> categories;  // by name
};

// The badge of `participant`, in the first language of the event that we write. `code` opens the
// door.
Badge BadgeOf(const Occasion& occasion, const Participant& participant, std::string code);

// Whole files, a page each, in the language of the person; made at `now`.
absl::StatusOr<std::string> DrawTicket(const Occasion& occasion, const Participant& participant,
                                       std::string code, absl::Time now);
absl::StatusOr<std::string> DrawCertificate(const Occasion& occasion,
                                            const Participant& participant, absl::Time now);

// Draws sheets of badges as people come and sends what is ready. Used by one thread.
class BadgePrinter {
 public:
  // `parts` outlives the printer.
  BadgePrinter(const Occasion& occasion, absl::Time now, PartWriter& parts);
  absl::Status Add(std::vector<Badge> badges);
  absl::Status Finish();

 private:
  PdfDocument pdf_;
  PartWriter& parts_;
  std::vector<Badge> sheet_;  // not full yet
};

// The same for certificates.
class CertificatePrinter {
 public:
  // Both outlive the printer.
  CertificatePrinter(const Occasion& occasion, absl::Time now, PartWriter& parts);
  absl::Status Add(const std::vector<Participant>& people);
  absl::Status Finish();

 private:
  const Occasion& occasion_;
  PdfDocument pdf_;
  PartWriter& parts_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_DOCUMENTS_PRINTING_H_
