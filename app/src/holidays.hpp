// The table of public holidays that this server goes by.
#pragma once

#include <string>

#include "yingda/calendar/chinese_days.hpp"

namespace yingda::app {

/// Installs the table in the data folder when there is one that is not older than the built-in one; once, before
/// anything asks the calendar. An unreadable file is logged and left alone.
void install_holidays(const std::string& data);

}  // namespace yingda::app
