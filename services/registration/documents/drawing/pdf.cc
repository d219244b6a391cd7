#include "services/registration/documents/drawing/pdf.h"

#include <cairo-pdf.h>
#include <cairo.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/mutex.h"
#include "services/registration/documents/drawing/qr_code.h"

namespace wici::registration {
namespace {

// Has Polish, German and most other European letters, Greek and Cyrillic. For letters it lacks
// Pango looks through what else is installed.
constexpr char kFontFamily[] = "DejaVu Sans";
constexpr double kPointsPerMm = 72.0 / 25.4;
constexpr double kSizeStep = 0.93;
constexpr double kHairline = 0.1;  // mm

template <class T>
struct Unref {
  void operator()(T* object) const { g_object_unref(object); }
};
using LayoutPtr = std::unique_ptr<PangoLayout, Unref<PangoLayout>>;
using ContextPtr = std::unique_ptr<PangoContext, Unref<PangoContext>>;

Mutex& DrawingLock() {
  static Mutex& lock = *new Mutex;
  return lock;
}

// Of the whole process; under the lock.
PangoFontMap& FontMap() {
  static PangoFontMap& map = *[] {
    PangoFontMap* made = pango_cairo_font_map_new();
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(made), 72);  // units are points
    return made;
  }();
  return map;
}

double ToPoints(double mm) { return mm * kPointsPerMm; }
int ToPango(double points) { return static_cast<int>(points * PANGO_SCALE); }
double FromPango(int units) { return static_cast<double>(units) / PANGO_SCALE; }

// One line of text, whatever was typed: no control characters, no line breaks.
std::string OneLine(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return line;
}

class CairoCanvas final : public Canvas {
 public:
  explicit CairoCanvas(cairo_t* cairo)
      : cairo_(cairo), context_(pango_font_map_create_context(&FontMap())) {
    // Shapes do not depend on the pixels of a screen.
    cairo_font_options_t* options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context_.get(), options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(context_.get(), FALSE);
  }

  DrawnText Text(const Box& box, std::string_view text, const TextStyle& style) override {
    const LayoutPtr layout(pango_layout_new(context_.get()));
    const std::string line = OneLine(text);
    pango_layout_set_text(layout.get(), line.data(), static_cast<int>(line.size()));
    pango_layout_set_width(layout.get(), ToPango(ToPoints(box.width)));
    pango_layout_set_alignment(
        layout.get(), style.align == Align::kCentre ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);
    DrawnText drawn;
    drawn.size = Fit(box, style, *layout);
    drawn.cut = pango_layout_is_ellipsized(layout.get()) != FALSE;
    PangoRectangle logical;
    pango_layout_get_extents(layout.get(), nullptr, &logical);
    drawn.width = FromPango(logical.width) / kPointsPerMm;
    drawn.height = FromPango(logical.height) / kPointsPerMm;
    cairo_move_to(cairo_, ToPoints(box.x),
                  ToPoints(box.y + std::max(0.0, (box.height - drawn.height) / 2)));
    pango_cairo_show_layout(cairo_, layout.get());
    return drawn;
  }

  bool Qr(const Box& box, std::string_view content) override {
    const QrCode code = MakeQrCode(content);
    if (code.side == 0) return false;
    const double module = ToPoints(box.width) / (code.side + 2 * kQuietModules);
    for (int y = 0; y < code.side; ++y) {
      for (int x = 0; x < code.side; ++x) {
        int run = 0;  // of dark ones
        while (x + run < code.side && code.IsDark(x + run, y)) ++run;
        if (run == 0) continue;
        cairo_rectangle(cairo_, ToPoints(box.x) + (x + kQuietModules) * module,
                        ToPoints(box.y) + (y + kQuietModules) * module, run * module, module);
        x += run;
      }
    }
    cairo_fill(cairo_);
    return true;
  }

