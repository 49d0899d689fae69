#compdef holdfast
# zsh completion for holdfast: source <(holdfast completion zsh), or save it as _holdfast in a folder of $fpath
_holdfast() {
  local value description
  local -a whole open
  while IFS=$'\t' read -r value description; do
    case $value in
      :files) _files; return ;;
      :folders) _files -/; return ;;
      */) open+=("$value") ;;
      *) whole+=("${value//:/\\:}${description:+:$description}") ;;
    esac
  done < <("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2> /dev/null)
  # The name follows the kind: KIND/NAME.
  if (( ${#open} )); then compadd -S '' -- "${open[@]}"; fi
  if (( ${#whole} )); then _describe -t holdfast holdfast whole; fi
}
if [[ ${funcstack[1]:-} == _holdfast ]]; then _holdfast "$@"; else compdef _holdfast holdfast; fi
