#!/bin/sh
# penstock price and penstock implied, as typed.
. tests/check.sh
P=${PENSTOCK:-build/release/penstock}
[ -x "$P" ] || { echo "# 0 0 0"; exit 0; }
# In many blocks and one: 40000 rows of few options.
make_chain() {
    echo "id,Type,Spot,STRIKE,time to expiry,Sigma,note"
    awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
        printf "%d,%s,%g,%d,0.5,0.2,\"a, \"\"b\"\"\"\n", i, i % 2 ? "P" : "call", 90 + i % 7, 80 + i % 40 }'
}
make_chain 40000 >"$tmp/chain.csv"

passes_columns_through() {
    "$P" price "$tmp/chain.csv" --rate 0.05 -o "$tmp/priced.csv" &&
        sed -E 's/(,[^,]*){6}$//' "$tmp/priced.csv" | cmp - "$tmp/chain.csv" || return
    [ "$(wc -l <"$tmp/priced.csv")" -eq 40001 ] || return
    head -1 "$tmp/priced.csv" | grep -q ',note,price,delta,gamma,vega,theta,rho$'
}
published_price() { # Hull, 8th ed., example 14.6
    printf 'type;spot;strike;expiry;vol;rate\nC;42;40;0.5;0.2;0.1\np;42;40;0.5;0.2;0.1\n' |
        "$P" price - >"$tmp/hull.csv" &&
        awk -F';' 'NR == 2 && sprintf("%.2f", $7) == "4.76" { ok++ }
                   NR == 3 && sprintf("%.2f", $7) == "0.81" { ok++ } END { exit ok != 2 }' "$tmp/hull.csv"
}
bad_rows_name_their_place() {
    head -20001 "$tmp/chain.csv" >"$tmp/bad.csv"
    echo '1,call,abc,100,1,0.2,x' >>"$tmp/bad.csv"
    says 1 "bad.csv:20002:8: Spot is 'abc', expected a number, 0 or more" "$P" price "$tmp/bad.csv" || return
    printf 'type,spot,strike,expiry,vol\ncall,1,2,3\n' >"$tmp/bad.csv"
    says 1 "bad.csv:2:1: 4 cells, expected 5" "$P" price "$tmp/bad.csv" || return
    printf 'type,spot,strike,expiry,vol\nboth,1,2,3,.2\n' >"$tmp/bad.csv"
    says 1 "bad.csv:2:1: type is 'both', expected call, put, C or P" "$P" price "$tmp/bad.csv" || return
    printf 'type,spot,strike,expiry,vol\nC,1,2,3,-.2\n' >"$tmp/bad.csv"
    says 1 "bad.csv:2:9: vol is '-.2'" "$P" price "$tmp/bad.csv" || return
    printf 'type,spot,strike,expiry\nC,1,2,3\n' >"$tmp/bad.csv"
    says 1 "no column vol; one of: vol volatility" "$P" price "$tmp/bad.csv" || return
    : >"$tmp/bad.csv"
    says 1 "empty, expected a header" "$P" price "$tmp/bad.csv"
}
a_failed_run_leaves_no_file() {
    printf 'type,spot,strike,expiry,vol\nC,1,2,3,x\n' >"$tmp/bad.csv"
    "$P" price "$tmp/bad.csv" -o "$tmp/none.csv" 2>/dev/null
    [ ! -e "$tmp/none.csv" ]
}
options_stand_for_columns() {
    printf 'strike\n40\n45\n' | "$P" price - --type call --spot 42 --expiry 0.5 --vol 0.2 --rate 0.1 >"$tmp/a" || return
    printf 'strike,S,t,type,iv,r,q\n40,42,.5,c,.2,.1,0\n45,42,.5,c,.2,.1,0\n' | "$P" price - >"$tmp/b" || return
    cut -d, -f2- "$tmp/a" >"$tmp/c"
    cut -d, -f8- "$tmp/b" | cmp - "$tmp/c"
}
greeks_of_higher_order_follow() { # vanna and volga by their formulas; none at the money on the last day
    printf 'type,spot,strike,expiry,vol,rate\nC,100,100,0.5,0.2,0.1\nC,100,100,0,0.2,0.1\n' >"$tmp/two.csv"
    "$P" price "$tmp/two.csv" --greeks all >"$tmp/all.csv" && "$P" price "$tmp/two.csv" >"$tmp/first.csv" || return
    cut -d, -f1-12 "$tmp/all.csv" | cmp - "$tmp/first.csv" || return
    head -1 "$tmp/all.csv" | grep -q ',rho,vanna,volga,charm,speed,color,ultima$' || return
    awk -F, 'NR == 2 { pi = atan2(0, -1); root = sqrt(.5); d1 = (.1 + .02) * .5 / (.2 * root); d2 = d1 - .2 * root
                       pdf = exp(-d1 * d1 / 2) / sqrt(2 * pi); vega = 100 * pdf * root
                       if (($13 + pdf * d2 / .2) ^ 2 < 1e-20 && ($14 - vega * d1 * d2 / .2) ^ 2 < 1e-20) ok++ }
             NR == 3 && $18 == 0 && $15 == "" && $16 == "" && $17 == "" { ok++ } END { exit ok != 2 }' "$tmp/all.csv" || return
    says 2 "--greeks 'some', expected first or all" "$P" price "$tmp/two.csv" --greeks some
}
models_are_told_apart() { # Haug's futures option, a cash digital, a normal model below 0
    printf 'type,forward,strike,expiry,vol,rate\nC,19,19,.75,.28,.1\n' >"$tmp/f.csv"
    "$P" price "$tmp/f.csv" --model black76 | awk -F, 'NR == 2 && sprintf("%.4f", $7) == "1.7011" { ok++ } END { exit !ok }' || return
    "$P" price "$tmp/f.csv" --model black76 --payoff cash | awk -F, 'NR == 2 && $7 > 0.4 && $7 < 0.5 { ok++ } END { exit !ok }' || return
    printf 'type,f,k,t,vol\nC,-1,-2,1,.5\nP,-1,2,1,3\n' | "$P" price - --model bachelier --greeks all |
        "$P" implied - --model bachelier -q >"$tmp/normal.csv" || return
    awk -F, 'NR > 1 && ($18 - $5) ^ 2 < 1e-24 && $19 == "ok" { ok++ } END { exit ok != 2 }' "$tmp/normal.csv" || return
    printf 'type,f,k,t,vol,shift\nC,-1,-2,1,.5,3\n' | "$P" price - --model displaced | "$P" implied - --model displaced -q |
        awk -F, 'NR == 2 && ($13 - .5) ^ 2 < 1e-24 { ok++ } END { exit !ok }' || return
    says 2 "--model 'heston', expected bsm, black76, bachelier or displaced" "$P" price "$tmp/f.csv" --model heston || return
    says 2 "--payoff 'both', expected vanilla, cash or asset" "$P" price "$tmp/f.csv" --payoff both || return
    says 1 "f.csv:1:1: no column spot" "$P" price "$tmp/f.csv" || return
    printf 'type,f,k,t,vol\nC,-1,2,1,.5\n' >"$tmp/f.csv"
    says 1 "f.csv:2:3: f is '-1', expected a number, 0 or more" "$P" price "$tmp/f.csv" --model black76
}
implied_reads_markets() { # empty quotes, bid and ask, dates, prices in units of the underlying, columns of other names
    printf 'type,strike,expiry,bid,ask\nC,105,2024-03-29,2,2.1\nP,105,2024-03-29,,1\nP,95,2024-06-28T12:00:00Z,1,\n' >"$tmp/quotes.csv"
    "$P" implied "$tmp/quotes.csv" --spot 100 --now 2024-01-01 2>"$tmp/note" >"$tmp/dates.csv" || return
    grep -q '2 of 3 rows are not ok: 2 no price' "$tmp/note" || return
    printf 'type,strike,t,price\nC,105,%s,2.05\n' "$(awk 'BEGIN { printf "%.17g", 88 / 365 }')" |
        "$P" implied - --spot 100 | sed 's/.*2.05,//' | tail -1 >"$tmp/one"
    sed -n 2p "$tmp/dates.csv" | sed 's/.*2.1,//' | cmp - "$tmp/one" || return
    [ "$(grep -c ',,no price$' "$tmp/dates.csv")" -eq 2 ] || return
    printf 'type,strike,t,premium in coin\nC,105,%s,0.0205\n' "$(awk 'BEGIN { printf "%.17g", 88 / 365 }')" >"$tmp/coins.csv"
    "$P" implied "$tmp/coins.csv" --spot 100 --inverse --column 'price=premium in coin' | sed 's/.*205,//' | tail -1 | cut -c1-12 >"$tmp/two"
    cut -c1-12 "$tmp/one" | cmp - "$tmp/two" || return
    says 1 "quotes.csv:2:7: expiry is '2024-03-29'; give --now" "$P" implied "$tmp/quotes.csv" --spot 100 || return
    says 1 "quotes.csv:2:7: expiry is '2024-03-29', before --now 2024-04-01" "$P" implied "$tmp/quotes.csv" --spot 100 --now 2024-04-01 || return
    says 2 "--now 'today', expected a date or time" "$P" implied "$tmp/quotes.csv" --spot 100 --now today || return
    says 1 "no column 'x', which --column bid=x asks for" "$P" implied "$tmp/quotes.csv" --column bid=x || return
    says 2 "--column 'bud=x', expected INPUT=NAME, the input one of: type spot" "$P" implied "$tmp/quotes.csv" --column bud=x || return
    printf 'type,strike,t,bid,ask\nC,105,1,x,2\n' | says 1 ":2:9: bid is 'x', expected a number" "$P" implied - --spot 100
}
implied_reads_real_chains() { # coin-settled options of eleven expiries; calls and puts of an index
    eth=../shared/data/options/eth_deribit_chain_20240108.csv
    [ -f "$eth" ] || skip "no real chains here" || return
    "$P" implied "$eth" -q --now 1704712781423 --inverse --model black76 --column price=mid_eth --column spot=underlying_price_usd |
        awk -F, 'NR > 1 { n[$NF]++ } $NF == "ok" && $(NF - 1) > 0.3 && $(NF - 1) < 3 { plausible++ }
                 END { exit n["ok"] != 406 || n["no price"] != 276 || plausible != 405 }' || return
    "$P" implied "${eth%/*}/sp500_chain_exp20241018.csv" --now 2024-10-11 --expiry 0.02 --type put --spot 5781.88 \
        --column bid=put_bid --column ask=put_ask | awk -F, '$NF == "ok" && $(NF - 1) > 0.1 && $(NF - 1) < 0.3 { n++ } END { exit n != 42 }'
}
dividends_are_cash() { # an escrowed one is taken off the spot; dates count from --now
    printf 'date,amount\n2024-07-01,3\n2025-07-01,3\n' >"$tmp/cash.csv"
    printf 'type,spot,strike,expiry,vol,rate\nC,100,95,1,.2,.05\nP,100,95,1,.2,.05\n' >"$tmp/two.csv"
    "$P" price "$tmp/two.csv" --dividends "$tmp/cash.csv" --now 2024-01-01 --dividend-method escrowed | cut -d, -f7,8 >"$tmp/a" || return
    awk 'BEGIN { s = 100 - 3 * exp(-.05 * 182 / 365); print "type,spot,strike,expiry,vol,rate"
                 for (i = 0; i < 2; i++) printf "%s,%.17g,95,1,.2,.05\n", i ? "P" : "C", s }' | "$P" price - | cut -d, -f7,8 >"$tmp/b"
    awk -F, 'NR == FNR { a[NR] = $1; next } FNR > 1 && (a[FNR] - $1) ^ 2 < 1e-20 { n++ } END { exit n != 2 }' "$tmp/a" "$tmp/b" || return
    "$P" price "$tmp/two.csv" --dividends "$tmp/cash.csv" --now 2024-01-01 --greeks all | awk -F, '
        NR == 2 { c = $7 } NR == 3 { want = 100 - 3 * exp(-.05 * 182 / 365) - 95 * exp(-.05)
        exit (c - $7 - want) ^ 2 > 1e-20 || $12 == "" || $17 == "" }' || return
    says 1 "cash.csv:2:1: time is '2024-07-01'; give --now" "$P" price "$tmp/two.csv" --dividends "$tmp/cash.csv" || return
    says 2 "--dividend-method 'x', expected bos-vandermark or escrowed" "$P" price "$tmp/two.csv" --dividends "$tmp/cash.csv" --dividend-method x || return
    says 2 "--dividends is of --model bsm and --payoff vanilla" "$P" price "$tmp/two.csv" --dividends "$tmp/cash.csv" --payoff cash || return
    printf 'time,amount\n.5,-1\n' >"$tmp/cash.csv"
    says 1 "cash.csv:2:4: amount is '-1', expected a number, 0 or more" "$P" price "$tmp/two.csv" --dividends "$tmp/cash.csv" || return
    printf 'when,amount\n.5,1\n' >"$tmp/cash.csv"
    says 1 "no column time, date, ex_date or years" "$P" price "$tmp/two.csv" --dividends "$tmp/cash.csv" || return
    printf 'time,amount\nsoon,1\n' >"$tmp/cash.csv"
    says 1 "cash.csv:2:1: time is 'soon', expected years or a date" "$P" price "$tmp/two.csv" --dividends "$tmp/cash.csv"
}
json_is_the_csv() {
    command -v python3 >/dev/null || skip "python3 reads the JSON" || return
    printf 'type,spot,strike,expiry,vol,note\nC,100,100,0,0.2,"a ""b"" \\"\nP,42,40,.5,.2,\n' |
        "$P" price - --json >"$tmp/json" && python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
a, b = d["options"]
assert d["count"] == 2 and a["note"] == "a \"b\" \\" and a["gamma"] is None and a["price"] == 0
assert abs(b["price"] - 1.6) < 0.2 and b["strike"] == 40' "$tmp/json"
}
make_ordinary() { # priced under another name than vol: sigma
    echo "type,spot,strike,expiry,sigma,rate,dividend"
    awk 'BEGIN { for (i = 0; i < 20000; i++)
        printf "%s,%g,%d,%g,%g,%g,%g\n", i % 2 ? "put" : "call", 96 + i % 7, 90 + i % 21,
               0.25 + i % 8 / 4, 0.15 + i % 11 / 20, i % 5 / 100, i % 3 / 100 }'
}
implied_undoes_price() {
    make_ordinary | "$P" price - | "$P" implied - >"$tmp/implied.csv" || return
    head -1 "$tmp/implied.csv" | grep -q ',rho,vol,status$' || return
    awk -F, 'NR > 1 { n++; d = $14 - $5; if ($15 == "ok" && d < 1e-12 && d > -1e-12) ok++ }
             END { print ok + 0, "of", n + 0; exit n != 20000 || ok != n }' "$tmp/implied.csv"
}
make_impossible() { # the last column says what is to become of the row
    cat <<-END
	type,spot,strike,expiry,mid,want
	call,100,100,1,8,ok
	call,100,80,1,19,below intrinsic
	put,100,120,1,19.5,below intrinsic
	call,100,80,1,100,above bound
	put,100,80,1,80,above bound
	call,100,90,0,10,no volatility
	call,0,90,1,0,no volatility
	put,0,0,1,0,no volatility
	call,100,100,1,-1,invalid
	END
}
each_row_has_its_status() {
    make_impossible >"$tmp/impossible.csv"
    "$P" implied "$tmp/impossible.csv" >"$tmp/statuses.csv" 2>"$tmp/note" || return
    awk -F, 'NR > 1 && $6 == $8 && ($7 == "") == ($8 != "ok") { ok++ } END { exit ok != 9 }' \
        "$tmp/statuses.csv" || { cat "$tmp/statuses.csv"; return 1; }
    says 0 "8 of 9 rows are not ok: 2 below intrinsic, 2 above bound, 3 no volatility, 1 invalid" cat "$tmp/note" || return
    "$P" implied "$tmp/impossible.csv" -q 2>&1 | cmp - "$tmp/statuses.csv" || return
    "$P" implied "$tmp/impossible.csv" --json -q >"$tmp/json" || return
    grep -qF '"want": "below intrinsic", "vol": null, "status": "below intrinsic"}' "$tmp/json" || return
    [ "$(grep -c '"vol": null' "$tmp/json")" -eq 8 ] && grep -q '"count": 9' "$tmp/json"
}
implied_names_what_it_cannot_read() {
    printf 'type,spot,strike,expiry,Mid\nC,100,90,1,n/a\n' >"$tmp/bad.csv"
    says 1 "bad.csv:2:12: Mid is 'n/a', expected a number" "$P" implied "$tmp/bad.csv" || return
    printf 'type,spot,strike,expiry,mid\nC,-100,90,1,2\n' >"$tmp/bad.csv"
    says 1 "bad.csv:2:3: spot is '-100', expected a number, 0 or more" "$P" implied "$tmp/bad.csv" || return
    printf 'type,spot,strike,expiry,vol\nC,100,90,1,.2\n' >"$tmp/bad.csv"
    says 1 "no column price; one of: price price_px" "$P" implied "$tmp/bad.csv" || return
    says 0 "has a column vol already; ours is the last of that name" "$P" implied "$tmp/bad.csv" --price 20
}
american_options_are_priced() { # Hull, 8th ed., section 20.1: trees of 5 and 500 steps
    printf 'type,spot,strike,expiry,vol,rate,dividend\nP,50,50,0.416666667,0.4,0.1,0\nP,90,100,2,.2,-.01,-.05\n' >"$tmp/puts.csv"
    for method in "crr 5 4.49" "crr 500 4.28" "lr 501 4.28" "alo 5 4.28" "fd 501 4.28" "auto 501 4.28"; do
        set -- $method
        "$P" price "$tmp/puts.csv" --exercise american --method "$1" --steps "$2" 2>"$tmp/note" >"$tmp/priced.csv" || return
        awk -F, -v want="$3" 'NR == 2 && sprintf("%.2f", $8) == want && $14 == "ok" { ok++ } END { exit ok != 1 }' "$tmp/priced.csv" ||
            { echo "$method"; cat "$tmp/priced.csv"; return 1; }
        [ "$1" = alo ] || [ "$1" = fd ] || ! grep -q 'no price' "$tmp/note" || return
    done
    head -1 "$tmp/priced.csv" | grep -q ',rho,status$' || return
    says 0 "1 of 2 rows have no price: two boundaries; --method auto has one" "$P" price "$tmp/puts.csv" --exercise american --method alo || return
    says 0 ',,,,,,,two boundaries' "$P" price "$tmp/puts.csv" --exercise american --method alo || return
    printf 'type,forward,strike,expiry,vol,rate\nC,100,95,1,.3,.05\n' | "$P" price - --exercise american --model black76 >"$tmp/future.csv" &&
        printf 'type,spot,strike,expiry,vol,rate,q\nC,100,95,1,.3,.05,.05\n' | "$P" price - --exercise american >"$tmp/spot.csv" || return
    cut -d, -f7- "$tmp/future.csv" >"$tmp/a"
    cut -d, -f8- "$tmp/spot.csv" | cmp - "$tmp/a"
}
wrong_american_options_are_usage_errors() {
    says 2 "--method 'psor', expected" "$P" price "$tmp/puts.csv" --exercise american --method psor || return
    says 2 "takes --model bsm or black76" "$P" price "$tmp/puts.csv" --exercise american --model bachelier || return
    says 2 "takes --payoff vanilla" "$P" price "$tmp/puts.csv" --exercise american --payoff cash || return
    says 2 "takes --greeks first" "$P" price "$tmp/puts.csv" --exercise american --greeks all || return
    says 2 "not --dividends" "$P" price "$tmp/puts.csv" --exercise american --dividends "$tmp/puts.csv" || return
    says 2 "--steps" "$P" price "$tmp/puts.csv" --exercise american --steps 1
}
exotic_options_are_priced() { # Haug, 2nd ed., tables 4-13 and 4-9, 4.15.1, 4.20.1
    printf 'type,spot,strike,expiry,vol,rate,q,barrier,rebate\nC,100,90,.5,.25,.08,.04,95,3\nP,100,100,.5,.25,.08,.04,95,3\n' >"$tmp/barriers.csv"
    "$P" price "$tmp/barriers.csv" --option barrier --kind down-out >"$tmp/out.csv" &&
        "$P" price "$tmp/barriers.csv" --option barrier --kind down-in >"$tmp/in.csv" || return
    head -1 "$tmp/out.csv" | grep -q ',rebate,price,delta,gamma,vega,theta,rho$' || return
    paste -d, "$tmp/out.csv" "$tmp/in.csv" | awk -F, '
        function near(x, y) { return (x - y) ^ 2 < 1e-8 }
        NR == 2 && near($10, 9.0246) && near($25, 7.7627) { ok++ }
        NR == 3 && near($10, 2.2947) && near($25, 6.5677) { ok++ } END { exit ok != 2 }' || return
    price_is() { # price_is WANT ROW OPTIONS...: the price of one row
        want=$1 row=$2
        shift 2
        printf 'type,spot,strike,expiry,vol,rate,q,extreme\n%s\n' "$row" | "$P" price - "$@" |
            awk -F, -v want="$want" 'NR == 2 && ($9 - want) ^ 2 < 1e-8 { ok = 1 } END { exit !ok }' || { echo "$want: $*"; return 1; }
    }
    price_is 25.3533 'C,120,7,.5,.3,.1,.06,100' --option lookback --kind floating || return
    price_is 18.9263 'C,100,95,.5,.2,.1,0,100' --option lookback || return
    price_is 4.6922 'P,80,85,.25,.2,.05,-.03,0' --option asian --kind geometric || return
    printf 'type,strike,expiry,vol\nC,100,1,.2\n' | "$P" price - --spot 100 --option asian --looks 1 >"$tmp/one.csv" &&
        printf 'type,strike,expiry,vol\nC,100,1,.2\n' | "$P" price - --spot 100 >"$tmp/plain.csv" || return
    paste -d, "$tmp/one.csv" "$tmp/plain.csv" | awk -F, 'NR == 2 && ($5 - $15) ^ 2 < 1e-20 { ok = 1 } END { exit !ok }'
}
wrong_exotic_options_are_named() {
    says 2 "--option barrier needs --kind down-in" "$P" price "$tmp/barriers.csv" --option barrier || return
    says 2 "--kind 'sideways', expected" "$P" price "$tmp/barriers.csv" --option barrier --kind sideways || return
    says 2 "--kind 'fixed' is of --option" "$P" price "$tmp/barriers.csv" --kind fixed || return
    says 2 "takes no --payoff" "$P" price "$tmp/barriers.csv" --option asian --exercise american || return
    says 1 "no column barrier; one of: barrier barrier_px" "$P" price "$tmp/plain.csv" --spot 1 --option barrier --kind up-in || return
    printf 'type,spot,strike,expiry,vol,barrier\nC,0,90,.5,.25,80\n' >"$tmp/zero.csv"
    says 1 "zero.csv:2:1: spot is 0, expected one above it" "$P" price "$tmp/zero.csv" --option barrier --kind up-in
}
wrong_options_are_usage_errors() {
    says 2 "expected FILE" "$P" price || return
    printf 'strike\n1\n' >"$tmp/strikes.csv"
    says 2 "expected call or put" "$P" price "$tmp/strikes.csv" --type both --spot 1 --expiry 1 --vol 1
}
check columns_pass_through_unchanged passes_columns_through
check a_published_price_is_met published_price
check bad_rows_are_named_by_file_line_and_column bad_rows_name_their_place
check a_failed_run_leaves_no_file a_failed_run_leaves_no_file
check options_stand_for_missing_columns options_stand_for_columns
check greeks_of_higher_order_follow_the_first greeks_of_higher_order_follow
check models_and_payoffs_are_told_apart models_are_told_apart
check implied_reads_quotes_of_markets implied_reads_markets
check implied_reads_real_chains implied_reads_real_chains
check dividends_are_cash_on_days dividends_are_cash
check json_holds_what_the_csv_does json_is_the_csv
check implied_volatility_undoes_the_price implied_undoes_price
check each_row_has_its_status each_row_has_its_status
check implied_names_what_it_cannot_read implied_names_what_it_cannot_read
check american_options_are_priced_by_every_method american_options_are_priced
check wrong_american_options_are_usage_errors wrong_american_options_are_usage_errors
check exotic_options_are_priced exotic_options_are_priced
check wrong_exotic_options_are_named wrong_exotic_options_are_named
check wrong_options_are_usage_errors wrong_options_are_usage_errors
finish
