#include "services/notification/sending/contact_mail.h"

#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "services/notification/mail/event_times.h"
#include "services/notification/mail/mime.h"
#include "services/notification/templates/rules/built_in.h"
#include "services/notification/templates/rules/render.h"

namespace wici::notification {
namespace {

constexpr char kSubscriptionsPrefix[] = "subscriptions/";

AttemptResult ContactNotTold(v1::AttemptOutcome outcome, v1::DeliveryReason reason) {
  AttemptResult result;
  result.outcome = outcome;
  result.reason = reason;
  return result;
}

// Whether the subscription stands as the mail says.
bool IsStillOff(const v1::Subscription& subscription) {
  if (subscription.state() != v1::Subscription::STATE_DISABLED) return false;
  return subscription.disable_reason() == v1::Subscription::DISABLE_REASON_GONE ||
         subscription.has_failing_since();  // not after its URL was changed
}

absl::StatusOr<Mail> ComposeForContact(const ClaimedDelivery& delivery,
                                       const v1::Subscription& subscription, const Sender& sender,
                                       const Mailbox& to, absl::Time now) {
  const v1::TemplateVersion::Content& content =
      ChooseContent(*FindBuiltInVersion(kSubscriptionDisabled), {subscription.contact_language()});
  TemplateValues values;
  values.subscription = subscription.name();
  values.subscription_title = subscription.title();
  if (subscription.disable_reason() == v1::Subscription::DISABLE_REASON_FAILING) {
    WICI_ASSIGN_OR_RETURN(
        values.failing_since,
        DescribeInstant(TimeOf(subscription.failing_since()), "UTC", content.language()));
  }
  WICI_ASSIGN_OR_RETURN(RenderedTexts texts, Render(content, values));
  WICI_ASSIGN_OR_RETURN(HeaderValue subject, HeaderValue::Parse(texts.subject));
  WICI_ASSIGN_OR_RETURN(HeaderValue message_id,
                        HeaderValue::Parse(MessageId(delivery.id, sender.from)));
  const std::string id = subscription.name().substr(std::size(kSubscriptionsPrefix) - 1);
  WICI_ASSIGN_OR_RETURN(HeaderValue thread_id,
                        HeaderValue::Parse(absl::StrCat("subscription.", id, "@",
                                                        std::string(sender.from.domain()))));
  WICI_ASSIGN_OR_RETURN(Mailbox from, Mailbox::Parse(sender.from.address(), "wici"));
  WICI_ASSIGN_OR_RETURN(HeaderValue language, HeaderValue::Parse(content.language()));
  return Mail{.from = std::move(from),
              .to = to,
              .subject = std::move(subject),
              .message_id = std::move(message_id),
              .thread_id = std::move(thread_id),
              .date = now,
              .list = std::nullopt,
              .language = std::move(language),
              .text = std::move(texts.text),
              .html = std::move(texts.html),
              .calendar = std::nullopt};
}

}  // namespace

bool IsToContact(const ClaimedDelivery& delivery) {
  return delivery.template_name == kSubscriptionDisabled &&
         delivery.person.rfind(kSubscriptionsPrefix, 0) == 0;
}

std::variant<Outgoing, AttemptResult> MakeContactMail(const ClaimedDelivery& delivery,
                                                      const v1::Subscription* subscription,
                                                      const Sender& sender, absl::Time now) {
  if (subscription == nullptr || subscription->contact_email().empty()) {
    return ContactNotTold(v1::ATTEMPT_OUTCOME_SUPPRESSED, v1::DELIVERY_REASON_PERSON_UNKNOWN);
  }
  if (!IsStillOff(*subscription)) {
    return ContactNotTold(v1::ATTEMPT_OUTCOME_SUPPRESSED, v1::DELIVERY_REASON_OVERTAKEN);
  }
  const absl::StatusOr<Mailbox> to = Mailbox::Parse(subscription->contact_email());
  if (!to.ok()) {
    return ContactNotTold(v1::ATTEMPT_OUTCOME_REJECTED, v1::DELIVERY_REASON_ADDRESS_INVALID);
  }
  const absl::StatusOr<Mail> mail = ComposeForContact(delivery, *subscription, sender, *to, now);
  if (!mail.ok()) {
    Log(LogLevel::kError, "contact_mail_not_composed",
        {{"delivery", delivery.id}, {"error", std::string(mail.status().message())}});
    return ContactNotTold(v1::ATTEMPT_OUTCOME_REJECTED, v1::DELIVERY_REASON_TEMPLATE_DEFECT);
  }
  return Outgoing{std::string(to->domain()), to->wire_address(),
                  SignMail(sender.dkim, ComposeMail(*mail), now)};
}

}  // namespace wici::notification
