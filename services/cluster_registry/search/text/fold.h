// Words as the search compares them: lower case, without accents, in ASCII where there is a way.
// Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_TEXT_FOLD_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_TEXT_FOLD_H_

#include <string>
#include <string_view>
#include <vector>

namespace wici::cluster_registry {

inline constexpr std::size_t kWordBytesMax = 64;  // of a folded word; longer ones are cut

// The words of `text`: runs of letters and digits. "Łódź" gives "lodz", "BM³" gives "bm3".
std::vector<std::string> FoldWords(std::string_view text);

// The ways people write a folded word that had umlauts: "Nährmittel" gives "nahrmittel" and
// "naehrmittel", the first being what FoldWords gives; ø and å likewise. One for other words. In
// the order of the text, as many lists as FoldWords gives words.
std::vector<std::vector<std::string>> FoldVariants(std::string_view text);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_TEXT_FOLD_H_
