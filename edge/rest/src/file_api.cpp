// Agents' files: upload, bytes, thumbnails.
#include <algorithm>

#include "api.hpp"
#include "areas.hpp"

namespace yingda::rest {

struct UploadQuery {
  std::optional<std::string> name;
};
YD_DESCRIBE(UploadQuery, (name))
template <>
inline constexpr bool kFromQuery<UploadQuery> = true;

struct DownloadQuery {
  std::optional<bool> download;
};
YD_DESCRIBE(DownloadQuery, (download))

namespace {

/// Bytes that lie in the store before their row is committed; gone again when it never is.
class Pending {
 public:
  Pending(files::FileStore& store, files::Stored stored) : store_(store), stored_(std::move(stored)) {}
  ~Pending() {
    if (!kept_) store_.remove(stored_.key);
  }
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  const files::Stored& stored() const { return stored_; }
  void keep() { kept_ = true; }

 private:
  files::FileStore& store_;
  files::Stored stored_;
  std::atomic<bool> kept_ = false;
};

Result<files::Stored> store_part(files::FileStore& store, const net::HttpRequest& request, std::string_view body,
                                 const std::optional<std::string>& name) {
  YD_TRY(const auto parts, net::decode_multipart(request.header("content-type"), body));
  const auto part = std::ranges::find(parts, "file", &net::Part::name);
  if (part == parts.end()) return fail_fields({{"file", "request.required"}});
  return store.put(part->content, name.value_or(part->file_name));
}

Result<files::Stored> store_body(files::FileStore& store, const net::HttpRequest& request,
                                 const std::optional<std::string>& name) {
  if (request.body_bytes > conversation::kFileBytesMax + 16 * 1024)
    return fail(Code::limit_exceeded, "request.too_large");
  const bool multipart = request.header("content-type").starts_with("multipart/form-data");
  Result<files::Stored> stored;
  if (request.body_file) {
    YD_TRY(const auto mapped, files::MappedFile::open(*request.body_file));
    stored =
        multipart ? store_part(store, request, mapped.bytes(), name) : store.put(mapped.bytes(), name.value_or(""));
  } else {
    stored = multipart ? store_part(store, request, request.body, name) : store.put(request.body, name.value_or(""));
  }
  if (stored && stored->bytes > conversation::kFileBytesMax) {
    store.remove(stored->key);
    return fail(Code::limit_exceeded, "request.too_large");
  }
  return stored;
}

Result<conversation::FileInfo> add_row(Services& services, Call& call, storage::Transaction& tx) {
  const auto pending = std::any_cast<std::shared_ptr<Pending>>(call.prepared);
  const auto& stored = pending->stored();
  const conversation::FileInfo file{.id = services.ids.next<FileId>(),
                                    .name = stored.name,
                                    .content_type = stored.content_type,
                                    .bytes = stored.bytes,
                                    .width = stored.width,
                                    .height = stored.height,
                                    .duration_ms = stored.duration_ms,
                                    .thumbnail = stored.thumbnail};
  YD_TRY(auto added, services.conversations.add_file(tx, call.actor.tenant, file, {}, call.actor.user, stored.key));
  tx.on_commit([pending] { pending->keep(); });
  return added;
}

net::HttpResponse file_response(std::string path, const conversation::FileInfo& file, std::string_view content_type,
                                files::Disposition disposition) {
  net::HttpResponse response;
  for (auto& [name, value] : files::serving_headers(content_type, file.name, disposition)) response.set(name, value);
  response.file = std::move(path);
  return response;
}

}  // namespace

void declare_files(Api& api, Ground ground) {
  using net::Method;
  auto& services = ground.services;

  api.write(
         Method::post, "/files", "Upload a file: its bytes, or multipart field `file`", signed_in(),
         [&services](Call& call, storage::Transaction& tx, const UploadQuery&) { return add_row(services, call, tx); })
      .upload()
      .prepare(Pool::workers, [&services](Call& call, const UploadQuery& query) -> Status {
        YD_TRY(auto stored, store_body(services.files, call.request, query.name));
        call.prepared = std::make_shared<Pending>(services.files, std::move(stored));
        return {};
      });
  api.read(Method::get, "/files/{id}", "A file's bytes", signed_in(),
           [&services](Call& call, storage::Transaction& tx, FileId id,
                       const DownloadQuery& query) -> Result<net::HttpResponse> {
             YD_TRY(const auto file, services.conversations.access_file(tx, call.actor, id));
             YD_TRY(auto path, services.files.path(file.storage_key));
             return file_response(
                 std::move(path), file.info, file.info.content_type,
                 query.download.value_or(false) ? files::Disposition::attachment : files::Disposition::automatic);
           });
  api.read(Method::get, "/files/{id}/thumbnail", "A picture's thumbnail, JPEG", signed_in(),
           [&services](Call& call, storage::Transaction& tx, FileId id) -> Result<net::HttpResponse> {
             YD_TRY(const auto file, services.conversations.access_file(tx, call.actor, id));
             YD_TRY(auto path, services.files.thumbnail_path(file.storage_key));
             return file_response(std::move(path), file.info, "image/jpeg", files::Disposition::automatic);
           });
}

}  // namespace yingda::rest
