# bash completion for holdfast: source <(holdfast completion bash)
_holdfast() {
  local value description
  COMPREPLY=()
  while IFS=$'\t' read -r value description; do
    case $value in
      :files) compopt -o default; return ;;
      :folders) compopt -o dirnames; return ;;
      *) COMPREPLY+=("$value") ;;
    esac
  done < <("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null)
  # The name follows the kind: KIND/NAME.
  if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]]; then compopt -o nospace; fi
}
complete -F _holdfast holdfast
