// Every reason of the contract has a text for people in every language, and what the libraries
// refuse calls with stands in the contract and is produced by their tests.
#include "libs/testing/reasons.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor_database.h"
#include "gtest/gtest.h"
#include "libs/rpc/localized_message.h"
#include "wici/feed/v1/error_reason.pb.h"
#include "wici/rpc/v1/error_reason.pb.h"

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

// What stands in quotes as reasons do in the sources of a library, tests left out.
std::vector<std::string> ReasonsIn(const std::string& folder) {
  static const std::regex kLiteral("\"([A-Z]+(_[A-Z]+)+)\"");
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (entry.path().extension() != ".cc" || absl::EndsWith(name, "_test.cc") ||
        absl::EndsWith(name, "_fixture.cc") || name == "localized_message.cc") {
      continue;
    }
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const std::string source = text.str();
    for (std::sregex_iterator hit(source.begin(), source.end(), kLiteral), end; hit != end; ++hit) {
      found.push_back((*hit)[1]);
    }
  }
  return found;
}

TEST(ReasonsTest, WhatALibraryRefusesWithStandsInTheContract) {
  // What no client sees: why a process does not start, what the text of a fault is replaced for,
  // and states of gRPC's health service.
  const std::vector<std::string> inside = {"DATABASE_ERROR", "MIGRATION_CHANGED", "SCHEMA_TOO_NEW",
                                           "NOT_SERVING", "SERVICE_UNKNOWN"};
  const std::vector<std::string> documented = Reasons();
  for (const char* folder : {"libs/auth", "libs/feed", "libs/rpc", "libs/sql"}) {
    const std::vector<std::string> used = ReasonsIn(folder);
    EXPECT_FALSE(used.empty()) << folder;
    for (const std::string& reason : used) {
      const bool known =
          std::find(documented.begin(), documented.end(), reason) != documented.end() ||
          std::find(inside.begin(), inside.end(), reason) != inside.end();
      EXPECT_TRUE(known) << reason << " of " << folder
                         << ": document it in proto/wici/rpc/v1/error_reason.proto";
    }
  }
}

TEST(ReasonsTest, EveryReasonOfTheLibrariesIsProducedByATest) {
  EXPECT_THAT(testing::ReasonsWithoutTest(*v1::ErrorReason_descriptor(), "libs"),
              ::testing::IsEmpty());
  EXPECT_THAT(testing::ReasonsWithoutTest(*feed::v1::ErrorReason_descriptor(), "libs"),
              ::testing::IsEmpty());
}

}  // namespace
}  // namespace wici::rpc
