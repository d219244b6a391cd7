// Badges, tickets and certificates: what stands where on a page. Any thread; see pdf.h.
#ifndef WICI_SERVICES_REGISTRATION_DOCUMENTS_DRAWING_SHEETS_H_
#define WICI_SERVICES_REGISTRATION_DOCUMENTS_DRAWING_SHEETS_H_

#include <string>

#include "absl/types/span.h"
#include "services/registration/documents/drawing/pdf.h"
#include "services/registration/documents/rules/words.h"

namespace wici::registration {

inline constexpr std::size_t kBadgesPerPage = 8;

struct Badge {
  std::string event;  // its title
  std::string name;
  std::string organisation;
  std::string category;
  std::string code;  // what its QR code says
};

struct Ticket {
  std::string event;
  std::string name;
  std::string organisation;
  std::string category;
  std::string times;
  std::string place;
  std::string code;
};

struct Certificate {
  std::string name;
  std::string organisation;
  std::string event;
  std::string days;
  std::string place;
  std::string organisers;
};

// Adds a page of A4 with up to kBadgesPerPage badges of 95 x 65 mm, to be cut along their frames.
void AddBadges(PdfDocument& pdf, absl::Span<const Badge> badges);
// Adds a page of A5.
void AddTicket(PdfDocument& pdf, const Ticket& ticket, const Words& words);
// Adds a page of A4 in landscape: kA4Height wide.
void AddCertificate(PdfDocument& pdf, const Certificate& certificate, const Words& words);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_DOCUMENTS_DRAWING_SHEETS_H_
