// completions bash | zsh | fish: a stub for the shell, which asks this program what fits (`__complete`).
#include "cli/verbs/verbs.hpp"

namespace p2p {
namespace {

constexpr std::string_view bash = R"(# p2p_admin in bash:  source <(p2p_admin completions bash)
_p2p_admin() {
  local IFS=$'\n'
  COMPREPLY=($("$1" __complete bash -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
}
complete -o default -F _p2p_admin p2p_admin
)";

constexpr std::string_view zsh = R"(#compdef p2p_admin
# p2p_admin in zsh:  source <(p2p_admin completions zsh)
_p2p_admin() {
  local -a found
  found=("${(@f)$("${words[1]}" __complete zsh -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -S '' -- "${(M)found[@]:#*=}"
  compadd -- "${found[@]:#(*=|)}"
}
compdef _p2p_admin p2p_admin
)";

constexpr std::string_view fish = R"(# p2p_admin in fish:  p2p_admin completions fish | source
function __p2p_admin_complete
    set -l line (commandline -opc) (commandline -ct)
    $line[1] __complete fish -- $line[2..-1] 2>/dev/null
end
complete -c p2p_admin -f -a '(__p2p_admin_complete)'
)";

}  // namespace

Result<int> show_completions(const Invocation& said, World& world) {
  const std::string shell = said.text("SHELL");
  world.terminal.out(shell == "bash" ? bash : shell == "zsh" ? zsh : fish);
  return 0;
}

}  // namespace p2p
