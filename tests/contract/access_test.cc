// Who may call what, RPC by RPC: calls the authoriser for every RPC of the contract, every role
// and {own, foreign, no} scope, and compares what it lets through with access_table.txt. A change
// of that file is a change of the access policy: read it as one. To rewrite it, run this test with
// WICI_UPDATE_TABLES=1.
#include "libs/auth/access.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/descriptor_database.h"
#include "google/protobuf/message.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "wici/access/v1/access.pb.h"

namespace wici::auth {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

constexpr char kTable[] = "tests/contract/access_table.txt";
constexpr char kOwn[] = "things/own";
constexpr char kForeign[] = "things/foreign";

// Every RPC of the contract, by name.
std::vector<const MethodDescriptor*> Methods() {
  std::vector<std::string> files;
  DescriptorPool::internal_generated_database()->FindAllFileNames(&files);
  std::vector<const MethodDescriptor*> methods;
  for (const std::string& name : files) {
    if (name.rfind("wici/", 0) != 0) continue;
    const auto* file = DescriptorPool::generated_pool()->FindFileByName(name);
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        methods.push_back(file->service(s)->method(m));
      }
    }
  }
  std::sort(methods.begin(), methods.end(),
            [](const auto* a, const auto* b) { return a->full_name() < b->full_name(); });
  return methods;
}

const access::v1::Access& Rule(const MethodDescriptor& method) {
  return method.options().GetExtension(access::v1::access);
}

// A request of `method` whose scope field is `scope`.
std::unique_ptr<Message> RequestOn(const MethodDescriptor& method, const std::string& scope) {
  std::unique_ptr<Message> request(
      MessageFactory::generated_factory()->GetPrototype(method.input_type())->New());
  Message* message = request.get();
  std::string path = Rule(method).scope_field();
  while (!path.empty()) {
    const std::string name = path.substr(0, path.find('.'));
    path.erase(0, std::min(name.size() + 1, path.size()));
    const auto* field = message->GetDescriptor()->FindFieldByName(name);
    if (field == nullptr) return nullptr;
    if (path.empty()) {
      message->GetReflection()->SetString(message, field, scope);
    } else {
      message = message->GetReflection()->MutableMessage(message, field);
    }
  }
  return request;
}

absl::Status Authorize(const MethodDescriptor& method, const std::vector<RoleBinding>& bindings,
                       const std::string& scope) {
  const auto request = RequestOn(method, scope);
  return RoleAuthorizer().Authorize({"users/anna", bindings}, method, *request);
}

// The roles that may call `method` on a scope of their own; checks that they may not elsewhere.
std::vector<std::string> RolesThatMayCall(const MethodDescriptor& method) {
  const bool scoped = !Rule(method).scope_field().empty();
  std::vector<std::string> allowed;
  for (const std::string_view name : RoleNames()) {
    const std::string role(name);
    SCOPED_TRACE(absl::StrCat(method.full_name(), " as ", role));
    const bool everywhere = Authorize(method, {{role, "platform"}}, kOwn).ok();
    const bool own = Authorize(method, {{role, kOwn}}, kOwn).ok();
    EXPECT_EQ(own, everywhere && scoped);
    EXPECT_THAT(Authorize(method, {{role, kForeign}}, kOwn),
                StatusIs(absl::StatusCode::kPermissionDenied, Reason("PERMISSION_DENIED")));
    // A scope left out is the whole platform, not nobody's.
    EXPECT_THAT(Authorize(method, {{role, kOwn}}, ""),
                StatusIs(absl::StatusCode::kPermissionDenied));
    if (everywhere) allowed.push_back(role);
  }
  std::sort(allowed.begin(), allowed.end());
  return allowed;
}

class AccessTest : public ::testing::Test {
 protected:
  const std::vector<const MethodDescriptor*> methods_ = Methods();
};

TEST_F(AccessTest, SeesTheWholeContract) {
  for (const char* service :
       {"wici.cluster_registry.v1.ClusterService", "wici.registration.v1.EventService",
        "wici.notification.v1.NotificationService", "wici.feed.v1.FeedService",
        "wici.people.v1.ContactPointService"}) {
    EXPECT_TRUE(std::any_of(methods_.begin(), methods_.end(), [service](const auto* method) {
      return method->service()->full_name() == service;
    })) << service;
  }
}

TEST_F(AccessTest, EveryRpcHasARuleAndAScopeThatExists) {
  for (const auto* method : methods_) {
    EXPECT_NE(Rule(*method).permission(), access::v1::PERMISSION_UNSPECIFIED)
        << method->full_name();
    ASSERT_NE(RequestOn(*method, kOwn), nullptr) << method->full_name();
  }
}

TEST_F(AccessTest, NobodyMayCallWhatIsNotPublic) {
  for (const auto* method : methods_) {
    const auto request = RequestOn(*method, kOwn);
    const absl::Status status = RoleAuthorizer().Authorize(Principal(), *method, *request);
    if (Rule(*method).permission() == access::v1::PERMISSION_SIGNED_IN) {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnauthenticated)) << method->full_name();
      EXPECT_THAT(Authorize(*method, {}, kOwn), IsOk()) << method->full_name();
      EXPECT_THAT(Authorize(*method, {{"attendee", kForeign}}, kOwn), IsOk());
      continue;
    }
    if (Rule(*method).permission() == access::v1::PERMISSION_PUBLIC) {
      EXPECT_THAT(status, IsOk()) << method->full_name();
    } else {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnauthenticated)) << method->full_name();
    }
    EXPECT_EQ(Authorize(*method, {}, kOwn).ok(), status.ok()) << method->full_name();
    EXPECT_EQ(Authorize(*method, {{"no-such-role", "platform"}}, kOwn).ok(), status.ok())
        << method->full_name();
  }
}

TEST_F(AccessTest, RolesMayCallWhatTheTableSays) {
  std::string actual;
  for (const auto* method : methods_) {
    const auto permission = Rule(*method).permission();
    const std::string& scope = Rule(*method).scope_field();
    absl::StrAppend(&actual, method->full_name(), " (", scope.empty() ? "platform" : scope, "): ",
                    permission == access::v1::PERMISSION_PUBLIC ? "everybody"
                    : permission == access::v1::PERMISSION_SIGNED_IN
                        ? "everybody who is signed in"
                        : absl::StrJoin(RolesThatMayCall(*method), " "),
                    "\n");
  }
  if (std::getenv("WICI_UPDATE_TABLES") != nullptr) std::ofstream(kTable) << actual;
  std::stringstream expected;
  expected << std::ifstream(kTable).rdbuf();
  EXPECT_EQ(actual, expected.str());
}

}  // namespace
}  // namespace wici::auth
