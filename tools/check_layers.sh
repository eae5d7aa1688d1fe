#!/bin/sh
# Fails on an #include that crosses the layers: src/<band>/<folder> may include
# its own folder, the public headers, and what the table allows.  A public
# header may include only headers listed above it in penstock.h.
#
#   check_layers.sh [ROOT]
cd "${1:-.}" || exit 2
grep -rnE --include='*.c' --include='*.h' --include='*.k' --include='*.kh' \
    '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' src include 2>/dev/null |
awk '
BEGIN {
    base = "machine/base/ "
    allow["machine/base"] = ""
    allow["machine/kernels"] = base
    allow["machine/device"] = base "machine/kernels/ "
    allow["machine/memory"] = allow["machine/monitor"] = base "machine/device/ "
    # math chooses its CPU code by instruction set; a program of operations is
    # written by flow and run by a kernel, so both read its list of operations
    allow["machine/math"] = base "machine/device/ machine/kernels/catalog.h "
    allow["flow"] = base "machine/math/ machine/memory/ machine/device/launch.h " \
                    "machine/kernels/indicator_op.kh machine/kernels/candle_op.kh " \
                    "machine/kernels/payoff_op.kh "
    allow["run"] = base
    allow["run/cli"] = base "bench/bench.h "
    while ((getline line < "include/penstock/penstock.h") > 0)
        if (match(line, /"penstock\/[a-z_]+\.h"/))
            order[substr(line, RSTART + 1, RLENGTH - 2)] = ++n_public
}
# Joins a path and resolves its "..".
function resolve(path,    part, n, i, depth, out, kept) {
    n = split(path, part, "/")
    for (i = 1; i <= n; i++)
        if (part[i] == "..") depth -= depth > 0
        else if (part[i] != "." && part[i] != "") kept[++depth] = part[i]
    for (i = 1; i <= depth; i++) out = out (i > 1 ? "/" : "") kept[i]
    return out
}
function exists(path,    line, found) {
    found = (getline line < path) >= 0
    close(path)
    return found
}
function complain(text) { print file ":" number ": " text; bad = 1 }
function allowed(target,    words, n, i) {
    n = split(band "/" folder in allow ? allow[band "/" folder] : allow[band], words, " ")
    for (i = 1; i <= n; i++)
        if (index(target, words[i]) == 1) return 1
    return 0
}
{
    split($0, at, ":"); file = at[1]; number = at[2]
    split($0, quoted, "\""); name = quoted[2]
    if (file ~ /^include\//) {
        self = substr(file, 9)
        if (self == "penstock/penstock.h") next
        if (!(self in order)) complain(self " is not listed in penstock.h")
        else if (!(name in order) || order[name] >= order[self])
            complain("may include only headers above it in penstock.h, not " name)
        next
    }
    if (name ~ /^penstock\//) {
        if (!exists("include/" name)) complain("no such public header: " name)
        next
    }
    split(file, dir, "/"); band = dir[2]; folder = dir[3]
    own = band "/" folder "/"
    directory = file; sub(/[^\/]*$/, "", directory)
    target = resolve(directory name)
    if (!exists(target)) target = exists("src/" name) ? "src/" name : name
    if (!exists(target)) complain("no such header: " name)
    sub(/^src\//, "", target)
    if (index(target, own) == 1 || allowed(target)) next
    complain(own " may not include " target)
}
END { exit bad }'
