# The harness of shell tests: `check NAME COMMAND...` counts, `finish` reports as
# check.h does.  A test's output is shown when it fails; exit code 77 skips it,
# its last line being the reason.
passed=0 failed=0 skipped=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

check() {
    check_name=$1
    shift
    "$@" >"$tmp/output" 2>&1
    case $? in
    0) passed=$((passed + 1)); echo "  ok   $check_name" ;;
    77) skipped=$((skipped + 1)); echo "    skipped: $(tail -n 1 "$tmp/output")"; echo "  skip $check_name" ;;
    *) failed=$((failed + 1)); sed 's/^/    /' "$tmp/output"; echo "  FAIL $check_name" ;;
    esac
}
skip() {
    echo "$*"
    return 77
}
# says CODE TEXT COMMAND...: the code, and the text in what the command says.
says() {
    code=$1 text=$2
    shift 2
    "$@" >"$tmp/said" 2>&1
    got=$?
    [ "$got" -eq "$code" ] && grep -qF -- "$text" "$tmp/said" && return
    echo "code $got, expected $code; lacks '$text':"
    head -5 "$tmp/said"
    return 1
}
finish() {
    echo "# $passed $failed $skipped"
    [ "$failed" -eq 0 ]
}
