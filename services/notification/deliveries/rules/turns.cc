#include "services/notification/deliveries/rules/turns.h"

namespace wici::notification {
namespace {

constexpr std::string_view kEvents = "events/";

}  // namespace

std::string TenantOf(std::string_view event) {
  if (event.substr(0, kEvents.size()) != kEvents) return std::string(kServiceTenant);
  return std::string(event.substr(0, event.find('/', kEvents.size())));
}

std::vector<std::int64_t> Deal(std::int64_t places, std::size_t tenants) {
  std::vector<std::int64_t> dealt;
  const auto all = static_cast<std::int64_t>(tenants);
  for (std::int64_t i = 0; i < all; ++i) dealt.push_back(places / all + (i < places % all ? 1 : 0));
  return dealt;
}

std::size_t LastDealt(std::int64_t places, std::size_t tenants) {
  return static_cast<std::size_t>(places - 1) % tenants;
}

}  // namespace wici::notification
