#!/bin/sh
# penstock simulate, as typed.
. tests/check.sh
P=${PENSTOCK:-build/release/penstock}
[ -x "$P" ] || { echo "# 0 0 0"; exit 0; }
simulation_is_reproducible() {
    "$P" simulate --paths 70000 --steps 3 --seed 7 >"$tmp/a" && "$P" simulate --paths 70000 --steps 3 --seed 7 --threads 1 >"$tmp/b" &&
        cmp "$tmp/a" "$tmp/b" || return
    "$P" simulate --paths 70000 --steps 3 --seed 8 | cmp -s - "$tmp/a" && return 1
    says 0 "exact" cat "$tmp/a"
}
paths_go_to_a_file() {
    "$P" simulate --paths 300 --horizon 5 --seed 7 --paths-out "$tmp/paths.csv" --json >"$tmp/json" || return
    [ "$(head -1 "$tmp/paths.csv")" = path,day_0,day_1,day_2,day_3,day_4,day_5 ] || return
    [ "$(wc -l <"$tmp/paths.csv")" -eq 301 ] || return
    lowest=$(cut -d, -f7 "$tmp/paths.csv" | tail -n +2 | sort -g | head -1)
    grep -q "\"lowest\": $lowest" "$tmp/json"
}
a_fan_chart_is_drawn() {
    "$P" simulate --paths 200 --plot "$tmp/fan.svg" >/dev/null && grep -q '</svg>' "$tmp/fan.svg" &&
        grep -q '25 to 75 %' "$tmp/fan.svg"
}
# The number after a name in JSON.
field() {
    sed -n "s/.*\"$1\": \([-0-9.e+]*\),*$/\1/p" | head -1
}
a_payoff_has_its_price() { # Black and Scholes: 10.4506
    "$P" simulate --payoff 'max(S - K, 0)' --set K=100 --rate 0.05 --greeks --json >"$tmp/call" || return
    value=$(field value <"$tmp/call") error=$(field error <"$tmp/call")
    awk -v v="$value" -v e="$error" 'BEGIN { exit !(e > 0 && e < 0.05 && (v - 10.4506)^2 < (4 * e)^2) }' || return
    grep -q '"method": "pathwise"' "$tmp/call" || return
    grep -q '"steps": 1,' "$tmp/call" || { echo "more than a step for the last price"; return 1; }
    "$P" simulate --payoff 'max(S - K, 0)' --set K=100 --rate 0.05 --greeks >"$tmp/table" &&
        grep -q '^gamma .*pathwise' "$tmp/table" && grep -q 'by controls' "$tmp/table"
}
until_an_error() {
    "$P" simulate --payoff 'max(mean(S) - 100, 0)' --steps 12 --rate 0.05 --until-error 0.02 --json >"$tmp/until" || return
    error=$(field error <"$tmp/until")
    awk -v e="$error" 'BEGIN { exit !(e > 0.015 && e <= 0.02) }'
}
several_assets_and_payoffs() {
    "$P" simulate --initial 100,90 --volatility 0.2,0.3 --correlation 0.5 --rate 0.03 --payoff 'max(S1 - S2, 0)' \
        --payoff 'S2' --paths 20000 --precision f32 --antithetic >"$tmp/two" || return
    grep -q 'pairs of paths' "$tmp/two" && [ "$(grep -c '^price ' "$tmp/two")" -eq 2 ] || return
    "$P" simulate --initial 100,90 --volatility 0.2,0.3 --paths 2000 | grep -q '^last price.*S1.*S2' || return
    "$P" simulate --initial 100,90 --paths 3 --horizon 2 --paths-out "$tmp/two.csv" >/dev/null || return
    [ "$(wc -l <"$tmp/two.csv")" -eq 7 ] && grep -q '^2,2,90,' "$tmp/two.csv"
}
every_process_runs() {
    for process in heston merton sabr garch ou; do
        "$P" simulate --process $process --payoff 'max(S - 100, 0)' --steps 12 --rate 0.02 --paths 5000 >"$tmp/out" || return
        grep -q '^price ' "$tmp/out" || return
    done
    "$P" simulate --processes | grep -q 'heston.*kappa.*1.5' || return
    { echo date,close; awk 'BEGIN { for (i = 0; i < 28; i++) printf "2024-01-%02d,%g\n", i + 1, 100 + i % 5 }'; } >"$tmp/history.csv"
    "$P" simulate --process bootstrap --history "$tmp/history.csv" --set block=3 --horizon 5 --json >"$tmp/out" || return
    grep -q '"initial": 102' "$tmp/out"
}
controls_help() {
    "$P" simulate --payoff 'max(S - 100, 0)' --control 'max(S - 100, 0)=10.450583572185565' --rate 0.05 --json >"$tmp/out" || return
    error=$(field error <"$tmp/out")
    awk -v e="$error" 'BEGIN { exit !(e < 1e-7) }'
}
early_exercise() {
    "$P" simulate --payoff 'max(110 - S, 0)' --exercise american --steps 12 --rate 0.05 --paths 20000 --json >"$tmp/early" || return
    value=$(field value <"$tmp/early")
    awk -v v="$value" 'BEGIN { exit !(v > 11.6 && v < 12.1) }' || return
    says 1 "early exercise takes independent random paths" "$P" simulate --payoff S --exercise american --antithetic
}
mistakes_are_named() {
    says 2 "--volatility is '-1'" "$P" simulate --volatility -1 || return
    says 2 "paths" "$P" simulate --paths 0 || return
    says 1 "payoff, column 5: 'K' is neither" "$P" simulate --payoff 'S - K' || return
    says 1 "did you mean 'mean'" "$P" simulate --payoff 'mena(S)' || return
    says 2 "--set is 'K', expected NAME=NUMBER" "$P" simulate --payoff S --set K || return
    says 2 "gbm has no such parameter" "$P" simulate --set kappa=2 || return
    says 1 "kappa of heston is -2, expected" "$P" simulate --process heston --set kappa=-2 || return
    says 2 "there is no process 'hesten'" "$P" simulate --process hesten || return
    says 2 "--history FILE" "$P" simulate --process bootstrap || return
    says 2 "there are 3 assets" "$P" simulate --initial 1,2,3 --volatility 0.1,0.2 || return
    says 2 "the 3 pairs of 3 assets" "$P" simulate --initial 1,2,3 --correlation 0.1,0.2 || return
    says 1 "not positive semi-definite" "$P" simulate --initial 1,2,3 --correlation 0.9,-0.9,0.9 || return
    says 1 "reads S2, but there is 1 asset" "$P" simulate --payoff S2 || return
    says 1 "is no number on some path" "$P" simulate --payoff 'log(S - 100)' || return
    says 2 "expected PAYOFF=VALUE" "$P" simulate --payoff S --control S
}
check a_simulation_is_reproducible simulation_is_reproducible
check paths_go_to_a_file paths_go_to_a_file
check a_fan_chart_is_drawn a_fan_chart_is_drawn
check a_payoff_has_its_price a_payoff_has_its_price
check runs_go_on_until_an_error until_an_error
check several_assets_and_payoffs_at_once several_assets_and_payoffs
check every_process_runs every_process_runs
check a_control_of_itself_leaves_no_error controls_help
check early_exercise_is_worth_more early_exercise
check mistakes_are_named mistakes_are_named
finish
