# bash completion of greenroom. Load it in this shell with: source <(greenroom completion bash)
_greenroom() {
  local line value
  COMPREPLY=()
  while IFS= read -r line; do
    value=${line%%$'\t'*}
    case $value in
      :files | :folders)
        # bash's own completion of file names, in the part of the word after the last = or :
        local part=${COMP_WORDS[COMP_CWORD]} option=-f
        [ "$part" = "=" ] && part=
        [ "$value" = :folders ] && option=-d
        compopt -o filenames 2>/dev/null
        while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen $option -- "$part") ;;
      ?*) COMPREPLY+=("$(printf %q "$value")") ;;
    esac
  done < <("${COMP_WORDS[0]}" __complete bash "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _greenroom greenroom
