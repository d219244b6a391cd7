#include "services/cluster_registry/labels/validate_label.h"

#include <string>

#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

// L12: a verification by somebody else than the holder rests on something that can be looked at.
bool NeedsEvidence(v1::Label::Verification verification) {
  return verification == v1::Label::VERIFICATION_DOCUMENT_SEEN ||
         verification == v1::Label::VERIFICATION_LISTED_BY_ISSUER ||
         verification == v1::Label::VERIFICATION_CONFIRMED_BY_ISSUER;
}

void ValidateVerification(std::string_view field, const v1::Label& label, Violations& violations) {
  if (!v1::Label::Verification_IsValid(label.verification())) {
    violations.Add(Path(field, "verification"), "not a known value");
  }
  if (NeedsEvidence(label.verification()) && label.evidences().empty()) {
    violations.Add(Path(field, "evidences"), "required for this verification");
  }
  violations.OptionalDate(Path(field, "recheck_by"), label.recheck_by());
  ValidateEvidences(field, label.evidences(), violations);
}

}  // namespace

void ValidateEvidences(std::string_view field,
                       const google::protobuf::RepeatedPtrField<v1::Evidence>& evidences,
                       Violations& violations) {
  CheckEach(field, "evidences", evidences, violations,
            [&](const std::string& path, const v1::Evidence& evidence) {
              if (evidence.sha256().empty() && evidence.uri().empty()) {
                violations.Add(path, "sha256 or uri is required");
              }
              if (!evidence.sha256().empty() && !IsSha256(evidence.sha256())) {
                violations.Add(Path(path, "sha256"), "not 64 digits 0-9, a-f");
              }
              violations.OptionalText(Path(path, "media_type"), evidence.media_type(), 256);
              violations.OptionalText(Path(path, "uri"), evidence.uri(), kUriBytesMax);
              violations.OptionalDate(Path(path, "seen_on"), evidence.seen_on());
            });
}

void ValidateLabel(std::string_view field, const v1::Label& label, Violations& violations) {
  violations.RequireResourceName(Path(field, "scheme"), label.scheme(), "labelSchemes/*");
  violations.RequireText(Path(field, "kind"), label.kind(), 64);
  violations.OptionalText(Path(field, "name_as_printed"), label.name_as_printed(), kTitleBytesMax);
  violations.OptionalText(Path(field, "certificate_number"), label.certificate_number(),
                          kNameBytesMax);
  violations.OptionalText(Path(field, "portfolio"), label.portfolio(), kNameBytesMax);
  OptionalPartialDate(violations, Path(field, "assessed_on"), label.assessed_on());
  OptionalPartialDate(violations, Path(field, "issued_on"), label.issued_on());
  CheckInterval(Path(field, "valid_from"), label.valid_from(), Path(field, "valid_until"),
                label.valid_until(), violations);
  if (!v1::Label::TermBasis_IsValid(label.term_basis())) {
    violations.Add(Path(field, "term_basis"), "not a known value");
  }
  violations.OptionalText(Path(field, "issuer"), label.issuer(), kTitleBytesMax);
  violations.OptionalResourceName(Path(field, "assessment"), label.assessment(),
                                  "clusters/*/assessments/*");
  ValidateVerification(field, label, violations);
  CheckProvenances(field, "provenances", label.provenances(), violations);
}

void ValidateLabelEvent(std::string_view field, const v1::LabelEvent& event,
                        Violations& violations) {
  RequireEnum(Path(field, "type"), event.type(), v1::LabelEvent::Type_IsValid(event.type()),
              violations);
  switch (event.type()) {
    case v1::LabelEvent::TYPE_SUSPENSION:
    case v1::LabelEvent::TYPE_REINSTATEMENT:
    case v1::LabelEvent::TYPE_REVOCATION:
      violations.RequireDate(Path(field, "effective_on"), event.effective_on());
      break;
    case v1::LabelEvent::TYPE_TRANSFER:
    case v1::LabelEvent::TYPE_END:
      violations.Add(Path(field, "type"), "recorded by a succession only");
      break;
    default:
      violations.OptionalDate(Path(field, "effective_on"), event.effective_on());
      break;
  }
  violations.RequireText(Path(field, "reason"), event.reason(), kUriBytesMax);
}

}  // namespace wici::cluster_registry
