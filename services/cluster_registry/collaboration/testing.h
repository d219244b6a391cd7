// What the tests of offers, requests and interests share.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_TESTING_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_TESTING_H_

#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry::testing {

// clusters/abc of Mazovia with members/m1, clusters/def of Bavaria, and short ways to items.
class CollaborationTest : public RegistryTest {
 protected:
  void SetUp() override {
    AddRegions();
    AddCluster(R"(home_region: "regions/mazovia")");
    ASSERT_THAT(CreateCluster(R"(cluster_id: "def" cluster { display_name: "Def" country: "DE"
                                                             home_region: "regions/bavaria" })"),
                wici::testing::IsOk());
    ASSERT_THAT(CreateMember(R"(parent: "clusters/abc" member_id: "mem"
                                member { display_name: "Farby Łódź" kind: KIND_SMALL_ENTERPRISE })"),
                wici::testing::IsOk());
  }

  // A public technology offer in the division of chemicals, valid for a year, with more `fields`
  // in text format; those given replace what they name.
  static v1::CreateCollaborationItemRequest Offer(const std::string& fields = "",
                                                  const std::string& id = "resins",
                                                  const std::string& cluster = "abc") {
    v1::CreateCollaborationItemRequest request;
    request.set_parent("clusters/" + cluster);
    request.set_collaboration_item_id(id);
    v1::CollaborationItem& item = *request.mutable_collaboration_item();
    item = Parse<v1::CollaborationItem>(R"pb(
      kind: KIND_TECHNOLOGY_OFFER
      titles { key: "pl" value: "Żywice z odpadów" }
      summaries { key: "pl" value: "Żywice epoksydowe" }
      sectors { scheme: "NACE" version: "Rev. 2" code: "C20" }
      valid_until: "2016-12-18"
      visibility: VISIBILITY_PUBLIC)pb");
    const auto more = Parse<v1::CollaborationItem>(fields);
    if (!more.sectors().empty()) item.clear_sectors();
    item.MergeFrom(more);
    return request;
  }
  static std::string Name(const std::string& id = "resins", const std::string& cluster = "abc") {
    return "clusters/" + cluster + "/collaborationItems/" + id;
  }
  // Created and open.
  void AddOpen(const v1::CreateCollaborationItemRequest& request) {
    ASSERT_THAT(CreateCollaborationItem(request), wici::testing::IsOk());
    ASSERT_THAT(PublishCollaborationItem("name: \"" + request.parent() + "/collaborationItems/" +
                                         request.collaboration_item_id() + "\""),
                wici::testing::IsOk());
  }
  void AddOpen() { AddOpen(Offer()); }

  // An interest of clusters/def in the offer of clusters/abc.
  absl::StatusOr<v1::Interest> Express(const std::string& interested = "clusters/def",
                                       const std::string& more = "") {
    return CreateInterest("parent: \"" + Name() + "\" interest { interested: \"" + interested +
                          "\" message: \"Wann?\" } " + more);
  }

  // A caller with these roles.
  std::string TokenOf(const std::vector<RoleBinding>& bindings) {
    return auth::MakeBearerToken(services_.key(), {"users/other", bindings},
                                 services_.clock().Now(), absl::Hours(24));
  }
  // A method of CollaborationService as that caller; the request in text format.
  template <class Response>
  absl::StatusOr<Response> As(const std::string& token, const std::string& method,
                              const std::string& request) {
    const auto* const type =
        google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
            "wici.cluster_registry.v1." + method + "Request");
    WICI_CHECK(type != nullptr);
    const std::unique_ptr<google::protobuf::Message> message(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
    WICI_CHECK(google::protobuf::TextFormat::ParseFromString(request, message.get()));
    return services_.Call<Response>("wici.cluster_registry.v1.CollaborationService/" + method,
                                    *message, token);
  }
  const std::string partner_ = TokenOf({{"partner-region", "platform"}});
  const std::string bavarian_ =
      TokenOf({{"partner-region", "platform"}, {"cluster-manager", "clusters/def"}});
};

template <class Items>
std::vector<std::string> NamesOf(const Items& items) {
  std::vector<std::string> names;
  for (const auto& item : items) names.push_back(item.name());
  return names;
}

}  // namespace wici::cluster_registry::testing

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_TESTING_H_
