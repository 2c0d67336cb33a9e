// The web apps inside the binary, and the paths they are served under.
#pragma once

#include <span>
#include <string_view>

#include "yingda/net/http.hpp"

namespace yingda::app {

/// One packed file; all views are static. Generated from YINGDA_WEB_DIST at build time (tools/embed_web.py).
struct PackedAsset {
  std::string_view path;  // "console/index.html"
  net::AssetView view;
};

/// Sorted by path; empty when the binary was built without web apps.
std::span<const PackedAsset> packed_assets() noexcept;

/// Serves consoles, widget and demo shop: `/` -> /console/, /console/* (single page application), /widget.js,
/// /widget/*, /demo/* with `demo` only. Not blocking. Whatever it does not know is answered 404.
void serve_asset(const net::HttpRequest& request, const net::HttpReply& reply, bool demo);

}  // namespace yingda::app
