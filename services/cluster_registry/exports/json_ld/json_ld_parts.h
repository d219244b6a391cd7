// What the nodes of several kinds of resource are made of: the document around them, lists,
// translations, identifiers, sources, intervals. Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_JSON_LD_JSON_LD_PARTS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_JSON_LD_JSON_LD_PARTS_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/repeated_field.h"
#include "services/cluster_registry/exports/json_ld/json_writer.h"
#include "wici/cluster_registry/v1/common.pb.h"

namespace wici::cluster_registry {

// A document around the nodes that `write` writes.
std::string JsonLdDocument(std::string_view base_uri,
                           const std::function<void(JsonWriter&)>& write);

// An array of texts; nothing when there are none, like all below.
template <class List>
void WriteTexts(std::string_view name, const List& list, JsonWriter& json) {
  if (list.empty()) return;
  json.Key(name).Begin('[');
  for (const std::string& text : list) json.String(text);
  json.End(']');
}

// Translations by language, in the order of the languages.
template <class Map>
void WriteTranslations(std::string_view name, const Map& map, JsonWriter& json) {
  if (map.empty()) return;
  const std::map<std::string, std::string> sorted(map.begin(), map.end());
  json.Key(name).Begin('[');
  for (const auto& [language, text] : sorted) {
    json.Begin('{').Member("@value", text).Member("@language", language).End('}');
  }
  json.End(']');
}

template <class List>
void WriteIdentifiers(const List& ids, JsonWriter& json) {
  if (ids.empty()) return;
  json.Key("schema:identifier").Begin('[');
  for (const v1::ExternalId& id : ids) {
    json.Begin('{').Type("schema:PropertyValue");
    json.Member("schema:propertyID", id.scheme()).Member("schema:value", id.value()).End('}');
  }
  json.End(']');
}

template <class List>
void WriteSources(const List& provenances, JsonWriter& json) {
  std::vector<std::string> sources;
  for (const v1::Provenance& provenance : provenances) sources.push_back(provenance.source());
  WriteTexts("dct:source", sources, json);
}

// "NACE 2.1 20.14" for each code.
void AddSubjects(const google::protobuf::RepeatedPtrField<v1::Code>& codes,
                 std::vector<std::string>& subjects);
void WriteRole(const std::string& role, JsonWriter& json);
void WriteInterval(const std::string& from, const std::string& until, JsonWriter& json);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_JSON_LD_JSON_LD_PARTS_H_
