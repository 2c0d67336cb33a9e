#include "yingda/base/messages.hpp"

#include <algorithm>
#include <array>

namespace yingda::messages {
namespace {

// Sorted by reason (asserted below). Say what happened and what can be done, in the words of a colleague.
constexpr auto kCatalogue = std::to_array<Entry>({
    {"auth.code_required", "请输入动态验证码", "Enter the code from your authenticator app"},
    {"auth.csrf", "页面已过期，请刷新后重试", "This page is out of date. Reload it and try again"},
    {"auth.invalid_token", "令牌无效", "The token is not valid"},
    {"auth.no_session", "请先登录", "Please sign in"},
    {"auth.permission_denied", "您没有此操作的权限", "You do not have the right to do this"},
    {"auth.session_expired", "登录已过期，请重新登录", "Your session has ended. Please sign in again"},
    {"auth.token_expired", "令牌已过期", "The token has expired"},
    {"auth.too_many_attempts", "尝试次数过多，请稍后再试", "Too many attempts. Wait a few minutes and try again"},
    {"auth.user_disabled", "账号已停用，请联系管理员", "This account is disabled. Ask your administrator"},
    {"auth.wrong_code", "验证码不正确", "The code is wrong"},
    {"auth.wrong_credentials", "账号或密码不正确", "The login or the password is wrong"},
    {"auth.wrong_origin", "请求来源不被允许", "Requests from this page are not allowed"},
    {"auth.wrong_password", "当前密码不正确", "The current password is wrong"},
    {"conversation.already_taken", "该会话已被其他坐席接入", "A colleague has already taken this conversation"},
    {"conversation.closed", "会话已结束", "The conversation is closed"},
    {"conversation.customer_waiting", "客户正在等待回复，不能自动结束", "The customer is waiting for an answer"},
    {"conversation.file_not_found", "文件不存在", "The file does not exist"},
    {"conversation.not_author", "只能撤回自己发送的消息", "You can only recall your own messages"},
    {"conversation.not_found", "会话不存在或您无权查看", "The conversation does not exist or you may not see it"},
    {"conversation.not_owner", "您不是该会话的负责坐席", "This conversation belongs to a colleague"},
    {"conversation.recall_too_late", "已超过可撤回的时间", "It is too late to recall this message"},
    {"conversation.version_conflict", "会话已发生变化，请刷新后重试",
     "The conversation has changed. Look again, then retry"},
    {"customer.not_found", "客户不存在或您无权查看", "The customer does not exist or you may not see it"},
    {"error.cancelled", "操作已取消，请重试", "The operation was cancelled. Please try again"},
    {"error.conflict", "数据已被更改，请刷新后重试", "It has changed meanwhile. Look again, then retry"},
    {"error.corrupt", "数据已损坏，请联系管理员", "Stored data is damaged. Please tell your administrator"},
    {"error.internal", "系统内部错误，请稍后重试", "Something went wrong on our side. Please try again"},
    {"error.invalid_argument", "请求内容有误", "The request is not valid"},
    {"error.limit_exceeded", "已超出限制，请稍后再试", "A limit was reached. Please try again later"},
    {"error.not_found", "内容不存在", "It does not exist"},
    {"error.permission_denied", "您没有此操作的权限", "You do not have the right to do this"},
    {"error.timeout", "处理超时，请重试", "That took too long. Please try again"},
    {"error.unauthenticated", "请先登录", "Please sign in"},
    {"error.unavailable", "服务暂时不可用，请稍后重试", "The service is not available right now. Please try again"},
    {"files.empty", "文件是空的", "The file is empty"},
    {"files.full", "存储空间不足，请联系管理员", "There is no storage space left. Please tell your administrator"},
    {"files.no_thumbnail", "该文件没有缩略图", "This file has no thumbnail"},
    {"files.not_found", "文件不存在", "The file does not exist"},
    {"files.too_large", "文件过大", "The file is too large"},
    {"files.unreadable", "文件无法读取", "The file cannot be read"},
    {"files.unwritable", "文件无法保存，请联系管理员", "The file cannot be kept. Please tell your administrator"},
    {"internal", "系统内部错误，请稍后重试", "Something went wrong on our side. Please try again"},
    {"org.last_administrator", "至少需要保留一名管理员", "At least one administrator must remain"},
    {"org.login_taken", "该登录名已被使用", "This login is already in use"},
    {"org.out_of_scope", "超出您的数据权限范围", "This lies outside your part of the organisation"},
    {"org.rights_exceed_own", "不能授予超出自身的权限", "You cannot give rights that you do not have"},
    {"org.role_built_in", "内置角色不能修改", "Built-in roles cannot be changed"},
    {"org.role_in_use", "仍有用户使用该角色", "Some users still have this role"},
    {"org.role_not_found", "角色不存在", "The role does not exist"},
    {"org.team_not_empty", "该班组仍有成员", "The team still has members"},
    {"org.team_not_found", "班组不存在", "The team does not exist"},
    {"org.tenant_not_found", "企业不存在", "The company does not exist"},
    {"org.token_not_found", "令牌不存在", "The token does not exist"},
    {"org.totp_already_enabled", "两步验证已开启", "Two-step sign-in is already on"},
    {"org.totp_not_begun", "请先开始设置两步验证", "Begin setting up two-step sign-in first"},
    {"org.unit_is_root", "总部不能删除或移动", "The headquarters cannot be removed"},
    {"org.unit_not_deeper", "下级机构的层级必须低于上级", "A unit must lie deeper than the one above it"},
    {"org.unit_not_empty", "该机构下仍有下级、班组或人员", "The unit still has units, teams or people"},
    {"org.unit_not_found", "机构不存在", "The unit does not exist"},
    {"org.user_not_found", "用户不存在", "The user does not exist"},
    {"realtime.busy", "系统繁忙，请稍后重试", "The server is busy. Please try again"},
    {"realtime.wrong_origin", "请求来源不被允许", "Requests from this page are not allowed"},
    {"request.already_done", "该请求已执行过，密钥只显示一次", "This was already done; its secret is shown only once"},
    {"request.idempotency_conflict", "同一幂等键对应了不同的请求", "This idempotency key belongs to another request"},
    {"request.invalid_cursor", "翻页位置无效，请重新加载列表", "The page position is not valid. Load the list again"},
    {"request.invalid_fields", "部分内容填写有误", "Some fields are not right"},
    {"request.invalid_id", "编号无效", "This is not a valid id"},
    {"request.invalid_json", "请求不是有效的 JSON", "The request is not valid JSON"},
    {"request.invalid_key", "幂等键须为 1 至 64 个可见字符", "An idempotency key has 1 to 64 visible characters"},
    {"request.invalid_multipart", "上传内容格式有误", "The upload is not well formed"},
    {"request.invalid_path", "地址无效", "The address is not valid"},
    {"request.invalid_query", "查询参数无效", "The query parameters are not valid"},
    {"request.invalid_utf8", "文字包含无效字符", "The text holds invalid characters"},
    {"request.json_too_deep", "JSON 嵌套过深", "The JSON is nested too deeply"},
    {"request.json_too_large", "请求内容过大", "The request is too large"},
    {"request.method_not_allowed", "不支持该请求方法", "This method is not supported here"},
    {"request.not_found", "接口不存在", "There is nothing at this address"},
    {"request.out_of_range", "数值超出范围", "The number is out of range"},
    {"request.permission_denied", "您没有此操作的权限", "You do not have the right to do this"},
    {"request.required", "此项必填", "This is required"},
    {"request.too_large", "请求内容过大", "The request is too large"},
    {"request.too_long", "内容过长", "This is too long"},
    {"request.too_many", "操作过于频繁，请稍后再试", "Too many requests. Wait a moment and try again"},
    {"request.too_many_parts", "上传包含的部分过多", "The upload has too many parts"},
    {"request.too_short", "内容过短", "This is too short"},
    {"request.unknown_field", "存在未知字段", "This field is not known"},
    {"request.unknown_value", "取值不在允许范围内", "This value is not one of the possible ones"},
    {"request.wrong_content_type", "内容类型必须为 application/json", "The content type must be application/json"},
    {"request.wrong_type", "类型不正确", "This has the wrong type"},
    {"runtime.busy", "系统繁忙，请稍后重试", "The server is busy. Please try again"},
    {"runtime.stopping", "服务正在重启，请稍后重试", "The server is restarting. Please try again"},
    {"setup.already_done", "系统已完成初始化，请直接登录", "The system is already set up. Please sign in"},
    {"storage.busy", "系统繁忙，请稍后重试", "The server is busy. Please try again"},
    {"storage.down", "数据库暂时不可用，请稍后重试", "The database is not available right now. Please try again"},
    {"storage.full", "存储空间不足，请联系管理员", "There is no storage space left. Please tell your administrator"},
    {"storage.timeout", "数据库处理超时，请重试", "The database took too long. Please try again"},
    {"storage.unique", "已存在相同的数据", "The same already exists"},
    {"webchat.too_many_widgets", "接入渠道数量已达上限", "The number of chat entrances has reached its limit"},
    {"webchat.widget_not_found", "接入渠道不存在", "The chat entrance does not exist"},
});
static_assert(std::ranges::is_sorted(kCatalogue, {}, &Entry::reason));

const Entry* find(std::string_view reason) noexcept {
  const auto at = std::ranges::lower_bound(kCatalogue, reason, {}, &Entry::reason);
  return at != kCatalogue.end() && at->reason == reason ? &*at : nullptr;
}

std::string_view in(const Entry& entry, Language language) noexcept {
  return language == Language::en ? entry.en : entry.zh_CN;
}

/// Reason of the general words for a code.
std::string_view general(Code code) noexcept {
  switch (code) {
    case Code::invalid_argument: return "error.invalid_argument";
    case Code::not_found: return "error.not_found";
    case Code::conflict: return "error.conflict";
    case Code::permission_denied: return "error.permission_denied";
    case Code::unauthenticated: return "error.unauthenticated";
    case Code::limit_exceeded: return "error.limit_exceeded";
    case Code::unavailable: return "error.unavailable";
    case Code::timeout: return "error.timeout";
    case Code::cancelled: return "error.cancelled";
    case Code::corrupt: return "error.corrupt";
    case Code::internal: return "error.internal";
  }
  return "error.internal";
}

}  // namespace

std::span<const Entry> catalogue() noexcept { return kCatalogue; }

std::string_view text(std::string_view reason, Language language) noexcept {
  const Entry* entry = find(reason);
  return in(entry ? *entry : *find("error.internal"), language);
}

std::string_view text(const Error& error, Language language) noexcept {
  const Entry* entry = find(error.reason);
  return in(entry ? *entry : *find(general(error.code)), language);
}

Language language_of(std::string_view accept_language, Language fallback) noexcept {
  while (!accept_language.empty()) {
    const auto comma = accept_language.find(',');
    std::string_view tag = accept_language.substr(0, comma);
    accept_language = comma == std::string_view::npos ? std::string_view{} : accept_language.substr(comma + 1);
    while (!tag.empty() && tag.front() == ' ') tag.remove_prefix(1);
    const auto is = [&](char a, char b) {
      return tag.size() >= 2 && (tag[0] | 0x20) == a && (tag[1] | 0x20) == b &&
             (tag.size() == 2 || tag[2] == '-' || tag[2] == '_' || tag[2] == ';' || tag[2] == ' ');
    };
    if (is('z', 'h')) return Language::zh_CN;
    if (is('e', 'n')) return Language::en;
  }
  return fallback;
}

}  // namespace yingda::messages
