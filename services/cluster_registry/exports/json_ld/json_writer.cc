#include "services/cluster_registry/exports/json_ld/json_writer.h"

#include "services/cluster_registry/imports/files/cells.h"

namespace wici::cluster_registry {

void JsonWriter::Next() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (has_element_.empty()) return;
  if (has_element_.back()) text_ += ',';
  has_element_.back() = true;
  text_ += '\n';
  text_.append(2 * has_element_.size(), ' ');
}

JsonWriter& JsonWriter::Begin(char bracket) {
  Next();
  text_ += bracket;
  has_element_.push_back(false);
  return *this;
}

JsonWriter& JsonWriter::End(char bracket) {
  const bool has_element = has_element_.back();
  has_element_.pop_back();
  if (has_element) {
    text_ += '\n';
    text_.append(2 * has_element_.size(), ' ');
  }
  text_ += bracket;
  if (has_element_.empty()) text_ += '\n';
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view name) {
  Next();
  text_ += QuoteJson(name);
  text_ += ": ";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view value) {
  Next();
  text_ += QuoteJson(value);
  return *this;
}

JsonWriter& JsonWriter::Number(std::string_view digits) {
  Next();
  text_ += digits;
  return *this;
}

JsonWriter& JsonWriter::Member(std::string_view name, std::string_view value) {
  return value.empty() ? *this : Key(name).String(value);
}

JsonWriter& JsonWriter::Reference(std::string_view name, std::string_view value) {
  return value.empty() ? *this : Key(name).Begin('{').Member("@id", value).End('}');
}

}  // namespace wici::cluster_registry
