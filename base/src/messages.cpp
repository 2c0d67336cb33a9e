#include "yingda/base/messages.hpp"

#include <algorithm>
#include <array>

namespace yingda::messages {
namespace {

// Sorted by reason (asserted below). Say what happened and what can be done, in the words of a colleague.
constexpr auto kCatalogue = std::to_array<Entry>({
    {"app.copy_failed", "文件复制失败", "Files could not be copied"},
    {"app.data_in_use", "数据目录正被另一个进程使用", "Another server is using this data folder"},
    {"app.data_unwritable", "数据目录无法写入", "The data folder cannot be written"},
    {"app.file_exists", "目标文件已存在", "The file exists already"},
    {"app.invalid_listen", "监听地址格式应为 地址:端口", "The address to listen on is ADDRESS:PORT"},
    {"app.no_such_file", "文件不存在", "There is no such file"},
    {"app.which_company", "有多家企业，请用 --company 指定", "There are several companies: say which with --company"},
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
    {"calendar.invalid_date", "日期无效", "The date is not valid"},
    {"calendar.invalid_days", "节假日数据无效", "The holiday data is not valid"},
    {"calendar.invalid_span", "时间段无效", "This span of hours is not valid"},
    {"calendar.invalid_weekday", "星期无效或重复", "The weekday is not valid or stands twice"},
    {"calendar.never_opens", "该工作时间永远不会开放", "These hours never open"},
    {"calendar.older_days", "该节假日表比现有的旧", "This table of holidays is older than the present one"},
    {"calendar.overlapping_spans", "时间段互相重叠", "These spans of hours overlap"},
    {"calendar.unknown_time_zone", "时区不存在", "This time zone does not exist"},
    {"conversation.agent_disabled", "该坐席账号已停用", "This agent's account is disabled"},
    {"conversation.agent_not_found", "坐席不存在", "The agent does not exist"},
    {"conversation.already_taken", "该会话已被其他坐席接入", "A colleague has already taken this conversation"},
    {"conversation.canned_not_found", "快捷回复不存在", "The canned reply does not exist"},
    {"conversation.closed", "会话已结束", "The conversation is closed"},
    {"conversation.consult_notes_only", "您是被求助的同事，只能写内部备注",
     "You were asked for advice: write notes, the owner answers"},
    {"conversation.customer_waiting", "客户正在等待回复，不能自动结束", "The customer is waiting for an answer"},
    {"conversation.duplicate_lost", "消息去重信息已丢失，请重试",
     "The message could not be matched with its first sending. Please try again"},
    {"conversation.empty_message", "消息内容不能为空", "The message is empty"},
    {"conversation.file_not_found", "文件不存在", "The file does not exist"},
    {"conversation.file_required", "请先上传文件", "Upload a file first"},
    {"conversation.file_too_large", "文件过大", "The file is too large"},
    {"conversation.invalid_client_key", "消息标识无效", "The message's key is not valid"},
    {"conversation.invalid_kind", "消息类型不正确", "This kind of message is not possible here"},
    {"conversation.invalid_priority", "优先级须为 0 至 9", "The priority is 0 to 9"},
    {"conversation.invalid_reason", "原因内容不正确", "The reason is not valid"},
    {"conversation.invalid_shortcut", "快捷词须为 1 至 32 个字符且不含空格",
     "A shortcut has 1 to 32 characters and no spaces"},
    {"conversation.invalid_topic", "问题类型标识过长或无效", "The topic's key is too long or not valid"},
    {"conversation.mentions_outside_note", "只能在内部备注中 @ 同事", "Colleagues can only be mentioned in notes"},
    {"conversation.message_not_found", "消息不存在", "The message does not exist"},
    {"conversation.no_target", "请选择转接的坐席或班组", "Choose an agent or a team"},
    {"conversation.not_author", "只能撤回自己发送的消息", "You can only recall your own messages"},
    {"conversation.not_closed", "会话尚未结束", "The conversation is not closed"},
    {"conversation.not_found", "会话不存在或您无权查看", "The conversation does not exist or you may not see it"},
    {"conversation.not_owner", "您不是该会话的负责坐席", "This conversation belongs to a colleague"},
    {"conversation.quote_not_found", "被引用的消息不存在", "The quoted message does not exist"},
    {"conversation.recall_too_late", "已超过可撤回的时间", "It is too late to recall this message"},
    {"conversation.same_owner", "该会话已由此坐席负责", "This agent already has the conversation"},
    {"conversation.shortcut_taken", "该快捷词已被使用", "This shortcut is already in use"},
    {"conversation.team_not_found", "班组不存在", "The team does not exist"},
    {"conversation.text_too_long", "消息过长，最多 5000 字", "The message is too long: at most 5,000 characters"},
    {"conversation.too_many_canned_replies", "快捷回复数量已达上限",
     "The number of canned replies has reached its limit"},
    {"conversation.too_many_mentions", "一次最多 @ 20 位同事", "At most 20 colleagues can be mentioned at once"},
    {"conversation.too_many_participants", "参与人数已达上限", "No more colleagues can take part"},
    {"conversation.version_conflict", "会话已发生变化，请刷新后重试",
     "The conversation has changed. Look again, then retry"},
    {"crypto.invalid_base32", "编码无效", "The encoding is not valid"},
    {"crypto.invalid_base64", "编码无效", "The encoding is not valid"},
    {"crypto.key_invalid", "密钥文件无效", "The key file is not valid"},
    {"crypto.key_unreadable", "密钥文件无法读取", "The key file cannot be read"},
    {"crypto.sealed_unreadable", "保存的密码无法解密，请重新填写",
     "The stored password cannot be read. Enter it again"},
    {"customer.attribute_key_malformed", "属性名无效", "The attribute's name is not valid"},
    {"customer.not_found", "客户不存在或您无权查看", "The customer does not exist or you may not see it"},
    {"customer.too_many_attributes", "客户属性数量已达上限", "The customer has too many attributes"},
    {"customer.too_many_tags", "客户标签数量已达上限", "The customer has too many tags"},
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
    {"mail.invalid_host", "邮件服务器地址无效", "The mail server's name is not valid"},
    {"mail.not_set_up", "请先填写邮件服务器和发件地址", "Set a mail server and a sender address first"},
    {"mail.password_in_clear", "未加密的连接会泄露密码，请选择 TLS 或 STARTTLS",
     "The password would travel unencrypted. Choose TLS or STARTTLS"},
    {"mail.password_wanted", "服务器有变动，请重新填写密码", "The server changed. Enter the password again"},
    {"net.address_in_use", "端口已被占用", "The port is already in use"},
    {"net.bind_failed", "无法监听该地址", "This address cannot be listened on"},
    {"net.client_busy", "外部请求过多，请稍后重试", "Too many outgoing requests. Please try again"},
    {"net.deadline", "对方服务器响应超时", "The other server did not answer in time"},
    {"net.file_missing", "文件不存在", "The file does not exist"},
    {"net.insecure_redirect", "对方服务器的跳转不安全", "The other server redirects to an insecure address"},
    {"net.internal_address", "不允许访问内部地址", "Internal addresses may not be reached"},
    {"net.invalid_address", "地址无效", "The address is not valid"},
    {"net.invalid_certificate", "证书或私钥无效", "The certificate or its key is not valid"},
    {"net.invalid_header", "请求头无效", "A header is not valid"},
    {"net.invalid_url", "网址无效", "The address is not valid"},
    {"net.malformed_response", "对方服务器的响应无效", "The other server's answer is not valid"},
    {"net.response_too_large", "对方服务器的响应过大", "The other server's answer is too large"},
    {"net.stopping", "服务正在重启，请稍后重试", "The server is restarting. Please try again"},
    {"net.tls_failed", "安全连接失败", "The secure connection failed"},
    {"net.too_many_redirects", "对方服务器跳转次数过多", "The other server redirects too often"},
    {"net.unreachable", "无法连接对方服务器", "The other server cannot be reached"},
    {"org.last_administrator", "至少需要保留一名管理员", "At least one administrator must remain"},
    {"org.login_malformed", "登录名不能包含空格或斜杠", "A login holds no spaces and no slash"},
    {"org.login_taken", "该登录名已被使用", "This login is already in use"},
    {"org.out_of_scope", "超出您的数据权限范围", "This lies outside your part of the organisation"},
    {"org.password_not_prepared", "密码处理失败，请重试", "The password could not be processed. Please try again"},
    {"org.rights_exceed_own", "不能授予超出自身的权限", "You cannot give rights that you do not have"},
    {"org.role_built_in", "内置角色不能修改", "Built-in roles cannot be changed"},
    {"org.role_in_use", "仍有用户使用该角色", "Some users still have this role"},
    {"org.role_not_found", "角色不存在", "The role does not exist"},
    {"org.team_not_empty", "该班组仍有成员", "The team still has members"},
    {"org.team_not_found", "班组不存在", "The team does not exist"},
    {"org.tenant_not_found", "企业不存在", "The company does not exist"},
    {"org.token_not_found", "令牌不存在", "The token does not exist"},
    {"org.too_many_roles", "角色数量已达上限", "The number of roles has reached its limit"},
    {"org.too_many_teams", "班组数量已达上限", "The number of teams has reached its limit"},
    {"org.too_many_teams_of_user", "该用户所属班组过多", "The user is in too many teams"},
    {"org.too_many_tokens", "令牌数量已达上限", "The number of tokens has reached its limit"},
    {"org.too_many_units", "机构数量已达上限", "The number of units has reached its limit"},
    {"org.too_many_users", "用户数量已达上限", "The number of users has reached its limit"},
    {"org.totp_already_enabled", "两步验证已开启", "Two-step sign-in is already on"},
    {"org.totp_not_begun", "请先开始设置两步验证", "Begin setting up two-step sign-in first"},
    {"org.unit_is_root", "总部不能删除或移动", "The headquarters cannot be removed"},
    {"org.unit_not_deeper", "下级机构的层级必须低于上级", "A unit must lie deeper than the one above it"},
    {"org.unit_not_empty", "该机构下仍有下级、班组或人员", "The unit still has units, teams or people"},
    {"org.unit_not_found", "机构不存在", "The unit does not exist"},
    {"org.user_not_found", "用户不存在", "The user does not exist"},
    {"realtime.busy", "系统繁忙，请稍后重试", "The server is busy. Please try again"},
    {"realtime.frame_too_large", "消息过大", "The frame is too large"},
    {"realtime.too_many_frames", "操作过于频繁，请稍后再试", "Too many requests. Wait a moment and try again"},
    {"realtime.too_many_watches", "打开的会话过多", "Too many conversations are open"},
    {"realtime.unknown_frame", "未知的消息类型", "This frame is not known"},
    {"realtime.wrong_origin", "请求来源不被允许", "Requests from this page are not allowed"},
    {"request.already_done", "该请求已执行过，密钥只显示一次", "This was already done; its secret is shown only once"},
    {"request.head_too_large", "请求头过大", "The request's head is too large"},
    {"request.idempotency_conflict", "同一幂等键对应了不同的请求", "This idempotency key belongs to another request"},
    {"request.invalid_characters", "包含不允许的字符", "It holds characters that are not allowed"},
    {"request.invalid_color", "颜色格式应为 #rrggbb", "A colour is written #rrggbb"},
    {"request.invalid_cursor", "翻页位置无效，请重新加载列表", "The page position is not valid. Load the list again"},
    {"request.invalid_fields", "部分内容填写有误", "Some fields are not right"},
    {"request.invalid_id", "编号无效", "This is not a valid id"},
    {"request.invalid_json", "请求不是有效的 JSON", "The request is not valid JSON"},
    {"request.invalid_key", "幂等键须为 1 至 64 个可见字符", "An idempotency key has 1 to 64 visible characters"},
    {"request.invalid_mail_address", "邮箱地址无效", "The mail address is not valid"},
    {"request.invalid_multipart", "上传内容格式有误", "The upload is not well formed"},
    {"request.invalid_path", "地址无效", "The address is not valid"},
    {"request.invalid_query", "查询参数无效", "The query parameters are not valid"},
    {"request.invalid_url", "网址无效", "The address is not valid"},
    {"request.invalid_utf8", "文字包含无效字符", "The text holds invalid characters"},
    {"request.json_too_deep", "JSON 嵌套过深", "The JSON is nested too deeply"},
    {"request.json_too_large", "请求内容过大", "The request is too large"},
    {"request.malformed", "请求格式有误", "The request is malformed"},
    {"request.method_not_allowed", "不支持该请求方法", "This method is not supported here"},
    {"request.not_found", "接口不存在", "There is nothing at this address"},
    {"request.out_of_range", "数值超出范围", "The number is out of range"},
    {"request.permission_denied", "您没有此操作的权限", "You do not have the right to do this"},
    {"request.required", "此项必填", "This is required"},
    {"request.spool_failed", "上传无法保存，请稍后重试", "The upload could not be stored. Please try again"},
    {"request.timeout", "请求超时，请重试", "The request took too long to arrive"},
    {"request.too_large", "请求内容过大", "The request is too large"},
    {"request.too_long", "内容过长", "This is too long"},
    {"request.too_many", "操作过于频繁，请稍后再试", "Too many requests. Wait a moment and try again"},
    {"request.too_many_parts", "上传包含的部分过多", "The upload has too many parts"},
    {"request.too_many_requests", "操作过于频繁，请稍后再试", "Too many requests. Wait a moment and try again"},
    {"request.too_short", "内容过短", "This is too short"},
    {"request.unknown_field", "存在未知字段", "This field is not known"},
    {"request.unknown_value", "取值不在允许范围内", "This value is not one of the possible ones"},
    {"request.unsupported_encoding", "不支持该传输编码", "This transfer encoding is not supported"},
    {"request.upgrade_required", "此地址需要 WebSocket 连接", "This address wants a WebSocket"},
    {"request.wrong_content_type", "内容类型必须为 application/json", "The content type must be application/json"},
    {"request.wrong_type", "类型不正确", "This has the wrong type"},
    {"routing.agent_full", "该坐席接待已满", "This agent can take no more at the moment"},
    {"routing.agent_not_here", "该坐席已离线，无法设为其他状态",
     "The agent is offline and cannot be put into another state"},
    {"routing.invalid_recording", "录制文件无法读取", "The recording cannot be read"},
    {"routing.malformed_reason_code", "原因码只能包含小写字母、数字和下划线，最多 32 个字符",
     "A reason code has lower-case letters, digits and underscores, at most 32"},
    {"routing.moved", "会话已被转移", "The conversation has moved on"},
    {"routing.no_agent_online", "当前没有坐席在线", "No agent is online"},
    {"routing.no_such_agent", "坐席不存在", "The agent does not exist"},
    {"routing.not_an_agent", "该用户不接待会话", "This user does not answer customers"},
    {"routing.not_in_wrap_up", "您当前不在话后整理中", "You are not in wrap-up now"},
    {"routing.offer_gone", "该邀请已失效：已被同事接入或已超时",
     "This offer is gone: a colleague was faster, or its time is over"},
    {"routing.offer_not_found", "邀请不存在", "The offer does not exist"},
    {"routing.reason_code_twice", "原因码重复", "This reason code stands twice"},
    {"routing.recording_too_large", "录制文件过大", "The recording is too large"},
    {"routing.stopping", "服务正在重启，请稍后重试", "The server is restarting. Please try again"},
    {"routing.unknown_reason_code", "没有这个原因，或已停用", "There is no such reason, or it is switched off"},
    {"routing.warn.alarm_after_overflow", "排队到达上限时客户已转往其他班组，排队过久的告警不会响起",
     "Customers leave this queue before they have waited long enough for the alarm: it will never ring"},
    {"routing.warn.alarm_after_redispatch", "提醒主管的时间不早于重新分配，主管不会收到提醒",
     "The supervisor is alarmed no sooner than the customer is passed on: he will not hear of it"},
    {"routing.warn.no_agents", "这个班组还没有坐席，客户会一直等待",
     "Nobody works in this team yet: its customers wait for ever"},
    {"routing.warn.nobody_skilled", "班组里还没有人填写技能，无法按技能高低分配",
     "Nobody in this team has any skills yet, so there is nothing to choose by"},
    {"routing.warn.overflow_before_last_agent", "客户在等到熟悉的坐席之前就会转往其他班组",
     "Customers are sent on before the wait for their last agent is over"},
    {"routing.warn.overflow_loop", "这个班组的溢出链会回到本班组，形成循环",
     "This team overflows back to here: the chain goes in a circle"},
    {"routing.warn.overflow_never_used", "没有设置队列长度或等待时间上限，溢出不会发生",
     "Without a bound on length or wait nobody is ever sent on"},
    {"routing.warn.overflow_to_itself", "班组不能溢出给自己", "A team cannot overflow to itself"},
    {"routing.warn.overflow_to_nobody", "到达上限后没有可转往的班组：客户会继续等待，并提醒主管",
     "Beyond the bound there is no team to go to: customers wait on and the supervisor is alarmed"},
    {"routing.warn.overflow_twice", "这个班组在溢出链中重复出现", "This team stands in the chain twice"},
    {"routing.warn.overflow_without_agents", "这个班组没有坐席，客户不会转到那里",
     "Nobody works in this team, so nobody is sent there"},
    {"routing.warn.priority_without_step", "优先级的时间步长为零，VIP 不会提前",
     "One step of priority is worth no time, so VIPs do not go first"},
    {"routing.warn.relaxation_idle", "更早的一步已经放宽到同样程度，这一步不起作用",
     "An earlier step relaxes as much already: this one changes nothing"},
    {"routing.warn.reminder_after_close", "会话会先关闭，提醒永远不会发出",
     "The conversation is closed first: the reminder is never sent"},
    {"routing.warn.rings_one", "只振铃一位坐席，等同于逐个分配",
     "Ringing one agent only is the same as assigning one after the other"},
    {"routing.warn.silence_unwatched", "客户久等时既不提醒坐席，也不提醒主管，也不重新分配",
     "Nobody is warned, alarmed or passed on while the customer waits"},
    {"routing.warn.skill_nobody_has", "班组里没有人达到这项技能的要求，客户会一直等待",
     "Nobody in this team has this skill at this level: its customers wait for ever"},
    {"routing.warn.skill_only_relaxed", "只有放宽要求后才有人能接待，客户必须先等待",
     "Somebody fits only after the skill is relaxed: customers always wait first"},
    {"routing.warn.warned_after_redispatch", "提醒坐席的时间不早于重新分配，坐席不会收到提醒",
     "The agent is warned no sooner than the customer is passed on: he will not hear of it"},
    {"routing.warn.weight_over_capacity", "这个渠道占用的接待量超过任何一位坐席的上限，永远无法分配",
     "This channel takes more than any agent's capacity: it can never be assigned"},
    {"routing.wrap_up_limit", "话后整理时间已达上限", "The wrap-up cannot be made longer"},
    {"routing.wrap_up_only_after_work", "话后整理只在会话结束后自动开始",
     "Wrap-up begins by itself after a conversation"},
    {"runtime.busy", "系统繁忙，请稍后重试", "The server is busy. Please try again"},
    {"runtime.dead_letter_not_found", "失败事件不存在", "The failed event does not exist"},
    {"runtime.handler_not_found", "处理程序不存在", "The handler does not exist"},
    {"runtime.handler_threw", "事件处理出错", "An event could not be handled"},
    {"runtime.lagging", "事件处理滞后", "The server is behind with its events"},
    {"runtime.stopping", "服务正在重启，请稍后重试", "The server is restarting. Please try again"},
    {"runtime.unknown_timer_kind", "未知的定时任务", "This kind of timer is not known"},
    {"setup.already_done", "系统已完成初始化，请直接登录", "The system is already set up. Please sign in"},
    {"storage.busy", "系统繁忙，请稍后重试", "The server is busy. Please try again"},
    {"storage.corrupt", "数据已损坏，请联系管理员", "Stored data is damaged. Please tell your administrator"},
    {"storage.down", "数据库暂时不可用，请稍后重试", "The database is not available right now. Please try again"},
    {"storage.events_trimmed", "事件已过期，请重新加载", "The events are no longer kept. Please load again"},
    {"storage.foreign_key", "引用的数据不存在或仍在使用", "Something it refers to does not exist or is still in use"},
    {"storage.full", "存储空间不足，请联系管理员", "There is no storage space left. Please tell your administrator"},
    {"storage.invalid_url", "数据库地址无效", "The database's address is not valid"},
    {"storage.job_threw", "系统内部错误，请稍后重试", "Something went wrong on our side. Please try again"},
    {"storage.migrations", "数据库升级失败", "The database could not be upgraded"},
    {"storage.no_backup", "该文件不是有效的备份", "This file is not a backup"},
    {"storage.not_empty", "数据库不是空的", "The database is not empty"},
    {"storage.query", "系统内部错误，请稍后重试", "Something went wrong on our side. Please try again"},
    {"storage.schema_newer", "数据库由更新的版本写入，请升级程序",
     "A newer version wrote this database. Upgrade the program"},
    {"storage.timeout", "数据库处理超时，请重试", "The database took too long. Please try again"},
    {"storage.unique", "已存在相同的数据", "The same already exists"},
    {"webchat.bad_frame", "消息格式有误", "The frame is malformed"},
    {"webchat.frame_too_large", "消息过大", "The frame is too large"},
    {"webchat.hello_first", "请先建立会话", "Say hello first"},
    {"webchat.identity_invalid", "客户身份签名无效", "The customer's identity is not signed correctly"},
    {"webchat.identity_required", "需要客户身份", "The customer must be identified"},
    {"webchat.invalid_key", "接入标识无效", "The entrance's key is not valid"},
    {"webchat.invalid_origin", "网站来源格式有误", "The site's address is not valid"},
    {"webchat.key_taken", "接入标识已被使用", "This key is already in use"},
    {"webchat.no_secret", "会话密钥暂不可用，请重试", "The session could not be signed. Please try again"},
    {"webchat.origin_not_allowed", "该网站未被允许使用此接入渠道", "This site may not use the chat entrance"},
    {"webchat.too_many_frames", "操作过于频繁，请稍后再试", "Too many requests. Wait a moment and try again"},
    {"webchat.too_many_widgets", "接入渠道数量已达上限", "The number of chat entrances has reached its limit"},
    {"webchat.unknown_frame", "未知的消息类型", "This frame is not known"},
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
  return in(entry ? *entry : *find("error.invalid_argument"), language);
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
