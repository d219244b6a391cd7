// Fields of resources as cells of a table, both ways: what an export writes an import reads.
//
//   text, number, flag     as they are; true and false
//   enum                   without its prefix: "PUBLIC" for VISIBILITY_PUBLIC
//   list of texts          "a|b", or JSON where a text holds "|"
//   map language to text   JSON: {"en":"...","pl":"..."}
//   messages               JSON: [{"scheme":"NIP","value":"..."}]; an import also takes
//   "NIP=525..|..."
//                          for identifiers, "NACE@Rev. 2=C20|..." for codes, plain text for sources
//
// Of maps, identifiers and codes a part can be a field of its own: "translated_names.pl",
// "identifiers.NIP", "sectors.NACE". Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_FILES_CELLS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_FILES_CELLS_H_

#include <string>
#include <string_view>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace wici::cluster_registry {

// Whether `path` is a field of `type`, or a part of one as above.
bool IsCellField(const google::protobuf::Descriptor& type, std::string_view path);

// Sets the field, adding to what other cells have set of it. Returns what is wrong with `cell`, or
// "". `path` is a field as above.
std::string SetCellField(std::string_view path, const std::string& cell,
                         google::protobuf::Message& message);

// The field as a cell, the same for the same value.
std::string GetCellField(std::string_view name, const google::protobuf::Message& message);

// `text` as a string of JSON.
std::string QuoteJson(std::string_view text);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_FILES_CELLS_H_
