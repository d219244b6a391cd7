// The one place that may include the driver.
#include <sqlite3.h>
