#compdef greenroom
# zsh completion of greenroom. Put it into a folder of $fpath as _greenroom, or load it with:
#   source <(greenroom completion zsh)
_greenroom() {
  local -a values
  local line value
  for line in "${(@f)$("${words[1]}" __complete zsh "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    value=${line%%$'\t'*}
    case $value in
      :files) _files ;;
      :folders) _files -/ ;;
      ?*) values+=("${value//:/\\:}:${line#*$'\t'}") ;;
    esac
  done
  if (( ${#values} )); then
    _describe -V greenroom values
  fi
}
if [ "${funcstack[1]}" = _greenroom ]; then
  _greenroom "$@"
else
  compdef _greenroom greenroom
fi
