#include "cli/watch.hpp"

#include <map>

#include "base/json.hpp"

namespace p2p {
namespace {

constexpr std::chrono::milliseconds interval{1000};

/// Looks once a second and hands what it sees to `show`.
Result<int> look_again(World& world, NodeLink& link, const std::function<Result<Value>()>& fetch,
                       const std::function<void(const Value&)>& show) {
  bool first = true, lost = false;
  for (;;) {
    if (link.end() && world.clock.now() >= *link.end())
      return fail(Errc::timeout, "the time of --timeout is over");
    link.client().set_timeout(link.timeout());
    const Result<Value> document = fetch();
    if (!document && (first || link.client().cancelled())) return fail(document.error());
    if (!document && !lost) world.terminal.say("--- " + document.error().message() + ", still trying ---\n");
    if (document && lost) world.terminal.say("--- " + link.client().place() + " answers again ---\n");
    lost = !document;
    first = false;
    if (document) show(*document);
    if (world.terminal.closed()) return 0;
    if (!link.client().wait(interval))
      return fail(Error(Errc::cancelled, "interrupted").with("interrupted", true));
  }
}

/// A screen that is drawn over itself.
class Screen {
 public:
  explicit Screen(Terminal& terminal) : terminal_(terminal) {}
  void show(const std::string& text) {
    if (text == last_) return;
    std::string lines;  // each clears the rest of its line, the last the rest of the screen
    for (const char c : text) lines += c == '\n' ? std::string("\x1b[K\n") : std::string(1, c);
    terminal_.out((last_.empty() ? "\x1b[2J\x1b[H" : "\x1b[H") + lines + "\x1b[J");
    last_ = text;
  }

 private:
  Terminal& terminal_;
  std::string last_;
};

/// What of a row makes it another one: all but what changes by itself with time.
std::string essence(const ListForm& form, const Value& row, WallTime now) {
  std::string text;
  for (const Column& column : form.columns)
    if (column.cell != Cell::ago && column.cell != Cell::since)
      text += cell_text(column.cell, member_at(row, column.member), now) + '\n';
  return text + (form.note == nullptr ? "" : form.note(row));
}

/// In a pipe: a line for each row that is new or has changed.
class Changes {
 public:
  Changes(World& world, const ListForm& form) : world_(world), form_(form) {}

  void show(const Value& document) {
    const Value& rows = document[form_.member];
    Value changed = Value::array();
    std::map<std::string, std::string> now;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::string name = row_name(form_, rows[i]);
      const auto [at, fresh] = now.emplace(name, essence(form_, rows[i], world_.clock.wall()));
      const auto before = before_.find(name);
      if (before == before_.end() || before->second != at->second) changed.push_back(rows[i]);
    }
    bool gone = false;
    for (const auto& [name, essence] : before_)
      if (!now.contains(name)) {
        world_.terminal.say("--- " + name + " is gone ---\n");
        gone = true;
      }
    before_ = std::move(now);
    if (changed.size() > 0 || gone || first_) print(document, std::move(changed));
    first_ = false;
  }

 private:
  void print(const Value& document, Value changed) {
    if (world_.output == Output::json || world_.output == Output::yaml) {
      if (world_.output == Output::yaml) world_.terminal.out("---\n");
      return show_list(world_, form_, document);
    }
    Value part = Value::object();
    part.set(form_.member, std::move(changed));
    if (world_.output == Output::ndjson || world_.output == Output::name)
      return show_list(world_, form_, part);
    const std::vector<std::string> lines = table_lines(form_, part, look_of(world_));
    for (std::size_t i = first_ ? 0 : 1; i < lines.size(); ++i) world_.terminal.out(lines[i] + '\n');
  }

  World& world_;
  const ListForm& form_;
  std::map<std::string, std::string> before_;
  bool first_ = true;
};

bool redraws(const World& world) {
  return world.terminal.facts().out_is_terminal &&
         (world.output == Output::table || world.output == Output::wide);
}

}  // namespace

Result<int> watch_list(World& world, NodeLink& link, const ListForm& form,
                       const std::function<Result<Value>()>& fetch) {
  if (redraws(world)) {
    Screen screen(world.terminal);
    return look_again(world, link, fetch, [&](const Value& document) {
      screen.show(table_text(form, document, look_of(world)));
    });
  }
  Changes changes(world, form);
  return look_again(world, link, fetch, [&](const Value& document) { changes.show(document); });
}

Result<int> watch_screen(World& world, NodeLink& link, const std::function<Result<Value>()>& fetch,
                         const std::function<std::string(const Value&)>& draw) {
  Screen screen(world.terminal);
  std::string last;
  return look_again(world, link, fetch, [&](const Value& document) {
    if (redraws(world)) return screen.show(draw(document));
    if (is_document(world.output)) return print_document(world.terminal, world.output, document);
    const std::string text = draw(document);
    if (text != last) world.terminal.out((last.empty() ? "" : "\n") + text);
    last = text;
  });
}

}  // namespace p2p
