# SPDX-License-Identifier: MIT
# Makes sselog.conf, a file for `sselog -c` with every option as a comment, from the options of the
# manual:  awk -f config/sselog.conf.awk sselog.8
#
# An option has the first sentence of its entry, or two if the first is short, its range, and its default.
# The groups are those of the manual. Its table of the options that matter first is the first group. The form
# of an entry is the one that tests/test_manual.py demands.

BEGIN {
    split("Ar Cm Dl Dq Em Ev Fl It Li Nm No Ns Pa Pq Ql Sx Xr", names)
    for (i in names) macro[names[i]] = 1
}

# The words of one line of mdoc as they are read.
function plain(line,    word, n, i, out, glue, open, close_with) {
    gsub(/\\&/, "", line)
    if (line !~ /^\./) return line
    n = split(substr(line, 2), word, " ")
    glue = 1
    for (i = 1; i <= n; i++) {
        if (word[i] == "Ns") { glue = 1; continue }
        if (word[i] == "Pq") { open = open "("; close_with = ")" close_with; continue }
        if (word[i] == "Dq") { open = open "\""; close_with = "\"" close_with; continue }
        if (word[i] == "Xr") { word[i + 2] = word[i + 1] "(" word[i + 2] ")"; i++; continue }
        if (word[i] == "Fl") { open = open "-"; continue }
        if (word[i] == "Nm") word[i] = "sselog"
        if (word[i] in macro) continue
        if (i == n && word[i] ~ /^[.,;:]$/) { out = out close_with; close_with = "" }
        out = out (glue || word[i] ~ /^[.,;:)]+$/ ? "" : " ") open word[i]
        glue = 0
        open = ""
    }
    return out close_with
}

# Comment lines of at most 100 columns.
function comment(text,    word, n, i, line, out) {
    n = split(text, word, " ")
    for (i = 1; i <= n; i++) {
        if (length(line) + length(word[i]) > 97) { out = out "#" line "\n"; line = "" }
        line = line " " word[i]
    }
    return n ? out "#" line "\n" : ""
}

# Whether a sentence of an entry is shown, after those of text.
function wanted(sentence) {
    return !forms && (text == "" || text ~ /:$/ || length(text) < 60) || sentence ~ /^(From [0-9]|0 )/
}

# Options that share one entry share its text too.
function end_of_entry(    i) {
    for (i = 1; i <= n_options; i++)
        shown[option[i]] = (i == 1 ? "\n" comment(text) forms : "") "#" option[i] "=" preset[i] "\n"
    n_options = 0
    text = forms = line = ""
}

/^\.Sh / { in_options = $2 == "OPTIONS"; next }
!in_options { next }
/^\.Ss / { group = substr($0, 5); next }
/^\.It .* Ta Ev SSELOG_/ { first_group = group; first[++n_first] = $NF; next }
/^\.It Ev SSELOG_/ {
    if (text) end_of_entry()
    option[++n_options] = $3
    preset[n_options] = match($0, /default Ql /) ? substr($0, RSTART + RLENGTH) : ""
    name[++n_names] = $3
    group_of[$3] = group
    next
}
/^\.El/ { end_of_entry(); next }
/^\.Dl / { if (text ~ /:$/) forms = forms "#     " plain($0) "\n"; next }
/^\.Pp/ { next }
n_options {
    line = line (line ? " " : "") plain($0)
    if (line !~ /[.:]$/) next
    if (wanted(line)) text = text (text ? " " : "") line
    line = ""
}

END {
    print "# Options of sselog, one NAME=value per line. `sselog -c FILE -t` checks the file, and prints the"
    print "# options that are in effect. Each option is shown with its default; remove the # to change it."
    print "# sselog(8) says more about each."
    print "#"
    print "# Everybody may read this file. Secrets are in files of their own: the options that end in _FILE name"
    print "# them, and others may not read them."
    print "\n\n# ---- " first_group " ----"
    for (i = 1; i <= n_first; i++) { printf "%s", shown[first[i]]; shown[first[i]] = "" }
    for (i = 1; i <= n_names; i++) {
        if (shown[name[i]] == "") continue
        if (group_of[name[i]] != group) { group = group_of[name[i]]; print "\n\n# ---- " group " ----" }
        printf "%s", shown[name[i]]
    }
}
