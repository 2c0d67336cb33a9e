// The OpenAPI 3.1 document, from the declared endpoints.
#include <map>

#include "areas.hpp"
#include "rest_impl.hpp"
#include "yingda/base/json_append.hpp"
#include "yingda/base/json_schema.hpp"

namespace yingda::rest {

struct FieldProblem {
  std::string field, reason, message;
};
YD_DESCRIBE(FieldProblem, (field, reason, message))

struct Problem {
  std::string code, reason, message;
  std::vector<FieldProblem> fields;
};
YD_DESCRIBE(Problem, (code, reason, message, fields))

namespace {

std::string quoted(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

/// "POST /api/v1/users/{id}/totp/disable" -> "postUsersIdTotpDisable".
std::string operation_id(const Endpoint& endpoint) {
  std::string out(net::to_string(endpoint.method));
  for (char& c : out) c = static_cast<char>(c | 0x20);
  bool upper = true;
  for (const char c : std::string_view(endpoint.path).substr(sizeof("/api/v1") - 1)) {
    if (c == '/' || c == '{' || c == '}' || c == '-' || c == '_') {
      upper = true;
    } else {
      out.push_back(upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c);
      upper = false;
    }
  }
  return out;
}

std::string_view tag_of(const Endpoint& endpoint) {
  const auto rest = std::string_view(endpoint.path).substr(sizeof("/api/v1/") - 1);
  return rest.substr(0, rest.find('/'));
}

std::string parameters_of(const Endpoint& endpoint, json::Schemas& schemas) {
  std::string out = "[";
  for (const auto& parameter : endpoint.parameters) {
    if (out.size() > 1) out += ',';
    out += R"({"name":)" + quoted(parameter.name) + R"(,"in":)" + quoted(parameter.in) + R"(,"required":)" +
           (parameter.required ? "true" : "false") + R"(,"schema":)" + parameter.schema(schemas) + "}";
  }
  if (endpoint.work == Work::write && endpoint.needs.kind != Needs::Kind::anyone) {
    if (out.size() > 1) out += ',';
    out += R"({"$ref":"#/components/parameters/IdempotencyKey"})";
  }
  return out + "]";
}

std::string answers_of(const Endpoint& endpoint, json::Schemas& schemas) {
  std::string out = R"({"default":{"$ref":"#/components/responses/Problem"},)";
  if (endpoint.binary) {
    out += R"("200":{"description":"The bytes","content":{"*/*":{"schema":{"type":"string","format":"binary"}}}}})";
  } else if (endpoint.answer_schema) {
    out += R"("200":{"description":"Done","content":{"application/json":{"schema":)" + endpoint.answer_schema(schemas) +
           "}}}}";
  } else {
    out += R"("204":{"description":"Done"}})";
  }
  return out;
}

std::string operation_of(const Endpoint& endpoint, json::Schemas& schemas) {
  std::string out = R"({"operationId":)" + quoted(operation_id(endpoint)) + R"(,"summary":)" +
                    quoted(endpoint.summary) + R"(,"tags":[)" + quoted(tag_of(endpoint)) + "]";
  if (endpoint.needs.kind == Needs::Kind::anyone) out += R"(,"security":[])";
  if (endpoint.needs.kind == Needs::Kind::permission)
    out += R"(,"x-permission":)" + quoted(enum_name(endpoint.needs.permission));
  out += R"(,"parameters":)" + parameters_of(endpoint, schemas);
  if (endpoint.upload) {
    out +=
        R"(,"requestBody":{"required":true,"content":{"application/octet-stream":{"schema":{"type":"string","format":"binary"}},)"
        R"("multipart/form-data":{"schema":{"type":"object","properties":{"file":{"type":"string","format":"binary"}},"required":["file"]}}}})";
  } else if (endpoint.body_schema) {
    out += R"(,"requestBody":{"required":true,"content":{"application/json":{"schema":)" +
           endpoint.body_schema(schemas) + "}}}";
  }
  return out + R"(,"responses":)" + answers_of(endpoint, schemas) + "}";
}

/// Long-polling lives in edge/realtime; its frames are those of the socket (docs/protocol.md section 3).
constexpr std::string_view kLongPolling =
    R"("/api/v1/events":{"get":{"operationId":"getEvents","summary":"Wait for events when sockets are blocked","tags":["events"],)"
    R"("parameters":[{"name":"since","in":"query","required":true,"schema":{"type":"integer","format":"int64"}},)"
    R"({"name":"wait_s","in":"query","required":false,"schema":{"type":"integer","format":"int64"}},)"
    R"({"name":"watch","in":"query","required":false,"schema":{"type":"string"}}],)"
    R"("responses":{"default":{"$ref":"#/components/responses/Problem"},"200":{"description":"Done","content":{"application/json":{"schema":)"
    R"({"type":"object","properties":{"events":{"type":"array","items":{"type":"object"}},"last_seq":{"type":"integer","format":"int64"},)"
    R"("resync":{"type":"boolean"}},"required":["events","last_seq","resync"]}}}}}}},)"
    R"("/api/v1/events/frames":{"post":{"operationId":"postEventsFrames","summary":"Client frames when sockets are blocked","tags":["events"],)"
    R"("parameters":[],"requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object",)"
    R"("properties":{"frames":{"type":"array","items":{"type":"object"}}},"required":["frames"]}}}},)"
    R"("responses":{"default":{"$ref":"#/components/responses/Problem"},"204":{"description":"Done"}}}})";

constexpr std::string_view kComponents =
    R"("parameters":{"IdempotencyKey":{"name":"Idempotency-Key","in":"header","required":false,)"
    R"("description":"The same key with the same request gives the first answer again","schema":{"type":"string","minLength":1,"maxLength":64}}},)"
    R"("securitySchemes":{"session":{"type":"apiKey","in":"cookie","name":"yd_session","description":"Writes also send X-CSRF-Token"},)"
    R"("token":{"type":"http","scheme":"bearer"}},)";

}  // namespace

std::string write_openapi(const Api& api) {
  json::Schemas schemas;
  std::map<std::string, std::map<std::string, std::string>> paths;
  for (const auto& endpoint : api.endpoints()) {
    std::string method(net::to_string(endpoint->method));
    for (char& c : method) c = static_cast<char>(c | 0x20);
    paths[endpoint->path][method] = operation_of(*endpoint, schemas);
  }
  const std::string problem = schemas.of<Problem>();
  std::string out =
      R"({"openapi":"3.1.0","info":{"title":"Yingda","version":"1","description":"Customer service: console API. Order, sync and frames: docs/protocol.md."},)"
      R"("servers":[{"url":"/"}],"security":[{"session":[]},{"token":[]}],"paths":{)";
  for (const auto& [path, methods] : paths) {
    out += quoted(path) + ":{";
    for (const auto& [method, operation] : methods) {
      if (!out.ends_with('{')) out += ',';
      out += quoted(method) + ":" + operation;
    }
    out += "},";
  }
  out.append(kLongPolling).append(R"(},"components":{)").append(kComponents);
  out +=
      R"("responses":{"Problem":{"description":"Refused","content":{"application/json":{"schema":)" + problem + "}}}},";
  out += R"("schemas":{)";
  for (const auto& [name, schema] : schemas.components()) {
    if (!out.ends_with('{')) out += ',';
    out += quoted(name) + ":" + schema;
  }
  return out + "}}}";
}

}  // namespace yingda::rest
