#include "services/cluster_registry/testing/registry_calls.h"

namespace wici::cluster_registry::testing {

#define WICI_DEFINE(Service, Method, Response)                                         \
  absl::StatusOr<Response> RegistryCalls::Method(const v1::Method##Request& request) { \
    return Call<Response>("wici.cluster_registry.v1." #Service "/" #Method, request);  \
  }                                                                                    \
  absl::StatusOr<Response> RegistryCalls::Method(const std::string& text) {            \
    return Method(Parse<v1::Method##Request>(text));                                   \
  }
WICI_REGISTRY_CALLS(WICI_DEFINE)
#undef WICI_DEFINE

}  // namespace wici::cluster_registry::testing
