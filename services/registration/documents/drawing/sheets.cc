#include "services/registration/documents/drawing/sheets.h"

#include <algorithm>

namespace wici::registration {
namespace {

constexpr double kBadgeWidth = 95;
constexpr double kBadgeHeight = 65;
constexpr double kLeftMargin = 10;
constexpr double kTopMargin = 18.5;

constexpr TextStyle kSmall{.size_max = 9, .size_min = 6};

TextStyle Centred(double size_max, double size_min, bool bold = false) {
  return {.size_max = size_max, .size_min = size_min, .bold = bold, .align = Align::kCentre};
}

void DrawBadge(Canvas& page, double x, double y, const Badge& badge) {
  page.Frame({x, y, kBadgeWidth, kBadgeHeight});
  page.Text({x + 5, y + 4, 85, 7}, badge.event, kSmall);
  page.Text({x + 5, y + 12, 85, 20}, badge.name, Centred(24, 8, /*bold=*/true));
  page.Text({x + 5, y + 34, 52, 17}, badge.organisation, {.size_max = 13, .size_min = 6});
  page.Text({x + 5, y + 53, 52, 8}, badge.category, {.size_max = 11, .size_min = 6, .bold = true});
  page.Qr({x + 60, y + 32, 30, 30}, badge.code);
}

}  // namespace

void AddBadges(PdfDocument& pdf, absl::Span<const Badge> badges) {
  pdf.AddPage([&](Canvas& page) {
    for (std::size_t i = 0; i < std::min(badges.size(), kBadgesPerPage); ++i) {
      const std::size_t column = i % 2;
      const std::size_t row = i / 2;
      DrawBadge(page, kLeftMargin + kBadgeWidth * static_cast<double>(column),
                kTopMargin + kBadgeHeight * static_cast<double>(row), badges[i]);
    }
  });
}

void AddTicket(PdfDocument& pdf, const Ticket& ticket, const Words& words) {
  pdf.AddPage([&](Canvas& page) {
    page.Text({14, 12, 120, 8}, words.ticket, Centred(12, 8));
    page.Text({14, 22, 120, 26}, ticket.event, Centred(20, 8, /*bold=*/true));
    page.Text({14, 50, 120, 12}, ticket.times, Centred(12, 7));
    page.Text({14, 63, 120, 14}, ticket.place, Centred(12, 7));
    page.Rule(14, 80, 120);
    page.Text({14, 83, 120, 18}, ticket.name, Centred(22, 8, /*bold=*/true));
    page.Text({14, 102, 120, 10}, ticket.organisation, Centred(13, 7));
    page.Text({14, 113, 120, 8}, ticket.category, Centred(12, 7));
    page.Qr({39, 124, 70, 70}, ticket.code);
    page.Text({14, 195, 120, 8}, words.show_at_the_door, Centred(10, 7));
  });
}

void AddCertificate(PdfDocument& pdf, const Certificate& certificate, const Words& words) {
  pdf.AddPage([&](Canvas& page) {
    page.Frame({10, 10, 277, 190});
    page.Text({25, 24, 247, 18}, words.certificate, Centred(32, 12));
    page.Text({25, 48, 247, 8}, words.this_certifies, Centred(14, 9));
    page.Text({25, 57, 247, 22}, certificate.name, Centred(30, 10, /*bold=*/true));
    page.Text({25, 80, 247, 10}, certificate.organisation, Centred(14, 8));
    page.Text({25, 92, 247, 8}, words.took_part_in, Centred(14, 9));
    page.Text({25, 101, 247, 26}, certificate.event, Centred(24, 10, /*bold=*/true));
    page.Text({25, 128, 247, 9}, certificate.days, Centred(14, 9));
    page.Text({25, 138, 247, 12}, certificate.place, Centred(14, 8));
    page.Text({25, 160, 130, 6}, words.organised_by, {.size_max = 10, .size_min = 7});
    page.Text({25, 166, 130, 20}, certificate.organisers, {.size_max = 13, .size_min = 7});
    page.Rule(180, 180, 92);
    page.Text({180, 181, 92, 6}, words.signature, Centred(9, 7));
  });
}

}  // namespace wici::registration
