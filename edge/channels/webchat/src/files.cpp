// Files of visitors: uploads kept by content type, downloads by signed link.
#include <algorithm>
#include <utility>

#include "impl.hpp"
#include "yingda/base/log.hpp"
#include "yingda/files/file_store.hpp"

namespace yingda::webchat {
namespace {

Error error_of(Code code, std::string reason) {
  return Error{code, std::move(reason), {}, {}, std::source_location::current()};
}

}  // namespace

FileToken Webchat::Impl::file_token(TenantId tenant, CustomerId customer) const {
  return [this, tenant, customer](FileId file) {
    const auto secret = registry.signing(tenant);
    return secret ? sign_file(*secret, {secret->number, tenant, customer, file}) : std::string();
  };
}

PlaceOf Webchat::Impl::place_of(TenantId tenant) const {
  return [this, tenant](ConversationId conversation) { return realtime::queue_place(routing, tenant, conversation); };
}

void Webchat::Impl::upload(std::shared_ptr<const net::HttpRequest> request, const net::HttpReply& reply) {
  on_worker(*request, reply, [self = shared_from_this(), request, reply] {
    const auto visitor = self->visitor_of(*request);
    if (!visitor) return self->refuse(*request, reply, visitor.error());
    const std::int64_t now = steady_ms();
    auto wait = self->uploads_by_visitor.take(static_cast<std::uint64_t>(visitor->customer.value), now);
    if (wait == 0) wait = self->uploads_by_address.take(address_key(request->remote_address), now);
    if (wait > 0)
      return self->refuse(*request, reply, error_of(Code::limit_exceeded, "request.too_many_requests"), wait);
    auto kept = self->keep_upload(*request, *visitor);
    if (!kept) return self->refuse(*request, reply, kept.error());
    reply.send(with_cors(net::HttpResponse::json(201, *std::move(kept)), *request));
  });
}

Result<std::string> Webchat::Impl::keep_upload(const net::HttpRequest& request, const Visitor& visitor) {
  std::string name = query_value(request, "name");
  const bool multipart = request.header("content-type").starts_with("multipart/form-data");
  std::optional<files::MappedFile> mapped;
  std::string_view bytes = request.body;
  if (request.body_file && multipart) {
    YD_TRY(mapped, files::MappedFile::open(*request.body_file));
    bytes = mapped->bytes();
  }
  if (multipart) {
    YD_TRY(const auto parts, net::decode_multipart(request.header("content-type"), bytes));
    const auto part = std::ranges::find(parts, "file", &net::Part::name);
    if (part == parts.end()) return fail_fields({{"file", "request.required"}});
    bytes = part->content;
    if (name.empty()) name = part->file_name;
  }
  const bool whole_file = request.body_file && !multipart;
  const std::int64_t size = whole_file ? request.body_bytes : static_cast<std::int64_t>(bytes.size());
  if (size > conversation::kFileBytesMax) return fail(Code::limit_exceeded, "request.too_large");
  YD_TRY(const files::Stored stored, whole_file ? files.put_file(*request.body_file, name) : files.put(bytes, name));

  conversation::FileInfo info;
  info.name = stored.name;
  info.content_type = stored.content_type;
  info.bytes = stored.bytes;
  info.width = stored.width;
  info.height = stored.height;
  info.duration_ms = stored.duration_ms;
  info.thumbnail = stored.thumbnail;
  auto added = database.write_for<conversation::FileInfo>(visitor.tenant, [&](storage::Transaction& tx) {
    return conversations.add_file(tx, visitor.tenant, info, visitor.customer, UserId{}, stored.key);
  });
  if (!added) {
    files.remove(stored.key);
    return std::unexpected(std::move(added).error());
  }
  return encode_file(*added, file_token(visitor.tenant, visitor.customer));
}

void Webchat::Impl::download(const net::HttpRequest& request, const net::HttpReply& reply, std::string_view rest) {
  constexpr std::string_view kThumbnail = "/thumbnail";
  const bool thumbnail = rest.ends_with(kThumbnail);
  if (thumbnail) rest.remove_suffix(kThumbnail.size());
  const auto id = parse_id<FileId>(rest);
  const std::string token = query_value(request, "token");
  const auto claim = read_file(token);
  const bool save = query_value(request, "download") == "1";
  if (!id || !claim || claim->file != *id)
    return refuse(request, reply, error_of(Code::not_found, "conversation.file_not_found"));
  auto kept = std::make_shared<const net::HttpRequest>(request);
  on_worker(request, reply, [=, self = shared_from_this(), claim = *claim] {
    const auto serve = [&]() -> Result<net::HttpResponse> {
      const auto secret = self->registry.secret(claim.tenant, claim.secret_number);
      if (!secret || !check_signature(*secret, token)) return fail(Code::not_found, "conversation.file_not_found");
      YD_TRY(const auto stored,
             self->database.read_for<conversation::Conversations::StoredFile>([&](storage::Transaction& tx) {
               return self->conversations.file_for_customer(tx, claim.tenant, claim.customer, claim.file);
             }));
      net::HttpResponse response;
      if (thumbnail) {
        YD_TRY(response.file, self->files.thumbnail_path(stored.storage_key));
      } else {
        YD_TRY(response.file, self->files.path(stored.storage_key));
      }
      const auto headers = files::serving_headers(
          thumbnail ? std::string_view("image/jpeg") : std::string_view(stored.info.content_type), stored.info.name,
          save ? files::Disposition::attachment : files::Disposition::automatic);
      for (const auto& [name, value] : headers)
        if (name != "cross-origin-resource-policy") response.set(name, value);
      // The widget lives on other sites' pages.
      response.set("cross-origin-resource-policy", "cross-origin");
      return response;
    };
    auto response = serve();
    if (!response) return self->refuse(*kept, reply, response.error());
    reply.send(with_cors(*std::move(response), *kept));
  });
}

}  // namespace yingda::webchat
