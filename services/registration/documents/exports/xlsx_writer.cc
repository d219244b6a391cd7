#include "services/registration/documents/exports/xlsx_writer.h"

#include <unistd.h>
#include <xlsxwriter.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace wici::registration {
namespace {

constexpr std::size_t kPieceBytesMax = 256 * 1024;
constexpr std::size_t kCellCharactersMax = 32767;
constexpr double kColumnWidth = 24;

absl::Status StorageError(std::string_view what) {
  return absl::ResourceExhaustedError(
      absl::StrCat("a workbook could not be written: ", std::string(what)));
}

// `text` as a cell can hold it. Characters count as UTF-16 does: four bytes of UTF-8 are two.
std::string FitCell(const std::string& text) {
  std::size_t characters = 0;
  std::size_t cut = 0;  // before the last character that leaves room for the ellipsis
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) == 0x80) continue;
    if (characters < kCellCharactersMax - 1) cut = i;
    characters += byte >= 0xF0 ? 2 : 1;
  }
  return characters <= kCellCharactersMax ? text : text.substr(0, cut) + "…";
}

class XlsxWriter final : public ListWriter {
 public:
  ~XlsxWriter() override {
    if (workbook_ != nullptr) lxw_workbook_free(workbook_);
    if (file_ != nullptr) std::fclose(file_);
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  absl::Status Begin(const std::vector<std::string>& columns, absl::Time now) {
    std::string pattern = (std::filesystem::temp_directory_path() / "wici-list-XXXXXX").string();
    const int descriptor = ::mkstemp(pattern.data());
    if (descriptor < 0) return StorageError("no temporary file");
    ::close(descriptor);
    path_ = pattern;
    lxw_workbook_options options = {};
    options.constant_memory = LXW_TRUE;  // rows go to a file as they come
    workbook_ = workbook_new_opt(path_.c_str(), &options);
    sheet_ = workbook_ == nullptr ? nullptr : workbook_add_worksheet(workbook_, nullptr);
    if (sheet_ == nullptr) return StorageError("no workbook");
    lxw_doc_properties properties = {};
    properties.created = absl::ToTimeT(now);  // else it asks the clock
    workbook_set_properties(workbook_, &properties);
    worksheet_set_column(sheet_, 0, static_cast<lxw_col_t>(columns.size() - 1), kColumnWidth,
                         nullptr);
    worksheet_freeze_panes(sheet_, 1, 0);
    return Add(columns);
  }

  absl::Status Add(const std::vector<std::string>& cells) override {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].empty()) continue;
      const lxw_error error = worksheet_write_string(sheet_, row_, static_cast<lxw_col_t>(i),
                                                     FitCell(cells[i]).c_str(), nullptr);
      if (error != LXW_NO_ERROR) return StorageError(lxw_strerror(error));
    }
    ++row_;
    return absl::OkStatus();
  }

  absl::Status Finish() override {
    const lxw_error error = workbook_close(std::exchange(workbook_, nullptr));
    if (error != LXW_NO_ERROR) return StorageError(lxw_strerror(error));
    file_ = std::fopen(path_.c_str(), "rb");
    return file_ == nullptr ? StorageError("it is gone") : absl::OkStatus();
  }

  absl::StatusOr<std::string> Take() override {
    if (file_ == nullptr) return std::string();
    std::string piece(kPieceBytesMax, '\0');
    piece.resize(std::fread(piece.data(), 1, piece.size(), file_));
    if (std::ferror(file_) != 0) return StorageError("it cannot be read");
    return piece;
  }

 private:
  std::string path_;
  lxw_workbook* workbook_ = nullptr;  // until it is closed
  lxw_worksheet* sheet_ = nullptr;    // of the workbook
  lxw_row_t row_ = 0;
  std::FILE* file_ = nullptr;  // after it is closed
};

}  // namespace

absl::StatusOr<std::unique_ptr<ListWriter>> MakeXlsxWriter(const std::vector<std::string>& columns,
                                                           absl::Time now) {
  auto writer = std::make_unique<XlsxWriter>();
  WICI_RETURN_IF_ERROR(writer->Begin(columns, now));
  return writer;
}

}  // namespace wici::registration
