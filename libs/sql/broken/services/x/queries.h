inline constexpr sql::Query kLock{"lock",
                                  "SELECT id FROM a WHERE id = $1 "
                                  "FOR UPDATE SKIP LOCKED"};
inline constexpr sql::Query kSystem{"system", R"sql(
  SELECT xmin FROM a)sql"};
inline constexpr sql::Query kJson{"json", "SELECT body ->> 'x' FROM a"};
inline constexpr sql::Query kNotify{"notify", "NOTIFY changes"};
inline constexpr sql::Query kText{"text", "SELECT 1 FROM a WHERE body @@ $1"};
inline constexpr sql::Query kUpsert{"upsert",
                                    "INSERT INTO a VALUES ($1) ON CONFLICT DO UPDATE SET b = 1"};
