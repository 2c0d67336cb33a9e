// The program's commands. Each adds itself to the command line; its work runs when it was chosen.
#pragma once

#include <functional>
#include <string>

#include "yingda/app/server.hpp"
#include "yingda/base/result.hpp"

namespace CLI {
class App;
}

namespace yingda::app {

/// What the chosen command does; gives the process's exit code.
using Action = std::function<int()>;

void add_serve(CLI::App& program, Action& chosen);
void add_admin(CLI::App& program, Action& chosen);
void add_store_commands(CLI::App& program, Action& chosen);  // backup, restore, migrate, openapi
void add_routing_commands(CLI::App& program, Action& chosen);
void add_calendar_commands(CLI::App& program, Action& chosen);

/// `--data` and `--database`, the same for every command.
void add_store_options(CLI::App& command, ServeOptions& options);

/// Prints why on standard error, in English and Chinese where we have the words; gives 1.
int complain(const Error& error);

}  // namespace yingda::app
