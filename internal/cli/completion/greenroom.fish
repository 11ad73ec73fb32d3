# fish completion of greenroom. Load it in this shell with: greenroom completion fish | source
function __greenroom_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    for line in ($before[1] __complete fish $before[2..] "$current" 2>/dev/null)
        set -l value (string split -m 1 \t -- $line)[1]
        switch $value
            case :files
                __fish_complete_path (string replace -r '^--[^=]*=' '' -- "$current")
            case :folders
                __fish_complete_directories (string replace -r '^--[^=]*=' '' -- "$current")
            case '*'
                printf '%s\n' $line
        end
    end
end
complete -c greenroom -f -a '(__greenroom_complete)'
