// What is searched of clusters, members, offers and requests: names and descriptions, never
// contacts nor another personal datum. Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_DOCUMENTS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_DOCUMENTS_H_

#include <string>
#include <string_view>

#include "services/cluster_registry/search/index/search_index.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/collaboration.pb.h"
#include "wici/cluster_registry/v1/member.pb.h"

namespace wici::cluster_registry {

SearchDocument DocumentOf(const v1::Cluster& cluster);
// A member is seen by who sees its cluster. One that is a person has no text.
SearchDocument DocumentOf(const v1::Member& member, const v1::Cluster& cluster);
// `item` as it is stored: its last day is compared when somebody searches.
SearchDocument DocumentOf(const v1::CollaborationItem& item);

// Of names and titles: that in `language`, else in English, else any.
std::string TitleOf(const v1::Cluster& cluster, const std::string& language);
std::string TitleOf(const v1::CollaborationItem& item, const std::string& language);

// A piece of the text of `document` around the first word of `query` in its descriptions, at most
// about 200 characters; "" when none is there.
std::string SnippetOf(const SearchDocument& document, std::string_view query);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_DOCUMENTS_H_
