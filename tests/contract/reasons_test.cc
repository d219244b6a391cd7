// Every reason of the contract has a text for people in every language.
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor_database.h"
#include "gtest/gtest.h"
#include "libs/rpc/localized_message.h"

namespace wici::rpc {
namespace {

// The values of every ErrorReason enum, without their prefix.
std::vector<std::string> Reasons() {
  constexpr std::string_view kPrefix = "ERROR_REASON_";
  std::vector<std::string> files;
  google::protobuf::DescriptorPool::internal_generated_database()->FindAllFileNames(&files);
  std::vector<std::string> reasons;
  for (const std::string& name : files) {
    if (name.rfind("wici/", 0) != 0) continue;
    const auto* file = google::protobuf::DescriptorPool::generated_pool()->FindFileByName(name);
    const auto* type = file->FindEnumTypeByName("ErrorReason");
    if (type == nullptr) continue;
    for (int i = 0; i < type->value_count(); ++i) {
      EXPECT_EQ(type->value(i)->name().rfind(kPrefix, 0), 0U) << type->value(i)->full_name();
      if (type->value(i)->number() == 0) continue;
      reasons.push_back(type->value(i)->name().substr(kPrefix.size()));
    }
  }
  return reasons;
}

TEST(ReasonsTest, EveryReasonIsSaidInEveryLanguage) {
  const std::vector<std::string> reasons = Reasons();
  EXPECT_GT(reasons.size(), 40U);
  for (const std::string& reason : reasons) {
    for (const char* language : {"pl", "en", "de"}) {
      EXPECT_FALSE(LocalizedMessage(reason, language).empty())
          << reason << " has no text in " << language << ": add it to localized_message.cc";
    }
  }
}

}  // namespace
}  // namespace wici::rpc
