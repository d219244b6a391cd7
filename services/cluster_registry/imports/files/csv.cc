#include "services/cluster_registry/imports/files/csv.h"

#include <utility>

#include "services/cluster_registry/imports/files/encoding.h"

namespace wici::cluster_registry {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool done() const { return at_ >= text_.size(); }

  CsvRecord Next() {
    CsvRecord record;
    record.line = line_;
    for (;;) {
      std::string field;
      const bool fine = Peek() == '"' ? Quoted(field, record) : Plain(field, record);
      record.fields.push_back(std::move(field));
      if (!fine) {
        SkipLine();
        return record;
      }
      if (Peek() != ',') break;
      ++at_;
    }
    EndOfLine();
    return record;
  }

 private:
  char Peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool AtEndOfLine() const {
    return done() || Peek() == '\n' ||
           (Peek() == '\r' && (Peek(1) == '\n' || at_ + 1 == text_.size()));
  }
  void EndOfLine() {
    if (Peek() == '\r') ++at_;
    if (Peek() == '\n') ++at_;
    ++line_;
  }
  void SkipLine() {
    while (!done() && Peek() != '\n') ++at_;
    EndOfLine();
  }

  bool Plain(std::string& field, CsvRecord& record) {
    while (!AtEndOfLine() && Peek() != ',') {
      if (Peek() == '"') {
        record.fault = "a quote inside an unquoted field";
        return false;
      }
      field += text_[at_++];
    }
    return true;
  }

  bool Quoted(std::string& field, CsvRecord& record) {
    const std::size_t begin = at_;
    const int begin_line = line_;
    for (++at_; !done(); ++at_) {
      if (Peek() == '"') {
        if (Peek(1) != '"') break;
        ++at_;
      } else if (Peek() == '\n') {
        ++line_;
      }
      field += text_[at_];
    }
    const bool ended = !done();
    ++at_;
    if (ended && (AtEndOfLine() || Peek() == ',')) return true;
    // A stray quote may have swallowed lines: only the one it stands on is broken.
    record.fault = ended ? "text after a quoted field" : "a quoted field does not end";
    at_ = begin;
    line_ = begin_line;
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
};

bool Blank(const CsvRecord& record) {
  return record.fault.empty() && record.fields.size() == 1 && record.fields[0].empty();
}

}  // namespace

std::vector<CsvRecord> ParseCsv(std::string_view text, std::size_t records_max) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.substr(0, 3) == kByteOrderMark) text.remove_prefix(3);
  std::vector<CsvRecord> records;
  Reader reader(text);
  while (!reader.done()) {
    CsvRecord record = reader.Next();
    if (Blank(record)) continue;
    for (const std::string& field : record.fields) {
      if (record.fault.empty() && !IsUtf8(field)) record.fault = "not UTF-8";
    }
    records.push_back(std::move(record));
    if (records.size() > records_max) {
      records.back().fault = "too many rows";
      break;
    }
  }
  return records;
}

}  // namespace wici::cluster_registry
