#include "services/cluster_registry/imports/plans/complete.h"

#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Adds elements of a repeated field that are not there. A map entry counts by its key.
bool CompleteList(const Message& facts, const FieldDescriptor& field, Message& target) {
  const auto& from = *facts.GetReflection();
  const auto& into = *target.GetReflection();
  const bool texts = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  const auto key = [&](const Message& message, int i) {
    if (texts) return message.GetReflection()->GetRepeatedString(message, &field, i);
    const Message& element = message.GetReflection()->GetRepeatedMessage(message, &field, i);
    if (!field.is_map()) return element.SerializeAsString();
    return element.GetReflection()->GetString(element, field.message_type()->map_key());
  };
  bool changed = false;
  for (int i = 0; i < from.FieldSize(facts, &field); ++i) {
    const std::string wanted = key(facts, i);
    bool there = false;
    for (int k = 0; k < into.FieldSize(target, &field) && !there; ++k) {
      there = key(target, k) == wanted;
    }
    if (there) continue;
    changed = true;
    if (texts) {
      into.AddString(&target, &field, wanted);
    } else {
      into.AddMessage(&target, &field)->CopyFrom(from.GetRepeatedMessage(facts, &field, i));
    }
  }
  return changed;
}

}  // namespace

bool CompleteFields(const Message& facts, absl::Span<const std::string_view> names,
                    Message& target) {
  const google::protobuf::Descriptor& type = *target.GetDescriptor();
  bool changed = false;
  for (const std::string_view name : names) {
    const FieldDescriptor& field = *type.FindFieldByName(std::string(name));
    if (field.is_repeated()) {
      changed = CompleteList(facts, field, target) || changed;
      continue;
    }
    if (!facts.GetReflection()->HasField(facts, &field) ||
        target.GetReflection()->HasField(target, &field)) {
      continue;
    }
    const std::unique_ptr<Message> one(facts.New());
    one->CopyFrom(facts);
    std::vector<const FieldDescriptor*> set;
    one->GetReflection()->ListFields(*one, &set);
    for (const FieldDescriptor* other : set) {
      if (other != &field) one->GetReflection()->ClearField(one.get(), other);
    }
    target.MergeFrom(*one);
    changed = true;
  }
  return changed;
}

}  // namespace wici::cluster_registry
