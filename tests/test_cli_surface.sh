#!/bin/sh
# penstock surface, as typed.
. tests/check.sh
P=${PENSTOCK:-build/release/penstock}
[ -x "$P" ] || { echo "# 0 0 0"; exit 0; }
# Two expiries of one SVI smile, priced by penstock price: a = 0.01, b = 0.06, rho = -0.4, m = 0, sigma = 0.2,
# times the expiry.
awk 'BEGIN { print "type,spot,strike,expiry,sigma,rate"
    for (t = 0.25; t <= 1; t += 0.75) for (k = 70; k <= 140; k += 5) for (s = 0; s < 2; s++) {
        x = log(k / (100 * exp(0.03 * t)))
        printf "%s,100,%g,%g,%.17g,0.03\n", s ? "P" : "C", k, t, sqrt(0.01 + 0.06 * (-0.4 * x + sqrt(x * x + 0.04))) } }' |
    "$P" price - --greeks first >"$tmp/priced.csv" || exit 1
cut -d, -f1,3,4,7 "$tmp/priced.csv" >"$tmp/chain.csv"

known_parameters_come_back() {
    "$P" surface "$tmp/chain.csv" -q >"$tmp/out" || return
    head -1 "$tmp/out" | grep -q '^expiry,forward,discount,points,outliers,a,b,rho,m,sigma,atm_vol,rmse_vol,worst_vol$' || return
    awk -F, 'function near(x, y) { return (x - y) ^ 2 < 1e-10 }
        NR > 1 && near($2, 100 * exp(.03 * $1)) && near($3, exp(-.03 * $1)) && near($6, .01 * $1) && near($7, .06 * $1) &&
            near($8, -.4) && near($9, 0) && near($10, .2) && $12 < 1e-8 { n++ } END { exit n != 2 }' "$tmp/out"
}
volatilities_are_printed() { # at a strike and between expiries, where this smile's vol is the same; and local ones
    "$P" surface "$tmp/chain.csv" -q --strikes 90,110 --expiries 0.25,0.5,2 --local >"$tmp/out" || return
    [ "$(wc -l <"$tmp/out")" -eq 7 ] || return
    awk -F, 'NR > 1 { want = sqrt(0.01 + 0.06 * (-0.4 * $4 + sqrt($4 * $4 + 0.04)))
                      if (($5 - want) ^ 2 < 1e-14 && $6 > 0.1 && $6 < 0.3) n++ } END { exit n != 6 }' "$tmp/out" || return
    [ "$("$P" surface "$tmp/chain.csv" -q --grid | wc -l)" -eq 43 ] || return
    "$P" surface "$tmp/chain.csv" -q --points | awk -F, 'NR > 1 && ($5 - $6) ^ 2 < 1e-14 { n++ } END { exit n != 30 }'
}
every_model_runs() {
    for model in svi ssvi sabr; do
        "$P" surface "$tmp/chain.csv" -q --model $model --plot "$tmp/$model.svg" >"$tmp/out" &&
            [ "$(wc -l <"$tmp/out")" -eq 3 ] && grep -q 'total variance' "$tmp/$model.svg" || return
    done
    "$P" surface "$tmp/chain.csv" -q --model sabr --normal | awk -F, 'NR > 1 && $6 > 14 && $6 < 16 && $7 == 0 { n++ } END { exit n != 2 }'
}
volatilities_may_be_the_quotes() {
    cut -d, -f1,3-5 "$tmp/priced.csv" >"$tmp/vols.csv"
    says 1 "none of 2 expiries after today has a forward and 5 volatilities" "$P" surface "$tmp/vols.csv" || return
    says 0 "30 of 60 quotes fitted in 2 expiries, 0 of them outliers" "$P" surface "$tmp/vols.csv" --spot 100 --rate 0.03 -o "$tmp/a" || return
    "$P" surface "$tmp/chain.csv" -q --rate 0.03 --spot 100 >"$tmp/b"
    awk -F, 'NR == FNR { a[NR] = $6; next } FNR > 1 && (a[FNR] - $6) ^ 2 < 1e-14 { n++ } END { exit n != 2 }' "$tmp/a" "$tmp/b"
}
arbitrage_is_remarked() { # a year that is cheaper than a quarter
    awk -F, -v OFS=, 'NR > 1 && $4 == 1 { $5 = $5 / 3 } { print $1, $3, $4, $5 }' "$tmp/priced.csv" >"$tmp/cheap.csv"
    says 0 "calendar arbitrage at expiry 1.0000, strikes" "$P" surface "$tmp/cheap.csv" --free --spot 100 --rate 0.03 || return
    "$P" surface "$tmp/cheap.csv" --spot 100 --rate 0.03 >/dev/null 2>"$tmp/note"
    ! grep -q arbitrage "$tmp/note"
}
json_holds_all() {
    command -v python3 >/dev/null || skip "python3 reads the JSON" || return
    "$P" surface "$tmp/chain.csv" -q --json | python3 -c '
import json, sys
d = json.load(sys.stdin)
assert d["model"] == "svi" and d["quotes"] == 60 and d["points"] == 30 and d["findings"] == [] and len(d["slices"]) == 2
assert abs(d["slices"][0]["parameters"]["rho"] + 0.4) < 1e-5 and d["slices"][0]["pairs"] == 15'
}
wrong_requests_are_named() {
    says 2 "--model 'heston', expected svi, ssvi or sabr" "$P" surface "$tmp/chain.csv" --model heston || return
    says 2 "--beta, --shift and --normal are of --model sabr" "$P" surface "$tmp/chain.csv" --normal || return
    says 2 "--strikes '1,x', expected numbers between commas" "$P" surface "$tmp/chain.csv" --strikes 1,x || return
    says 2 "--expiries '0', expected numbers between commas, all above 0" "$P" surface "$tmp/chain.csv" --expiries 0 || return
    printf 'type,strike,price\nC,1,2\n' >"$tmp/bad.csv"
    says 1 "no column expiry; or give --expiry" "$P" surface "$tmp/bad.csv" || return
    printf 'type,strike,expiry\nC,1,2\n' >"$tmp/bad.csv"
    says 1 "no column price, none of bid and ask, none of vol" "$P" surface "$tmp/bad.csv" || return
    printf 'type,strike,expiry,price\nC,1,2,x\n' >"$tmp/bad.csv"
    says 1 "bad.csv:2:7: price is 'x', expected a number" "$P" surface "$tmp/bad.csv" || return
    printf 'type,strike,expiry,price\nC,1,2,1\n' >"$tmp/bad.csv"
    says 1 "no column forward, which --inverse needs" "$P" surface "$tmp/bad.csv" --inverse || return
    says 1 "none of 1 expiries after today has a forward and 5 volatilities, which svi needs" "$P" surface "$tmp/bad.csv" || return
    printf 'type,strike,expiry,price\n' >"$tmp/bad.csv"
    says 1 "no quotes" "$P" surface "$tmp/bad.csv"
}
real_chains_are_fitted() { # eleven expiries of coin-settled options; an index, whose forward parity finds
    eth=../shared/data/options/eth_deribit_chain_20240108.csv
    [ -f "$eth" ] || skip "no real chains here" || return
    "$P" surface "$eth" --now 1704712781423 --inverse --column bid=bid_eth --column ask=ask_eth \
        --column forward=underlying_price_usd >"$tmp/eth" 2>"$tmp/note" || return
    grep -q '326 of 684 quotes fitted in 11 expiries' "$tmp/note" && ! grep -q arbitrage "$tmp/note" || return
    awk -F, 'NR > 1 && $11 > .6 && $11 < 1 && $12 < .04 { n++ } END { exit n != 11 }' "$tmp/eth" || return
    awk -F, 'NR == 1 { print "type,strike,bid,ask" } NR > 1 { print "C," $1 "," $2 "," $3; print "P," $1 "," $4 "," $5 }' \
        "${eth%/*}/sp500_chain_exp20241018.csv" >"$tmp/sp500.csv"
    "$P" surface "$tmp/sp500.csv" -q --expiry 0.0192 | awk -F, 'NR == 2 && ($2 - 5781.88) ^ 2 < .01 && $12 < .004 { n++ } END { exit !n }'
}

check known_parameters_come_back known_parameters_come_back
check volatilities_are_printed_at_strikes_and_expiries volatilities_are_printed
check every_model_runs_and_is_drawn every_model_runs
check volatilities_may_be_the_quotes volatilities_may_be_the_quotes
check arbitrage_is_remarked_and_held_off arbitrage_is_remarked
check json_holds_all json_holds_all
check wrong_requests_are_named wrong_requests_are_named
check real_chains_are_fitted real_chains_are_fitted
finish
