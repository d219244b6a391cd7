#include "services/notification/mail/smtp_transport.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <mutex>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace wici::notification {
namespace {

// What happens on the wire during one mail.
struct Exchange {
  std::string_view message;
  std::size_t position = 0;
  bool all_given = false;  // curl has asked for more after the last byte: the dot may follow
  bool needs_smtputf8 = false;
  bool refused_for_utf8 = false;
  std::string last_reply = "";  // its last line
  const std::function<bool()>* before_end = nullptr;
};

// What is known of the connection that is kept open.
struct Peer {
  bool greeting = false;  // its answer to EHLO is being read
  bool smtputf8 = false;
  bool starttls = false;
};

struct Session {
  Exchange exchange;
  Peer peer;
  bool uses_starttls = false;
};

std::size_t GiveMessage(char* buffer, std::size_t size, std::size_t count, void* user) {
  Exchange& exchange = static_cast<Session*>(user)->exchange;
  const std::size_t left = exchange.message.size() - exchange.position;
  const std::size_t length = std::min(size * count, left);
  if (length == left && left > 0 && !(*exchange.before_end)()) return CURL_READFUNC_ABORT;
  std::memcpy(buffer, exchange.message.data() + exchange.position, length);
  exchange.position += length;
  if (length == 0) exchange.all_given = true;
  return length;
}

// Notes what the relay offers in its answer to EHLO.
void TakeOffer(Session& session, absl::string_view keyword) {
  if (absl::EqualsIgnoreCase(keyword, "SMTPUTF8")) session.peer.smtputf8 = true;
  if (absl::EqualsIgnoreCase(keyword, "STARTTLS")) session.peer.starttls = true;
}

// Gets each line of the relay. A short return value ends the transfer.
std::size_t TakeReply(char* data, std::size_t size, std::size_t count, void* user) {
  Session& session = *static_cast<Session*>(user);
  const absl::string_view line = absl::StripAsciiWhitespace(absl::string_view(data, size * count));
  const bool last_line = line.size() < 4 || line[3] != '-';
  if (absl::StartsWith(line, "220")) session.peer = Peer{.greeting = true};
  if (session.peer.greeting && absl::StartsWith(line, "250") && line.size() > 4) {
    TakeOffer(session, line.substr(4));
    session.peer.greeting = !last_line;
    // After STARTTLS there will be another greeting; that one counts.
    const bool complete = last_line && !(session.peer.starttls && session.uses_starttls);
    if (complete && session.exchange.needs_smtputf8 && !session.peer.smtputf8) {
      session.exchange.refused_for_utf8 = true;
      return 0;
    }
  }
  // 221 answers the QUIT that follows a failure.
  if (last_line && !absl::StartsWith(line, "221")) session.exchange.last_reply = std::string(line);
  return size * count;
}

// "5.1.1" from "550 5.1.1 unknown user", or "".
std::string EnhancedCode(std::string_view reply) {
  if (reply.size() < 9 || reply[3] != ' ') return "";
  const std::string_view rest = reply.substr(4);
  const std::string_view code = rest.substr(0, rest.find(' '));
  const bool digits_and_dots = std::all_of(
      code.begin(), code.end(), [](unsigned char c) { return absl::ascii_isdigit(c) || c == '.'; });
  const auto dots = std::count(code.begin(), code.end(), '.');
  return digits_and_dots && dots == 2 && code.size() <= 11 && code[0] == reply[0]
             ? std::string(code)
             : "";
}

SendResult Classify(CURLcode result, int code, const Exchange& exchange) {
  SendResult sent;
  if (exchange.refused_for_utf8) {
    sent.outcome = v1::ATTEMPT_OUTCOME_REJECTED;
    sent.reason = v1::DELIVERY_REASON_SMTPUTF8_NEEDED;
    return sent;
  }
  sent.code = code;
  sent.enhanced_code = EnhancedCode(exchange.last_reply);
  if (result == CURLE_OK) {
    sent.outcome = v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY;
    return sent;
  }
  const bool reply_about_mail = result == CURLE_SEND_ERROR ||  // MAIL, RCPT, DATA
                                result == CURLE_RECV_ERROR ||  // newer versions: RCPT
                                (result == CURLE_WEIRD_SERVER_REPLY && exchange.all_given);
  // The relay closes the connection, or wants a login or encryption first: whatever the mail.
  const bool about_us = code == 421 || code == 530 || code == 534 || code == 535 || code == 538;
  if (code >= 500 && code < 600 && reply_about_mail && !about_us) {
    sent.outcome = v1::ATTEMPT_OUTCOME_REJECTED;
    return sent;
  }
  if (exchange.all_given && (code < 400 || code >= 600)) {
    sent.outcome = v1::ATTEMPT_OUTCOME_UNKNOWN;
    return sent;
  }
  sent.outcome = v1::ATTEMPT_OUTCOME_DEFERRED;
  sent.relay_failed = !reply_about_mail || code < 400 || about_us;
  return sent;
}

class CurlTransport final : public SmtpTransport {
 public:
  explicit CurlTransport(const SmtpOptions& options) : options_(options), curl_(curl_easy_init()) {
    session_.uses_starttls = options.tls != TlsPolicy::kNone;
  }
  ~CurlTransport() override { curl_easy_cleanup(curl_); }

