#include "assets.hpp"

#include <algorithm>
#include <string>

namespace yingda::app {
namespace {

using net::HttpRequest;
using net::HttpResponse;
using net::Method;

const PackedAsset* find(std::string_view path) {
  const auto assets = packed_assets();
  const auto at = std::ranges::lower_bound(assets, path, {}, &PackedAsset::path);
  return at != assets.end() && at->path == path ? &*at : nullptr;
}

/// A Host header fit to stand in a policy; others are left out.
std::string_view checked_host(const HttpRequest& request) {
  const std::string_view host = request.header("host");
  const bool plain = std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == ':' ||
           c == '-' || c == '[' || c == ']';
  });
  return plain && host.size() < 256 ? host : std::string_view{};
}

/// Scripts only from us and never inline: whatever a message holds, it cannot become code. Sockets are named for
/// browsers that do not count them to 'self'.
std::string console_policy(const HttpRequest& request) {
  std::string connect = "connect-src 'self'";
  if (const auto host = checked_host(request); !host.empty())
    connect.append(request.tls ? " wss://" : " ws://").append(host);
  return "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
         "img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; manifest-src 'self'; "
         "frame-src 'self'; " +
         connect + "; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
}

/// The demo shop stands for a company's own page: it may be framed by us (live preview) and loads the widget.
std::string demo_policy(const HttpRequest& request) {
  std::string connect = "connect-src 'self'";
  if (const auto host = checked_host(request); !host.empty())
    connect.append(request.tls ? " wss://" : " ws://").append(host);
  return "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
         "media-src 'self' blob:; font-src 'self'; " +
         connect + "; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";
}

void add_common(HttpResponse& response, const HttpRequest& request) {
  response.set("x-content-type-options", "nosniff");
  response.set("referrer-policy", "strict-origin-when-cross-origin");
  if (request.tls) response.set("strict-transport-security", "max-age=31536000");
}

HttpResponse asset_response(const PackedAsset& asset) {
  HttpResponse response;
  response.asset = asset.view;
  return response;
}

HttpResponse redirect(std::string to) {
  HttpResponse response;
  response.status = 302;
  return response.set("location", std::move(to)).set("cache-control", "no-store");
}

HttpResponse text(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response.set("content-type", "text/plain; charset=utf-8")
      .set("cache-control", "no-store")
      .set("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
}

HttpResponse not_found() { return text(404, "Not found\n"); }

/// Every path below /console/ that is no file is a page of the application.
HttpResponse console(const HttpRequest& request) {
  const std::string path = request.path.substr(1);
  const PackedAsset* asset = find(path);
  if (!asset && path.starts_with("console/assets/")) return not_found();
  if (!asset) asset = find("console/index.html");
  if (!asset) return text(200, "Yingda is running. This binary was built without the web apps.\n");
  return asset_response(*asset).set("content-security-policy", console_policy(request));
}

HttpResponse demo_shop(const HttpRequest& request) {
  const std::string path = request.path.ends_with('/') ? request.path + "index.html" : request.path;
  const PackedAsset* asset = find(std::string_view(path).substr(1));
  return asset ? asset_response(*asset).set("content-security-policy", demo_policy(request)) : not_found();
}

/// Other people's pages load these.
HttpResponse widget(std::string_view path) {
  const PackedAsset* asset = find(path);
  if (!asset) return not_found();
  auto response = asset_response(*asset);
  response.set("access-control-allow-origin", "*").set("cross-origin-resource-policy", "cross-origin");
  if (!asset->view.immutable) response.set("cache-control", "public, max-age=300");
  return response;
}

HttpResponse answer(const HttpRequest& request, bool demo) {
  const std::string_view path = request.path;
  if (request.method != Method::get && request.method != Method::head) return not_found();
  if (path == "/" || path == "/console" || path == "/setup")
    return redirect(path == "/setup" ? "/console/setup" : "/console/");
  if (path == "/demo") return redirect("/demo/");
  if (path.starts_with("/console/")) return console(request);
  if (path == "/widget.js") return widget("widget/widget.js");
  if (path.starts_with("/widget/")) return widget(path.substr(1));
  if (path.starts_with("/demo/") && demo) return demo_shop(request);
  if (path == "/favicon.ico") return redirect("/console/favicon.svg");
  if (path == "/robots.txt") return text(200, "User-agent: *\nDisallow: /\n");
  return not_found();
}

}  // namespace

void serve_asset(const HttpRequest& request, const net::HttpReply& reply, bool demo) {
  auto response = answer(request, demo);
  add_common(response, request);
  reply.send(std::move(response));
}

}  // namespace yingda::app
