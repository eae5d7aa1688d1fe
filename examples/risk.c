/* Value at risk of two positions over ten days, and which of them makes it.
 *
 *   cc risk.c $(pkg-config --cflags --libs penstock) -o risk
 *
 * Returns are given asset after asset; losses are positive. */
#include <math.h>
#include <stdio.h>

#include <penstock/penstock.h>

enum { SHARES, BONDS, N_ASSETS, N_DAYS = 500 };

static const char *const names[N_ASSETS] = { "shares", "bonds" };
static const double weights[N_ASSETS] = { 0.6, 0.4 };

/* Shares with calm and wild days, bonds that lean against them. */
static void make_returns(double returns[N_ASSETS][N_DAYS])
{
    for (int t = 0; t < N_DAYS; t++) {
        double wild = t % 100 < 20 ? 3 : 1;
        returns[SHARES][t] = 0.0004 + wild * 0.008 * sin(12.9898 * t * t);
        returns[BONDS][t] = 0.0001 - 0.2 * returns[SHARES][t] + 0.002 * sin(78.233 * t * t);
    }
}

static pen_status show(const double *returns, pen_risk_method method)
{
    pen_risk_options options = pen_risk_options_default();
    pen_risk_value value;
    pen_risk_part parts[N_ASSETS];
    options.method = method;
    options.level = 0.99;
    options.horizon = 10;
    options.covariance.kind = PEN_COVARIANCE_LEDOIT_WOLF; /* of the methods that take a law */
    pen_status s = pen_risk_estimate(&options, returns, N_ASSETS, N_DAYS, weights, &value, parts);
    if (s != PEN_OK)
        return s;
    printf("%-15s  99%% of ten days lose at most %5.2f%%, the others %5.2f%% on average;",
           pen_risk_method_name(method), 100 * value.var, 100 * value.cvar);
    for (int i = 0; i < N_ASSETS; i++)
        printf("  %s %5.2f%%", names[i], 100 * parts[i].component_var);
    printf("\n");
    return PEN_OK;
}

int main(void)
{
    static double returns[N_ASSETS][N_DAYS];
    make_returns(returns);
    for (int m = 0; m < PEN_RISK_METHOD_COUNT; m++)
        if (show(returns[0], (pen_risk_method)m) != PEN_OK) {
            fprintf(stderr, "risk: %s\n", pen_last_error());
            return 1;
        }
    return 0;
}