  SendResult Send(const Mailbox& from, const Mailbox& to, std::string_view message,
                  const std::function<bool()>& before_end) override {
    session_.exchange = Exchange{
        .message = message, .needs_smtputf8 = to.needs_smtputf8(), .before_end = &before_end};
    const std::string sender = absl::StrCat("<", from.wire_address(), ">");
    const std::string recipient = absl::StrCat("<", to.wire_address(), ">");
    curl_slist* recipients = curl_slist_append(nullptr, recipient.c_str());
    SetUp(absl::StrCat(options_.url, "/", std::string(from.domain())));
    curl_easy_setopt(curl_, CURLOPT_MAIL_FROM, sender.c_str());
    curl_easy_setopt(curl_, CURLOPT_MAIL_RCPT, recipients);
    // Only a new connection greets, and only the greeting tells what the relay offers.
    if (to.needs_smtputf8()) curl_easy_setopt(curl_, CURLOPT_FRESH_CONNECT, 1L);
    const CURLcode result = curl_easy_perform(curl_);
    long code = 0;  // NOLINT: curl's type
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &code);
    curl_slist_free_all(recipients);
    const SendResult sent = Classify(result, static_cast<int>(code), session_.exchange);
    if (sent.outcome == v1::ATTEMPT_OUTCOME_UNKNOWN || sent.relay_failed) GiveUpConnection();
    return sent;
  }

 private:
  // curl keeps a connection on which the reply to the final dot did not come in time. When it comes
  // later, it would be taken for the reply to the next mail. Without a socket curl makes another
  // connection, and does not wait for the reply to its QUIT.
  void GiveUpConnection() {
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(curl_, CURLINFO_ACTIVESOCKET, &socket);
    if (socket != CURL_SOCKET_BAD) shutdown(socket, SHUT_RDWR);
  }

  // Resets the options, not the connection.
  void SetUp(const std::string& url) {
    curl_easy_reset(curl_);
    curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl_, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl_, CURLOPT_READFUNCTION, &GiveMessage);
    curl_easy_setopt(curl_, CURLOPT_READDATA, &session_);
    curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, &TakeReply);
    curl_easy_setopt(curl_, CURLOPT_HEADERDATA, &session_);
    curl_easy_setopt(curl_, CURLOPT_CONNECTTIMEOUT_MS,
                     absl::ToInt64Milliseconds(options_.connect_timeout));
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, absl::ToInt64Milliseconds(options_.mail_timeout));
    SetUpTls();
  }

  void SetUpTls() {
    const bool required = options_.tls == TlsPolicy::kRequired;
    curl_easy_setopt(curl_, CURLOPT_USE_SSL,
                     static_cast<long>(options_.tls == TlsPolicy::kNone ? CURLUSESSL_NONE  // NOLINT
                                       : required                       ? CURLUSESSL_ALL
                                                                        : CURLUSESSL_TRY));
    const bool verify = required || absl::StartsWith(options_.url, "smtps://");
    curl_easy_setopt(curl_, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
    curl_easy_setopt(curl_, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
    if (options_.ca_file.empty()) return;
    curl_easy_setopt(curl_, CURLOPT_CAINFO, options_.ca_file.c_str());
    curl_easy_setopt(curl_, CURLOPT_CAPATH, nullptr);  // else those of the system as well
  }

  const SmtpOptions options_;
  CURL* const curl_;
  Session session_;
};

}  // namespace

absl::StatusOr<TlsPolicy> ParseTlsPolicy(std::string_view text) {
  if (text == "none") return TlsPolicy::kNone;
  if (text == "opportunistic") return TlsPolicy::kOpportunistic;
  if (text == "required") return TlsPolicy::kRequired;
  return absl::InvalidArgumentError("TLS policy must be none, opportunistic or required");
}

absl::StatusOr<std::unique_ptr<SmtpTransport>> SmtpTransport::Make(const SmtpOptions& options) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const absl::string_view url = options.url;
  const std::size_t slashes = url.find("://");
  if (!(absl::StartsWith(url, "smtp://") || absl::StartsWith(url, "smtps://")) ||
      url.substr(slashes + 3).empty() ||
      url.substr(slashes + 3).find_first_of("/ \r\n") != absl::string_view::npos) {
    return absl::InvalidArgumentError("the relay must be smtp://host:port or smtps://host:port");
  }
  if (!options.ca_file.empty() && !std::ifstream(options.ca_file).good()) {
    return absl::InvalidArgumentError("the CA file of the relay cannot be read");
  }
  return std::make_unique<CurlTransport>(options);
}

}  // namespace wici::notification
