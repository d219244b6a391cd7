// Ids made from names: "Klaster LifeScience Kraków" gives "klaster-lifescience-krakow". And the
// cluster within the name of what belongs to it.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SLUG_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SLUG_H_

#include <string>
#include <string_view>

namespace wici::cluster_registry {

// An id of the form [a-z][a-z0-9-]{2,62}, the same for the same text: Latin letters lose their
// accents (ł is l), everything else becomes a hyphen. What is too long is cut and ends with a
// checksum of the whole; what is too short begins with "c-" and a checksum.
std::string MakeSlug(std::string_view text);

// "clusters/c" of "clusters/c/contacts/p".
std::string ClusterOf(std::string_view name);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SLUG_H_
