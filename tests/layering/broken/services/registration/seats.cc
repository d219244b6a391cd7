// A rule that reads the database, the clock, and another service's insides.
#include "libs/sql/database.h"
#include "libs/testing/matchers.h"
#include "services/cluster_registry/audience.h"
#include "wici/notification/v1/notification.pb.h"

absl::Time Today() { return absl::Now(); }
