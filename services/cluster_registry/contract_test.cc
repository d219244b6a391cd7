// What the contract of the registry promises as a whole.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "services/cluster_registry/testing/registry_fixture.h"
#include "wici/cluster_registry/v1/error_reason.pb.h"

namespace wici::cluster_registry {
namespace {

class ContractTest : public testing::RegistryTest {};

// That the list only shrinks is what tests/contract/methods_test.py looks after.
TEST_F(ContractTest, MethodsWithoutHandlerAreListed) {
  std::ifstream file("services/cluster_registry/unimplemented_methods.txt");
  std::vector<std::string> listed;
  for (std::string line; std::getline(file, line);) listed.push_back(line);
  EXPECT_EQ(services_.server().UnimplementedMethods(), listed);
}

TEST_F(ContractTest, EveryReasonIsProducedByATest) {
  std::stringstream tests;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator("services/cluster_registry")) {
    const std::string name = entry.path().filename();
    if (name.size() > 8 && name.substr(name.size() - 8) == "_test.cc") {
      tests << std::ifstream(entry.path()).rdbuf();
    }
  }
  const auto* reasons = v1::ErrorReason_descriptor();
  for (int i = 1; i < reasons->value_count(); ++i) {
    const std::string reason =
        reasons->value(i)->name().substr(std::string("ERROR_REASON_").size());
    EXPECT_NE(tests.str().find("Reason(\"" + reason + "\")"), std::string::npos) << reason;
  }
}

}  // namespace
}  // namespace wici::cluster_registry
