/* Prices a handful of European options with their greeks.
 *
 *   cc price.c $(pkg-config --cflags --libs penstock) -o price
 *
 * A chain shares its spot and rate; each option has its own type, strike, expiry and
 * volatility.  An input is therefore either a panel with a value an option, or one number. */
#include <stdio.h>

#include <penstock/penstock.h>

enum { N = 5 };
/* The inputs with a value an option, then the outputs. */
enum { SIDE, STRIKE, EXPIRY, VOL, N_INPUTS };
enum { PRICE, DELTA, GAMMA, VEGA, THETA, N_OUTPUTS };

static const double chain[N_INPUTS][N] = {
    [SIDE] = { 1, 1, 1, -1, -1 }, /* +1 call, -1 put */
    [STRIKE] = { 90, 100, 110, 100, 90 },
    [EXPIRY] = { 0.25, 0.25, 0.25, 0.5, 1 },  /* years */
    [VOL] = { 0.24, 0.21, 0.20, 0.22, 0.23 }, /* per sqrt(year) */
};
static const double spot_px = 101.5, rate_frac = 0.04, dividend_frac = 0.01; /* a year */

/* A panel may be in the memory of a GPU, so values are written to it, in queue order. */
static pen_status load(pen_queue *queue, pen_panel **inputs)
{
    pen_status s = PEN_OK;
    for (int i = 0; i < N_INPUTS && s == PEN_OK; i++) {
        s = pen_panel_create(pen_queue_device(queue), PEN_F64, 1, N, &inputs[i]);
        if (s == PEN_OK)
            s = pen_panel_write(queue, inputs[i], chain[i], N);
    }
    return s;
}

/* Rho is left NULL: what nobody wants is neither computed nor written. */
static pen_status price(pen_queue *queue, pen_panel **in, pen_panel **out)
{
    pen_european options = {
        .side.each = in[SIDE],
        .spot_px.all = spot_px,
        .strike_px.each = in[STRIKE],
        .expiry_yr.each = in[EXPIRY],
        .vol_frac.each = in[VOL],
        .rate_frac.all = rate_frac,
        .dividend_frac.all = dividend_frac,
    };
    for (int j = 0; j < N_OUTPUTS; j++) {
        pen_status s = pen_panel_create(pen_queue_device(queue), PEN_F64, 1, N, &out[j]);
        if (s != PEN_OK)
            return s;
    }
    pen_european_out results = {
        .price_px = out[PRICE],
        .delta = out[DELTA],
        .gamma = out[GAMMA],
        .vega = out[VEGA],
        .theta = out[THETA],
    };
    return pen_price_european(queue, &options, &results);
}

/* Everything above was only queued; the values are here after the wait. */
static pen_status print(pen_queue *queue, pen_panel **out)
{
    double value[N_OUTPUTS][N];
    pen_status s = PEN_OK;
    for (int j = 0; j < N_OUTPUTS && s == PEN_OK; j++)
        s = pen_panel_read(queue, value[j], N, out[j]);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    if (s != PEN_OK)
        return s;
    printf("on %s; vega per point of volatility, theta per trading day\n",
           pen_device_describe(pen_queue_device(queue))->name);
    printf("type  strike  expiry    price    delta    gamma     vega    theta\n");
    for (int i = 0; i < N; i++)
        printf("%-4s %7g %7g %8.4f %8.4f %8.5f %8.4f %8.4f\n", chain[SIDE][i] > 0 ? "call" : "put",
               chain[STRIKE][i], chain[EXPIRY][i], value[PRICE][i], value[DELTA][i],
               value[GAMMA][i], value[VEGA][i] / 100, value[THETA][i] / PEN_TRADING_DAYS_A_YEAR);
    return PEN_OK;
}

int main(void)
{
    pen_device *dev = NULL;
    pen_queue *queue = NULL;
    pen_panel *inputs[N_INPUTS] = { NULL }, *outputs[N_OUTPUTS] = { NULL };
    pen_status s = pen_device_open(NULL, &dev);
    if (s == PEN_OK)
        s = pen_queue_create(dev, &queue);
    if (s == PEN_OK)
        s = load(queue, inputs);
    if (s == PEN_OK)
        s = price(queue, inputs, outputs);
    if (s == PEN_OK)
        s = print(queue, outputs);
    if (s != PEN_OK)
        fprintf(stderr, "price: %s\n", pen_last_error());

    /* What lies on a device goes before it; NULL is fine everywhere. */
    for (int i = 0; i < N_INPUTS; i++)
        pen_panel_destroy(inputs[i]);
    for (int j = 0; j < N_OUTPUTS; j++)
        pen_panel_destroy(outputs[j]);
    pen_queue_destroy(queue);
    pen_device_close(dev);
    return s != PEN_OK;
}
