#include "libs/redis/client.h"

#include <openssl/evp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <mutex>
#include <random>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "hiredis/hiredis.h"
#include "libs/base/log.h"
#include "libs/base/metrics.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/redis/address.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"

namespace wici::redis {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr absl::Duration kBackoffMin = absl::Milliseconds(20);
constexpr absl::Duration kBackoffMax = absl::Seconds(2);

Value ToValue(const redisReply& reply) {
  Value value;
  switch (reply.type) {
    case REDIS_REPLY_INTEGER:
      value.kind = Value::Kind::kInteger;
      value.integer = reply.integer;
      break;
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_STRING:
      value.kind = Value::Kind::kText;
      value.text.assign(reply.str, static_cast<std::size_t>(reply.len));
      break;
    case REDIS_REPLY_ERROR:
      value.kind = Value::Kind::kError;
      value.text.assign(reply.str, static_cast<std::size_t>(reply.len));
      break;
    case REDIS_REPLY_ARRAY:
      value.kind = Value::Kind::kArray;
      value.array.reserve(reply.elements);
      for (std::size_t i = 0; i < reply.elements; ++i) {
        value.array.push_back(ToValue(*reply.element[i]));
      }
      break;
    default:
      break;
  }
  return value;
}

struct ReplyDeleter {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

// One connection. Not thread-safe. After an error it is of no further use.
class Connection {
 public:
  explicit Connection(redisContext* context) : context_(context, redisFree) {}

  bool Connected() const { return context_ != nullptr && context_->err == 0; }
  std::string error() const { return context_ == nullptr ? "out of memory" : context_->errstr; }

  // Whether an idle connection is still good: a dead one is readable.
  bool Alive() const {
    pollfd readable{.fd = context_->fd, .events = POLLIN | POLLRDHUP, .revents = 0};
    return poll(&readable, 1, 0) == 0;
  }

  absl::StatusOr<std::vector<Value>> Run(absl::Span<const Command> commands,
                                         absl::Duration timeout) {
    if (timeout != timeout_) {
      if (redisSetTimeout(context_.get(), absl::ToTimeval(timeout)) != REDIS_OK) return Lost();
      timeout_ = timeout;
    }
    std::vector<const char*> texts;
    std::vector<std::size_t> lengths;
    for (const Command& command : commands) {
      texts.clear();
      lengths.clear();
      for (const std::string& argument : command) {
        texts.push_back(argument.data());
        lengths.push_back(argument.size());
      }
      if (redisAppendCommandArgv(context_.get(), static_cast<int>(texts.size()), texts.data(),
                                 lengths.data()) != REDIS_OK) {
        return Lost();
      }
    }
    std::vector<Value> replies;
    replies.reserve(commands.size());
    for (std::size_t i = 0; i < commands.size(); ++i) {
      void* raw = nullptr;
      if (redisGetReply(context_.get(), &raw) != REDIS_OK) return Lost();
      const std::unique_ptr<redisReply, ReplyDeleter> reply(static_cast<redisReply*>(raw));
      replies.push_back(ToValue(*reply));
    }
    return replies;
  }

 private:
  absl::Status Lost() {
    if (context_->err == 0) context_->err = REDIS_ERR_OTHER;
    return absl::UnavailableError(absl::StrCat("connection to Redis lost: ", context_->errstr));
  }

  std::unique_ptr<redisContext, void (*)(redisContext*)> context_;
  absl::Duration timeout_ = absl::ZeroDuration();
};

class PooledClient final : public Client {
 public:
  PooledClient(Address address, const ClientOptions& options)
      : address_(std::move(address)),
        options_(options),
        up_(prometheus::BuildGauge()
                .Name("wici_redis_up")
                .Help("1 while the last attempt to reach Redis succeeded")
                .Register(*Metrics())
                .Add({})),
        failures_(prometheus::BuildCounter()
                      .Name("wici_redis_failures_total")
                      .Help("Calls that found Redis away or lost the connection")
                      .Register(*Metrics())
                      .Add({})) {}

  absl::StatusOr<Value> Call(const Command& command) override {
    return CallBlocking(command, absl::ZeroDuration());
  }

