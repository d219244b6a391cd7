// What may change in a label scheme without anybody saying that it was wrong.
//
// Answers about labels follow from the policies of their time (L6). Adding what was not recorded
// and ending what was open says something new; anything else says that the record was wrong, and
// needs a reason. Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_LABEL_SCHEMES_LABEL_SCHEME_CHANGES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_LABEL_SCHEMES_LABEL_SCHEME_CHANGES_H_

#include <vector>

#include "libs/base/error.h"
#include "libs/base/violations.h"
#include "wici/cluster_registry/v1/label_scheme.pb.h"

namespace wici::cluster_registry {

// Every kind, policy and issuer of `before` that `after` removes or changes in more than: the end
// of an interval that was open, the source of a policy, the role of an issuer.
std::vector<FieldViolation> FindCorrections(const v1::LabelScheme& before,
                                            const v1::LabelScheme& after);

// A kind is never removed, since labels of it are recorded: one violation for each that `after`
// does not have.
void CheckKindsStay(const v1::LabelScheme& before, const v1::LabelScheme& after,
                    Violations& violations);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LABEL_SCHEMES_LABEL_SCHEME_CHANGES_H_
