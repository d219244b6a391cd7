#include "services/registration/documents/exports/list_writer.h"

#include <cstddef>
#include <utility>

#include "libs/base/csv.h"
#include "libs/base/json_text.h"
#include "libs/base/status_macros.h"
#include "services/registration/documents/exports/xlsx_writer.h"

namespace wici::registration {
namespace {

class CsvListWriter final : public ListWriter {
 public:
  explicit CsvListWriter(const std::vector<std::string>& columns) { AppendCsv(columns, text_); }
  absl::Status Add(const std::vector<std::string>& cells) override {
    AppendCsv(cells, text_);
    return absl::OkStatus();
  }
  absl::Status Finish() override { return absl::OkStatus(); }
  absl::StatusOr<std::string> Take() override { return std::exchange(text_, {}); }

 private:
  std::string text_;
};

class JsonLinesWriter final : public ListWriter {
 public:
  explicit JsonLinesWriter(std::vector<std::string> columns) : columns_(std::move(columns)) {}
  absl::Status Add(const std::vector<std::string>& cells) override {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      text_ += i == 0 ? '{' : ',';
      AppendJsonString(text_, columns_[i]);
      text_ += ':';
      AppendJsonString(text_, cells[i]);
    }
    text_ += "}\n";
    return absl::OkStatus();
  }
  absl::Status Finish() override { return absl::OkStatus(); }
  absl::StatusOr<std::string> Take() override { return std::exchange(text_, {}); }

 private:
  const std::vector<std::string> columns_;
  std::string text_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ListWriter>> MakeListWriter(v1::ListFormat format,
                                                           std::vector<std::string> columns,
                                                           absl::Time now) {
  if (format == v1::LIST_FORMAT_XLSX) return MakeXlsxWriter(columns, now);
  if (format == v1::LIST_FORMAT_CSV) return std::make_unique<CsvListWriter>(columns);
  return std::make_unique<JsonLinesWriter>(std::move(columns));
}

std::string_view MediaTypeOf(v1::ListFormat format) {
  if (format == v1::LIST_FORMAT_CSV) return "text/csv; charset=utf-8";
  if (format == v1::LIST_FORMAT_JSON_LINES) return "application/jsonl";
  return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
}

std::string_view EndingOf(v1::ListFormat format) {
  if (format == v1::LIST_FORMAT_CSV) return "csv";
  return format == v1::LIST_FORMAT_JSON_LINES ? "jsonl" : "xlsx";
}

}  // namespace wici::registration