  absl::StatusOr<std::vector<Value>> Pipeline(absl::Span<const Command> commands) override {
    if (commands.empty()) return std::vector<Value>();
    return Run(commands, options_.command_timeout);
  }

  absl::StatusOr<Value> CallBlocking(const Command& command, absl::Duration block) override {
    WICI_ASSIGN_OR_RETURN(std::vector<Value> replies,
                          Run(absl::MakeConstSpan(&command, 1), options_.command_timeout + block));
    WICI_RETURN_IF_ERROR(ToStatus(replies[0]));
    return std::move(replies[0]);
  }

  absl::StatusOr<Value> Script(std::string_view text, const std::vector<std::string>& keys,
                               const std::vector<std::string>& arguments) override;

 private:
  absl::StatusOr<std::vector<Value>> Run(absl::Span<const Command> commands,
                                         absl::Duration timeout);
  absl::StatusOr<std::unique_ptr<Connection>> Acquire();
  absl::StatusOr<std::unique_ptr<Connection>> Connect();
  absl::Status Greet(Connection& connection) const;
  void Release(std::unique_ptr<Connection> connection);

  const Address address_;
  const ClientOptions options_;
  prometheus::Gauge& up_;
  prometheus::Counter& failures_;

  Mutex mutex_;
  CondVar freed_;
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
  int open_ ABSL_GUARDED_BY(mutex_) = 0;  // idle, in use, or being made
  bool away_ ABSL_GUARDED_BY(mutex_) = false;
  bool probing_ ABSL_GUARDED_BY(mutex_) = false;  // while away one caller at a time tries
  absl::Duration backoff_ ABSL_GUARDED_BY(mutex_) = kBackoffMin;
  SteadyClock::time_point retry_at_ ABSL_GUARDED_BY(mutex_);
  std::minstd_rand jitter_ ABSL_GUARDED_BY(mutex_){std::random_device()()};
};

absl::StatusOr<std::vector<Value>> PooledClient::Run(absl::Span<const Command> commands,
                                                     absl::Duration timeout) {
  absl::StatusOr<std::unique_ptr<Connection>> connection = Acquire();
  if (!connection.ok()) {
    failures_.Increment();
    return connection.status();
  }
  absl::StatusOr<std::vector<Value>> replies = (*connection)->Run(commands, timeout);
  // A replica that was the primary: the next connection finds the new one.
  const bool demoted =
      replies.ok() && std::any_of(replies->begin(), replies->end(), [](const Value& value) {
        return value.kind == Value::Kind::kError && absl::StartsWith(value.text, "READONLY");
      });
  if (!replies.ok()) failures_.Increment();
  Release(replies.ok() && !demoted ? *std::move(connection) : nullptr);
  return replies;
}

absl::StatusOr<std::unique_ptr<Connection>> PooledClient::Acquire() {
  {
    const SteadyClock::time_point give_up =
        SteadyClock::now() + absl::ToChronoMicroseconds(options_.command_timeout);
    MutexLock lock(mutex_);
    while (true) {
      while (!idle_.empty()) {
        std::unique_ptr<Connection> connection = std::move(idle_.back());
        idle_.pop_back();
        if (connection->Alive()) return connection;
        --open_;
      }
      const SteadyClock::time_point now = SteadyClock::now();
      if (away_ && (probing_ || now < retry_at_)) {
        return absl::UnavailableError("Redis is away");
      }
      if (open_ < options_.connections_max) break;
      if (now >= give_up) return absl::UnavailableError("all connections to Redis are busy");
      freed_.WaitFor(mutex_, absl::FromChrono(give_up - now));
    }
    ++open_;
    probing_ = away_;
  }
  absl::StatusOr<std::unique_ptr<Connection>> made = Connect();
  MutexLock lock(mutex_);
  probing_ = false;
  up_.Set(made.ok() ? 1 : 0);
  if (made.ok()) {
    if (away_) Log(LogLevel::kInfo, "redis_back");
    away_ = false;
    backoff_ = kBackoffMin;
    return made;
  }
  --open_;
  freed_.NotifyOne();
  if (!away_) {
    Log(LogLevel::kWarning, "redis_away", {{"error", std::string(made.status().message())}});
  }
  away_ = true;
  // Full jitter over the upper half, so that processes do not come back in step.
  const double factor = 0.5 + 0.5 * std::uniform_real_distribution<double>()(jitter_);
  retry_at_ = SteadyClock::now() + absl::ToChronoMicroseconds(backoff_ * factor);
  backoff_ = std::min(backoff_ * 2, kBackoffMax);
  return made;
}

absl::StatusOr<std::unique_ptr<Connection>> PooledClient::Connect() {
  const timeval timeout = absl::ToTimeval(options_.connect_timeout);
  auto connection = std::make_unique<Connection>(
      address_.path.empty() ? redisConnectWithTimeout(address_.host.c_str(), address_.port, timeout)
                            : redisConnectUnixWithTimeout(address_.path.c_str(), timeout));
  if (!connection->Connected()) {
    return absl::UnavailableError(absl::StrCat("cannot reach Redis: ", connection->error()));
  }
  WICI_RETURN_IF_ERROR(Greet(*connection));
  return connection;
}

absl::Status PooledClient::Greet(Connection& connection) const {
  std::vector<Command> commands;
  if (!address_.password.empty()) {
    Command& authenticate = commands.emplace_back(Command{"AUTH"});
    if (!address_.user.empty()) authenticate.push_back(address_.user);
    authenticate.push_back(address_.password);
  }
  if (address_.database != 0) commands.push_back({"SELECT", absl::StrCat(address_.database)});
  if (commands.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const std::vector<Value> replies,
                        connection.Run(commands, options_.command_timeout));
  for (const Value& reply : replies) WICI_RETURN_IF_ERROR(ToStatus(reply));
  return absl::OkStatus();
}

void PooledClient::Release(std::unique_ptr<Connection> connection) {
  MutexLock lock(mutex_);
  if (connection != nullptr) {
    idle_.push_back(std::move(connection));
  } else {
    --open_;
  }
  freed_.NotifyOne();
}

absl::StatusOr<Value> PooledClient::Script(std::string_view text,
                                           const std::vector<std::string>& keys,
                                           const std::vector<std::string>& arguments) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  WICI_CHECK(EVP_Digest(text.data(), text.size(), digest, &length, EVP_sha1(), nullptr) == 1);
  Command command = {"EVALSHA",
                     absl::BytesToHexString({reinterpret_cast<const char*>(digest), length}),
                     absl::StrCat(keys.size())};
  command.insert(command.end(), keys.begin(), keys.end());
  command.insert(command.end(), arguments.begin(), arguments.end());
  absl::StatusOr<Value> reply = Call(command);
  if (!IsErrorReply(reply.status(), "NOSCRIPT")) return reply;
  command[0] = "EVAL";
  command[1] = std::string(text);
  return Call(command);
}

}  // namespace

