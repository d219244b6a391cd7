// rpc uses sql, and opens a driver of its own.
#include <sqlite3.h>

#include "libs/sql/database.h"