  void Frame(const Box& box) override {
    cairo_set_source_rgb(cairo_, 0.75, 0.75, 0.75);
    cairo_set_line_width(cairo_, ToPoints(kHairline));
    cairo_rectangle(cairo_, ToPoints(box.x), ToPoints(box.y), ToPoints(box.width),
                    ToPoints(box.height));
    cairo_stroke(cairo_);
    cairo_set_source_rgb(cairo_, 0, 0, 0);
  }

  void Rule(double x, double y, double width) override {
    cairo_set_line_width(cairo_, ToPoints(kHairline));
    cairo_move_to(cairo_, ToPoints(x), ToPoints(y));
    cairo_rel_line_to(cairo_, ToPoints(width), 0);
    cairo_stroke(cairo_);
  }

 private:
  static bool Fits(const Box& box, PangoLayout& layout) {
    PangoRectangle logical;
    pango_layout_get_extents(&layout, nullptr, &logical);
    return logical.x >= 0 && logical.width <= ToPango(ToPoints(box.width)) &&
           logical.height <= ToPango(ToPoints(box.height));
  }

  // Sets the font of the layout, and at the smallest size how it is cut; the size.
  static double Fit(const Box& box, const TextStyle& style, PangoLayout& layout) {
    PangoFontDescription* font = pango_font_description_new();
    pango_font_description_set_family_static(font, kFontFamily);
    pango_font_description_set_weight(font, style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    const auto set_size = [&](double size) {
      pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
      pango_layout_set_font_description(&layout, font);
    };
    double size = style.size_max;
    pango_layout_set_wrap(&layout, PANGO_WRAP_WORD);
    for (set_size(size); size > style.size_min && !Fits(box, layout); set_size(size)) {
      size = std::max(style.size_min, size * kSizeStep);
    }
    if (!Fits(box, layout)) {
      pango_layout_set_wrap(&layout, PANGO_WRAP_WORD_CHAR);
      pango_layout_set_ellipsize(&layout, PANGO_ELLIPSIZE_END);
      pango_layout_set_height(&layout, ToPango(ToPoints(box.height)));
    }
    pango_font_description_free(font);
    return size;
  }

  cairo_t* const cairo_;
  const ContextPtr context_;
};

cairo_status_t AppendTo(void* closure, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

struct PdfDocument::Surface {
  std::string ready;
  cairo_surface_t* surface = nullptr;
  bool empty = true;
};

PdfDocument::PdfDocument(double width, double height, const PdfMetadata& metadata)
    : surface_(new Surface) {
  MutexLock lock(DrawingLock());
  surface_->surface = cairo_pdf_surface_create_for_stream(&AppendTo, &surface_->ready,
                                                          ToPoints(width), ToPoints(height));
  cairo_pdf_surface_set_metadata(surface_->surface, CAIRO_PDF_METADATA_TITLE,
                                 OneLine(metadata.title).c_str());
  // Else cairo asks the clock.
  cairo_pdf_surface_set_metadata(
      surface_->surface, CAIRO_PDF_METADATA_CREATE_DATE,
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", metadata.create_time, absl::UTCTimeZone()).c_str());
}

PdfDocument::~PdfDocument() {
  MutexLock lock(DrawingLock());
  cairo_surface_destroy(surface_->surface);
}

void PdfDocument::AddPage(const std::function<void(Canvas&)>& draw) {
  MutexLock lock(DrawingLock());
  cairo_t* cairo = cairo_create(surface_->surface);
  {
    CairoCanvas canvas(cairo);
    draw(canvas);
  }
  cairo_show_page(cairo);
  cairo_destroy(cairo);
  surface_->empty = false;
}

absl::Status PdfDocument::Finish() {
  if (surface_->empty) AddPage([](Canvas&) {});
  MutexLock lock(DrawingLock());
  cairo_surface_finish(surface_->surface);
  const cairo_status_t status = cairo_surface_status(surface_->surface);
  if (status == CAIRO_STATUS_SUCCESS) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("a PDF could not be drawn: ", cairo_status_to_string(status)));
}

std::string PdfDocument::Take() { return std::exchange(surface_->ready, {}); }

}  // namespace wici::registration
