#include "services/cluster_registry/imports/files/cells.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/json_text.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A path taken apart: "identifiers.NIP" is the field identifiers with the part "NIP".
struct Place {
  const FieldDescriptor* field = nullptr;
  std::string part;
};

bool IsTextMap(const FieldDescriptor& field) {
  return field.is_map() &&
         field.message_type()->map_value()->cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
         field.message_type()->map_key()->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
}

const FieldDescriptor* MemberOf(const FieldDescriptor& field, const char* name) {
  return field.message_type() == nullptr ? nullptr : field.message_type()->FindFieldByName(name);
}

// ExternalId and Code are what one scheme says; what is said stands in here.
const FieldDescriptor* WordOf(const FieldDescriptor& field) {
  if (!field.is_repeated() || MemberOf(field, "scheme") == nullptr) return nullptr;
  const FieldDescriptor* value = MemberOf(field, "value");
  return value != nullptr ? value : MemberOf(field, "code");
}

Place FindPlace(const Descriptor& type, std::string_view path) {
  const std::size_t dot = path.find('.');
  Place place;
  place.field = type.FindFieldByName(std::string(path.substr(0, dot)));
  if (place.field == nullptr || dot == std::string_view::npos) return place;
  place.part = std::string(path.substr(dot + 1));
  const bool parted = IsTextMap(*place.field) || WordOf(*place.field) != nullptr;
  if (!parted || place.part.empty()) place.field = nullptr;
  return place;
}

// "VISIBILITY_" of VISIBILITY_UNSPECIFIED.
std::string PrefixOf(const EnumDescriptor& type) {
  const std::string& name = type.value(0)->name();
  const std::size_t at = name.rfind("UNSPECIFIED");
  return at == std::string::npos ? "" : name.substr(0, at);
}

std::string SetEnum(const FieldDescriptor& field, const std::string& cell, Message& message) {
  const EnumDescriptor& type = *field.enum_type();
  const EnumValueDescriptor* value = type.FindValueByName(PrefixOf(type) + cell);
  if (value == nullptr) value = type.FindValueByName(cell);
  if (value == nullptr || value->number() == 0) {
    std::vector<std::string> names;
    for (int i = 1; i < type.value_count(); ++i) {
      names.push_back(type.value(i)->name().substr(PrefixOf(type).size()));
    }
    return absl::StrCat("must be one of ", absl::StrJoin(names, ", "));
  }
  message.GetReflection()->SetEnum(&message, &field, value);
  return "";
}

std::string SetNumber(const FieldDescriptor& field, const std::string& cell, Message& message) {
  std::int64_t number = 0;
  if (!absl::SimpleAtoi(cell, &number)) return "not a number";
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
    message.GetReflection()->SetInt64(&message, &field, number);
    return "";
  }
  if (number < INT32_MIN || number > INT32_MAX) return "not a number of 32 bits";
  message.GetReflection()->SetInt32(&message, &field, static_cast<std::int32_t>(number));
  return "";
}

std::string SetFlag(const FieldDescriptor& field, const std::string& cell, Message& message) {
  if (cell != "true" && cell != "false") return "must be true or false";
  message.GetReflection()->SetBool(&message, &field, cell == "true");
  return "";
}

// Whatever a field holds, written as JSON.
std::string SetJson(const FieldDescriptor& field, const std::string& cell, Message& message) {
  const std::unique_ptr<Message> read(message.New());
  const std::string json = absl::StrCat("{\"", field.name(), "\":", cell, "}");
  if (!google::protobuf::util::JsonStringToMessage(json, read.get()).ok()) {
    return "not the JSON of this field";
  }
  // A cell that closes the object early would set other fields.
  std::vector<const FieldDescriptor*> set;
  read->GetReflection()->ListFields(*read, &set);
  if (set.size() > 1 || (set.size() == 1 && set[0] != &field)) return "not the JSON of this field";
  message.MergeFrom(*read);
  return "";
}

// "scheme=value" or "scheme@version=code".
std::string AddWord(const FieldDescriptor& field, const std::string& text, Message& message) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) return "must be scheme=value";
  std::string scheme = text.substr(0, equals);
  Message& word = *message.GetReflection()->AddMessage(&message, &field);
  if (const FieldDescriptor* version = MemberOf(field, "version"); version != nullptr) {
    const std::size_t at = scheme.find('@');
    if (at != std::string::npos) {
      word.GetReflection()->SetString(&word, version, scheme.substr(at + 1));
      scheme.resize(at);
    }
  }
  word.GetReflection()->SetString(&word, MemberOf(field, "scheme"), scheme);
  word.GetReflection()->SetString(&word, WordOf(field), text.substr(equals + 1));
  return "";
}

std::string SetWords(const FieldDescriptor& field, const std::string& prefix,
                     const std::string& cell, Message& message) {
  for (const auto word : absl::StrSplit(cell, '|', absl::SkipWhitespace())) {
    const std::string fault = AddWord(field, absl::StrCat(prefix, word), message);
    if (!fault.empty()) return fault;
  }
  return "";
}

std::string SetTexts(const FieldDescriptor& field, const std::string& cell, Message& message) {
  if (cell[0] == '[') return SetJson(field, cell, message);
  for (const auto text : absl::StrSplit(cell, '|', absl::SkipWhitespace())) {
    message.GetReflection()->AddString(&message, &field,
                                       std::string(absl::StripAsciiWhitespace(text)));
  }
  return "";
}

