// Writes JSON as it comes: in the order of the calls, indented, with what is empty left out.
//
//   JsonWriter json;
//   json.Begin('{');
//   json.Member("schema:name", cluster.display_name());
//   json.Key("schema:address").Begin('{').Member("schema:addressCountry", "PL").End('}');
//   json.End('}');
//   json.text();
//
// Not thread-safe.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_JSON_LD_JSON_WRITER_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_JSON_LD_JSON_WRITER_H_

#include <string>
#include <string_view>
#include <vector>

namespace wici::cluster_registry {

class JsonWriter {
 public:
  // '{' or '[', and its end.
  JsonWriter& Begin(char bracket);
  JsonWriter& End(char bracket);
  // The name of what comes next, inside an object.
  JsonWriter& Key(std::string_view name);
  JsonWriter& String(std::string_view value);
  // `digits` is a number as JSON writes it.
  JsonWriter& Number(std::string_view digits);
  // Key and string; nothing for an empty value.
  JsonWriter& Member(std::string_view name, std::string_view value);
  // Key and {"@id": value}; nothing for an empty value.
  JsonWriter& Reference(std::string_view name, std::string_view value);
  // Key and type: "@type".
  JsonWriter& Type(std::string_view type) { return Member("@type", type); }

  const std::string& text() const { return text_; }

 private:
  // What stands before a value or a key: comma, line, indentation.
  void Next();

  std::string text_;
  std::vector<bool> has_element_;  // of each open bracket
  bool after_key_ = false;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_JSON_LD_JSON_WRITER_H_
