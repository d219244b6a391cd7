// A PDF drawn page by page, with its fonts embedded, and handed on as it grows.
//
//   PdfDocument pdf(kA4Width, kA4Height, {"Badges", now});
//   pdf.AddPage([&](Canvas& page) { page.Text({20, 20, 170, 30}, name, {.size_max = 32}); });
//   Send(pdf.Take());
//   WICI_RETURN_IF_ERROR(pdf.Finish());
//   Send(pdf.Take());
//
// Lengths are millimetres from the upper left corner, sizes of fonts are points. What is drawn with
// the same calls and metadata is the same file, byte by byte.
//
// One page is drawn at a time in the whole process, under a lock: all pages share one font map of
// Pango, whose FreeType faces no two threads may use at once. A font map for each thread would do
// as well, but each would read and keep the fonts anew; and a page of eight badges takes a few
// milliseconds, of which the lock is held for no longer: nobody waits for a slow client in it.
#ifndef WICI_SERVICES_REGISTRATION_DOCUMENTS_DRAWING_PDF_H_
#define WICI_SERVICES_REGISTRATION_DOCUMENTS_DRAWING_PDF_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace wici::registration {

inline constexpr double kA4Width = 210;
inline constexpr double kA4Height = 297;
inline constexpr double kA5Width = 148;
inline constexpr double kA5Height = 210;

// A place on a page.
struct Box {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

enum class Align { kLeft, kCentre };

struct TextStyle {
  double size_max = 12;
  double size_min = 6;
  bool bold = false;
  Align align = Align::kLeft;
};

// What one call of Text did.
struct DrawnText {
  double size = 0;    // of the font
  double width = 0;   // of what was drawn
  double height = 0;  //
  bool cut = false;   // did not fit at size_min: ends in an ellipsis
};

// One page while it is drawn. Used within AddPage only.
class Canvas {
 public:
  virtual ~Canvas() = default;
  // Draws `text` (UTF-8) into `box`, in the middle of its height, in the largest size of the style
  // in which it fits with lines broken between words. Never draws outside of the box: at size_min
  // words are broken too, and what is left is cut off with an ellipsis.
  virtual DrawnText Text(const Box& box, std::string_view text, const TextStyle& style) = 0;
  // Draws a QR code with its quiet zone into the box, which is square. False when `content` is
  // longer than a code can be.
  virtual bool Qr(const Box& box, std::string_view content) = 0;
  // A thin grey line around `box`.
  virtual void Frame(const Box& box) = 0;
  // A thin black line from (x, y) to the right.
  virtual void Rule(double x, double y, double width) = 0;
};

struct PdfMetadata {
  std::string title;
  absl::Time create_time;
};

// Used by one thread at a time; any number of documents may be drawn side by side.
class PdfDocument {
 public:
  PdfDocument(double width, double height, const PdfMetadata& metadata);
  ~PdfDocument();
  PdfDocument(const PdfDocument&) = delete;
  PdfDocument& operator=(const PdfDocument&) = delete;

  // Adds a page with what `draw` draws. `draw` must not block: see above.
  void AddPage(const std::function<void(Canvas&)>& draw);
  // Ends the document, which gets an empty page if it has none; INTERNAL when something of it could
  // not be drawn.
  absl::Status Finish();
  // What came into being since the last call. Of a page, nearly all once it is added; the fonts
  // with the end. So little is kept, however many pages there are.
  std::string Take();

 private:
  struct Surface;
  const std::unique_ptr<Surface> surface_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_DOCUMENTS_DRAWING_PDF_H_
