// A real SMTP server for tests (smtp_sink.py on aiosmtpd), which does what the recipient's local
// part says and keeps the mails it takes.
#ifndef WICI_SERVICES_NOTIFICATION_TESTING_SMTP_SINK_H_
#define WICI_SERVICES_NOTIFICATION_TESTING_SMTP_SINK_H_

#include <string>
#include <vector>

#include "libs/testing/temp_dir.h"
#include "services/notification/testing/child_server.h"

namespace wici::notification {

struct SmtpSinkOptions {
  bool smtputf8 = true;
  // "starttls" or "smtps" (smtp_sink.py), with a certificate for localhost; empty: no TLS.
  std::string tls = {};
};

// Not thread-safe. The server dies with the test process, however that ends.
class SmtpSink {
 public:
  // Starts it; ends the process when that fails.
  explicit SmtpSink(SmtpSinkOptions options = {});
  SmtpSink(const SmtpSink&) = delete;
  SmtpSink& operator=(const SmtpSink&) = delete;

  std::string url() const;  // the same over restarts
  // The same, by that name: "localhost", or what leads there.
  std::string UrlBy(const std::string& host) const;
  // The certificate of one with TLS.
  std::string ca_file() const { return directory_.File("ca.pem"); }
  const std::string& directory() const { return directory_.path(); }
  // The mails taken so far, in order, each with its envelope on top.
  std::vector<std::string> Mails() const;
  // A line of facts for each, read by parsers that are not ours; see read_mails.py. Ends the
  // process when a mail is malformed.
  std::vector<std::string> Facts() const;

  // Forgets all mails and whom it has deferred: cheaper than another server. Starts it again if
  // need be.
  void Clear();
  void Stop();   // kill -9
  void Start();  // on the same port

 private:
  const SmtpSinkOptions options_;
  testing::TempDir directory_;
  ChildServer server_;
  int port_ = 0;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TESTING_SMTP_SINK_H_
