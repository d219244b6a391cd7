// What the contract of the registry promises as a whole.
#include <fstream>
#include <string>
#include <vector>

#include "services/cluster_registry/testing/registry_fixture.h"

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

}  // namespace
}  // namespace wici::cluster_registry