std::string SetMessage(const FieldDescriptor& field, const std::string& cell, Message& message) {
  if (cell[0] == '[' || cell[0] == '{') return SetJson(field, cell, message);
  if (WordOf(field) != nullptr) return SetWords(field, "", cell, message);
  const FieldDescriptor* source = MemberOf(field, "source");
  if (!field.is_repeated() || source == nullptr) return "must be JSON";
  Message& provenance = *message.GetReflection()->AddMessage(&message, &field);
  provenance.GetReflection()->SetString(&provenance, source, cell);
  return "";
}

std::string SetPart(const Place& place, const std::string& cell, Message& message) {
  if (!place.field->is_map()) {
    return SetWords(*place.field, place.part + "=", cell, message);
  }
  return SetJson(*place.field, absl::StrCat("{", QuoteJson(place.part), ":", QuoteJson(cell), "}"),
                 message);
}

std::string JoinTexts(const std::vector<std::string>& texts) {
  const bool plain = std::none_of(texts.begin(), texts.end(), [](const std::string& text) {
    return text.empty() || text.find('|') != std::string::npos || text[0] == '[';
  });
  if (plain) return absl::StrJoin(texts, "|");
  return absl::StrCat("[",
                      absl::StrJoin(texts, ",",
                                    [](std::string* out, const std::string& text) {
                                      out->append(QuoteJson(text));
                                    }),
                      "]");
}

std::string GetMap(const FieldDescriptor& field, const Message& message) {
  std::map<std::string, std::string> sorted;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    const Message& entry = message.GetReflection()->GetRepeatedMessage(message, &field, i);
    const Descriptor& type = *field.message_type();
    sorted.emplace(entry.GetReflection()->GetString(entry, type.map_key()),
                   entry.GetReflection()->GetString(entry, type.map_value()));
  }
  if (sorted.empty()) return "";
  return absl::StrCat("{",
                      absl::StrJoin(sorted, ",",
                                    [](std::string* out, const auto& entry) {
                                      out->append(absl::StrCat(QuoteJson(entry.first), ":",
                                                               QuoteJson(entry.second)));
                                    }),
                      "}");
}

std::string ToJson(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  (void)google::protobuf::util::MessageToJsonString(message, &text, options);
  return text;
}

std::string GetRepeated(const FieldDescriptor& field, const Message& message) {
  const auto& reflection = *message.GetReflection();
  const int size = reflection.FieldSize(message, &field);
  if (size == 0) return "";
  std::vector<std::string> texts;
  for (int i = 0; i < size; ++i) {
    texts.push_back(field.cpp_type() == FieldDescriptor::CPPTYPE_STRING
                        ? reflection.GetRepeatedString(message, &field, i)
                        : ToJson(reflection.GetRepeatedMessage(message, &field, i)));
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) return JoinTexts(texts);
  return absl::StrCat("[", absl::StrJoin(texts, ","), "]");
}

}  // namespace

bool IsCellField(const Descriptor& type, std::string_view path) {
  return FindPlace(type, path).field != nullptr;
}

std::string SetCellField(std::string_view path, const std::string& cell, Message& message) {
  if (cell.empty()) return "";
  const Place place = FindPlace(*message.GetDescriptor(), path);
  if (!place.part.empty()) return SetPart(place, cell, message);
  const FieldDescriptor& field = *place.field;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.is_repeated()) return SetTexts(field, cell, message);
      message.GetReflection()->SetString(&message, &field, cell);
      return "";
    case FieldDescriptor::CPPTYPE_ENUM:
      return field.is_repeated() ? SetJson(field, cell, message) : SetEnum(field, cell, message);
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      return field.is_repeated() ? SetJson(field, cell, message) : SetNumber(field, cell, message);
    case FieldDescriptor::CPPTYPE_BOOL:
      return SetFlag(field, cell, message);
    default:
      return SetMessage(field, cell, message);
  }
}

std::string GetCellField(std::string_view name, const Message& message) {
  const FieldDescriptor& field = *message.GetDescriptor()->FindFieldByName(std::string(name));
  const auto& reflection = *message.GetReflection();
  if (field.is_map()) return GetMap(field, message);
  if (field.is_repeated()) return GetRepeated(field, message);
  // Of a field that knows whether it is set, false and 0 are values.
  const bool set = field.has_presence() && reflection.HasField(message, &field);
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_ENUM: {
      const EnumValueDescriptor& value = *reflection.GetEnum(message, &field);
      return value.number() == 0 ? "" : value.name().substr(PrefixOf(*value.type()).size());
    }
    case FieldDescriptor::CPPTYPE_INT32: {
      const std::int32_t number = reflection.GetInt32(message, &field);
      return number == 0 && !set ? "" : absl::StrCat(number);
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      const std::int64_t number = reflection.GetInt64(message, &field);
      return number == 0 && !set ? "" : absl::StrCat(number);
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : (set ? "false" : "");
    default:
      return reflection.HasField(message, &field) ? ToJson(reflection.GetMessage(message, &field))
                                                  : "";
  }
}

std::string QuoteJson(std::string_view text) {
  std::string quoted;
  AppendJsonString(quoted, text);
  return quoted;
}

}  // namespace wici::cluster_registry
