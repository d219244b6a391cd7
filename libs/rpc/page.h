// Fills the pages of List answers.
#ifndef WICI_LIBS_RPC_PAGE_H_
#define WICI_LIBS_RPC_PAGE_H_

#include <string>
#include <utility>
#include <vector>

#include "libs/rpc/page_token.h"

namespace wici::rpc {

// Fills a List answer from `rows`, of which one more than asked for was read. `position(row)` is
// where the next page goes on after `row`, as words of its token.
template <class Request, class Row, class Items, class Position>
void FillPage(const Request& request, const Page& page, std::vector<Row> rows,
              const Position& position, Items& items, std::string& next_page_token) {
  const auto size = static_cast<std::size_t>(page.size);
  if (rows.size() > size) {
    rows.resize(size);
    next_page_token = MakePageToken(request, position(rows.back()));
  }
  for (Row& row : rows) *items.Add() = std::move(row);
}

// The word of a page token that has one, or "" for the first page.
inline std::string After(const Page& page) { return page.after.empty() ? "" : page.after[0]; }

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_PAGE_H_
