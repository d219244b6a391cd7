#include "services/registration/documents/printing.h"

#include <utility>

#include "libs/base/status_macros.h"

namespace wici::registration {
namespace {

std::string NameOf(const Participant& participant, const Words& words) {
  return participant.display_name.empty() ? std::string(words.erased_person)
                                          : participant.display_name;
}

std::string TitleIn(const Occasion& occasion, std::string_view language) {
  return TextIn(occasion.event.title(), language, occasion.event);
}

std::string CategoryIn(const Occasion& occasion, const Participant& participant,
                       std::string_view language) {
  const auto found = occasion.categories.find(participant.registration.admission_category());
  if (found == occasion.categories.end()) return "";
  return TextIn(found->second.title(), language, occasion.event);
}

void AddCertificateOf(const Occasion& occasion, const Participant& participant, PdfDocument& pdf) {
  const std::string_view language = LanguageFor(participant.language, occasion.event);
  const Words& words = WordsIn(language);
  AddCertificate(pdf,
                 {.name = NameOf(participant, words),
                  .organisation = participant.organisation,
                  .event = TitleIn(occasion, language),
                  .days = DaysOf(occasion.event, language),
                  .place = PlaceOf(occasion.event, language),
                  .organisers = OrganisersOf(occasion.event)},
                 words);
}

PdfDocument CertificatePages(const Occasion& occasion, absl::Time now) {
  const std::string_view language = LanguageFor("", occasion.event);
  return PdfDocument(kA4Height, kA4Width, {TitleIn(occasion, language), now});
}

}  // namespace

Badge BadgeOf(const Occasion& occasion, const Participant& participant, std::string code) {
  const std::string_view language = LanguageFor("", occasion.event);
  return {.event = TitleIn(occasion, language),
          .name = NameOf(participant, WordsIn(language)),
          .organisation = participant.organisation,
          .category = CategoryIn(occasion, participant, language),
          .code = std::move(code)};
}

absl::StatusOr<std::string> DrawTicket(const Occasion& occasion, const Participant& participant,
                                       std::string code, absl::Time now) {
  const std::string_view language = LanguageFor(participant.language, occasion.event);
  const Words& words = WordsIn(language);
  PdfDocument pdf(kA5Width, kA5Height, {TitleIn(occasion, language), now});
  AddTicket(pdf,
            {.event = TitleIn(occasion, language),
             .name = NameOf(participant, words),
             .organisation = participant.organisation,
             .category = CategoryIn(occasion, participant, language),
             .times = TimesOf(occasion.event, language),
             .place = PlaceOf(occasion.event, language),
             .code = std::move(code)},
            words);
  WICI_RETURN_IF_ERROR(pdf.Finish());
  return pdf.Take();
}

absl::StatusOr<std::string> DrawCertificate(const Occasion& occasion,
                                            const Participant& participant, absl::Time now) {
  PdfDocument pdf = CertificatePages(occasion, now);
  AddCertificateOf(occasion, participant, pdf);
  WICI_RETURN_IF_ERROR(pdf.Finish());
  return pdf.Take();
}

BadgePrinter::BadgePrinter(const Occasion& occasion, absl::Time now, PartWriter& parts)
    : pdf_(kA4Width, kA4Height, {TitleIn(occasion, LanguageFor("", occasion.event)), now}),
      parts_(parts) {}

absl::Status BadgePrinter::Add(std::vector<Badge> badges) {
  for (Badge& badge : badges) {
    sheet_.push_back(std::move(badge));
    if (sheet_.size() < kBadgesPerPage) continue;
    AddBadges(pdf_, sheet_);
    sheet_.clear();
    WICI_RETURN_IF_ERROR(parts_.Write(pdf_.Take(), kBadgesPerPage));
  }
  return absl::OkStatus();
}

absl::Status BadgePrinter::Finish() {
  if (!sheet_.empty()) AddBadges(pdf_, sheet_);
  WICI_RETURN_IF_ERROR(pdf_.Finish());
  return parts_.Write(pdf_.Take(), sheet_.size());
}

CertificatePrinter::CertificatePrinter(const Occasion& occasion, absl::Time now, PartWriter& parts)
    : occasion_(occasion), pdf_(CertificatePages(occasion, now)), parts_(parts) {}

absl::Status CertificatePrinter::Add(const std::vector<Participant>& people) {
  for (const Participant& participant : people) {
    AddCertificateOf(occasion_, participant, pdf_);
    WICI_RETURN_IF_ERROR(parts_.Write(pdf_.Take(), 1));
  }
  return absl::OkStatus();
}

absl::Status CertificatePrinter::Finish() {
  WICI_RETURN_IF_ERROR(pdf_.Finish());
  return parts_.Write(pdf_.Take(), 0);
}

}  // namespace wici::registration
