# Completion for fish: options, their words and files of the right kind, as the
# program's own table has them (losspipe complete NAME).

# Files that match one of the patterns and folders, behind NAME= if there is one.
function __losspipe_files
    set -l word (commandline -ct)
    set word (string replace -r -- '^--[a-z-]+=' '' $word)
    set -l name (string match -r -- '^\w+=' $word)
    set word (string replace -r -- '^\w+=' '' $word)
    set -l matched
    for file in (__fish_complete_path $word)
        set -l path (string split -m 1 \t -- $file)[1]
        if string match -q -- '*/' $path
            set -a matched $file
        else
            for pattern in $argv
                if string match -q -- $pattern $path
                    set -a matched $file
                    break
                end
            end
        end
    end
    test (count $matched) -gt 0; or set matched (__fish_complete_path $word)
    for file in $matched
        echo -- "$name"$file
    end
end

# __losspipe_offer NAME CONDITION ARGUMENT...: the table of losspipe complete ARGUMENT...
function __losspipe_offer
    set -l name $argv[1]
    set -l condition $argv[2]
    losspipe complete $argv[3..-1] 2>/dev/null | while read -l -d \t option letter kind text
        set -l rule -c $name
        test -z "$condition"; or set -a rule -n $condition
        if test "$option" != operand
            set -l long (string replace -r -- '=$' '' $option)
            if string match -q -- '--*' $long
                set -a rule -l (string sub -s 3 -- $long)
            end
            test -z "$letter"; or set -a rule -s (string sub -s 2 -- $letter)
            test -z "$text"; or set -a rule -d $text
            test "$kind" = -; or set -a rule -x
        else
            set -a rule -f
        end
        switch $kind
            case 'w:*'
                set -a rule -a (string sub -s 3 -- $kind)
            case 'f:*' 'd:*'
                set -a rule -a "(__losspipe_files "(string escape -- (string split ' ' -- (string sub -s 3 -- $kind)) | string join ' ')")"
        end
        complete $rule
    end
end

set -l name (string replace -r '.*/' '' -- (string replace -r '\.fish$' '' -- (status filename)))
if test "$name" = losspipe
    __losspipe_offer losspipe 'test (count (commandline -opc)) -eq 1' losspipe
    __losspipe_offer losspipe '__fish_seen_subcommand_from run; and test (count (commandline -opc)) -eq 2' run
    __losspipe_offer losspipe '__fish_seen_subcommand_from help; and test (count (commandline -opc)) -eq 2' help
    complete -c losspipe -n '__fish_seen_subcommand_from samples' -f -a '(__fish_complete_directories)'
    for pipeline in (losspipe complete run 2>/dev/null | string replace -rf '^operand\t\tw:(.*)\t$' '$1' | string split ' ')
        __losspipe_offer losspipe "__fish_seen_subcommand_from run; and __fish_seen_subcommand_from $pipeline" run $pipeline
    end
else
    __losspipe_offer $name '' $name
end