absl::Status ToStatus(const Value& reply) {
  if (reply.kind != Value::Kind::kError) return absl::OkStatus();
  const std::string_view text = reply.text;
  const std::string_view word = text.substr(0, text.find(' '));
  const bool passing = word == "LOADING" || word == "MASTERDOWN" || word == "CLUSTERDOWN" ||
                       word == "TRYAGAIN" || word == "BUSY";
  return absl::Status(
      passing ? absl::StatusCode::kUnavailable : absl::StatusCode::kFailedPrecondition, reply.text);
}

bool IsErrorReply(const absl::Status& status, std::string_view word) {
  if (status.ok()) return false;
  const absl::string_view text = status.message();
  return text.substr(0, text.find(' ')) == absl::string_view(word.data(), word.size());
}

absl::StatusOr<std::unique_ptr<Client>> Client::Make(std::string_view url,
                                                     const ClientOptions& options) {
  WICI_ASSIGN_OR_RETURN(Address address, ParseUrl(url));
  // hiredis writes without MSG_NOSIGNAL: a Redis that dies must not take this process with it.
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action = {};
    if (sigaction(SIGPIPE, nullptr, &action) == 0 && action.sa_handler == SIG_DFL) {
      std::signal(SIGPIPE, SIG_IGN);
    }
  });
  return std::make_unique<PooledClient>(std::move(address), options);
}

}  // namespace wici::redis
