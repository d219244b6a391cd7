// A channel during whose work a test does something else.
#ifndef WICI_SERVICES_NOTIFICATION_SENDING_TESTING_INTERRUPTED_CHANNEL_H_
#define WICI_SERVICES_NOTIFICATION_SENDING_TESTING_INTERRUPTED_CHANNEL_H_

#include <functional>
#include <utility>
#include <vector>

#include "services/notification/sending/channel.h"

namespace wici::notification {

// `inner`, with what is to happen once: the first time that messages were made, that one is about
// to be sent, or that one was sent.
class InterruptedChannel final : public Channel {
 public:
  struct Interruptions {
    std::function<void()> after_prepare = nullptr;
    std::function<void()> before_send = nullptr;
    std::function<void()> after_send = nullptr;
  };

  InterruptedChannel(Channel& inner, Interruptions interruptions)
      : inner_(inner), interruptions_(std::move(interruptions)) {}

  v1::Channel kind() const override { return inner_.kind(); }
  absl::StatusOr<std::vector<Made>> Prepare(absl::Span<const ClaimedDelivery> deliveries,
                                            absl::Time now) override {
    auto made = inner_.Prepare(deliveries, now);
    Once(interruptions_.after_prepare);
    return made;
  }
  AttemptResult Send(int thread, const ClaimedDelivery& delivery, const Outgoing& outgoing,
                     const BeforeEnd& before_end) override {
    Once(interruptions_.before_send);
    const AttemptResult result = inner_.Send(thread, delivery, outgoing, before_end);
    Once(interruptions_.after_send);
    return result;
  }

 private:
  static void Once(std::function<void()>& interruption) {
    if (interruption) std::exchange(interruption, nullptr)();
  }

  Channel& inner_;
  Interruptions interruptions_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_SENDING_TESTING_INTERRUPTED_CHANNEL_H_
