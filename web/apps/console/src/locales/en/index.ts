import common from "./common";
import inbox from "./inbox";
import login from "./login";
import settings from "./settings";
import supervision from "./supervision";

export default { common, inbox, login, settings, supervision };
