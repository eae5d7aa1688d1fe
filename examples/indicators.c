/* Computes a plan of indicators over a CSV file's closes and prints the last row; without an
 * argument, over bars made in memory.
 *
 *   cc indicators.c $(pkg-config --cflags --libs penstock) -o indicators
 *   ./indicators bars.csv "rsi:14 macd:12,26,9" */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <penstock/penstock.h>

enum { MADE_BARS = 250 };

/* The plan's inputs, bars' fields by name, as panels of the device. */
static pen_status load(pen_queue *queue, const pen_plan *plan, const pen_bars *bars,
                       pen_panel **inputs)
{
    static const char *const names[] = { "open", "high", "low", "close", "volume" };
    for (size_t i = 0; i < pen_plan_input_count(plan); i++) {
        const pen_panel *field = NULL;
        for (int role = PEN_ROLE_OPEN; role <= PEN_ROLE_VOLUME; role++)
            if (strcmp(pen_plan_input(plan, i), names[role]) == 0)
                field = pen_bars_field(bars, (pen_role)role);
        if (field == NULL) {
            fprintf(stderr, "the bars have no %s\n", pen_plan_input(plan, i));
            return PEN_E_NOTFOUND;
        }
        pen_status s = pen_panel_create(pen_queue_device(queue), PEN_F64, pen_panel_series(field),
                                        pen_panel_points(field), &inputs[i]);
        if (s == PEN_OK)
            s = pen_panel_write(queue, inputs[i], pen_panel_data(field), pen_panel_stride(field));
        if (s != PEN_OK)
            return s;
    }
    return PEN_OK;
}

/* The last value of every output of every symbol. */
static pen_status print_last(pen_queue *queue, const pen_plan *plan, const pen_bars *bars,
                             const pen_panel *out)
{
    size_t points = pen_panel_points(out), symbols = pen_bars_symbols(bars);
    double *values = calloc(pen_panel_series(out) * points + 1, sizeof *values);
    if (values == NULL)
        return PEN_E_NOMEM;
    pen_status s = pen_panel_read(queue, values, points, out);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    for (size_t o = 0; o < pen_plan_output_count(plan) && s == PEN_OK && points > 0; o++)
        for (size_t i = 0; i < symbols; i++)
            printf("%-10s %-24s %g\n", pen_bars_symbol(bars, i), pen_plan_output(plan, o),
                   values[(o * symbols + i + 1) * points - 1]);
    free(values);
    return s;
}

static pen_status compute(pen_device *dev, const pen_plan *plan, const pen_bars *bars)
{
    pen_queue *queue = NULL;
    size_t input_count = pen_plan_input_count(plan);
    pen_panel *out = NULL, **inputs = calloc(input_count + 1, sizeof *inputs);
    pen_status s = inputs != NULL ? pen_queue_create(dev, &queue) : PEN_E_NOMEM;
    if (s == PEN_OK)
        s = load(queue, plan, bars, inputs);
    if (s == PEN_OK)
        s = pen_panel_create(dev, PEN_F64, pen_plan_output_count(plan) * pen_bars_symbols(bars),
                             pen_bars_points(bars), &out);
    if (s == PEN_OK)
        s = pen_plan_run(queue, plan, (const pen_panel *const *)inputs, out);
    if (s == PEN_OK)
        s = print_last(queue, plan, bars, out);
    for (size_t i = 0; inputs != NULL && i < input_count; i++)
        pen_panel_destroy(inputs[i]);
    free(inputs);
    pen_panel_destroy(out);
    pen_queue_destroy(queue);
    return s;
}

int main(int argc, char **argv)
{
    static double px[5][MADE_BARS];
    double *const fields[5] = { px[0], px[1], px[2], px[3], px[4] };
    pen_device *dev = NULL;
    pen_plan *plan = NULL;
    pen_bars *bars = NULL;
    for (int t = 0; t < MADE_BARS; t++) {
        px[3][t] = 100 + 10 * sin(t / 20.0) + 0.05 * t;
        px[0][t] = t > 0 ? px[3][t - 1] : px[3][t];
        px[1][t] = fmax(px[0][t], px[3][t]) + 0.5;
        px[2][t] = fmin(px[0][t], px[3][t]) - 0.5;
        px[4][t] = 1000 + t % 7;
    }
    pen_status s = pen_plan_create(argc > 2 ? argv[2] : "rsi:14 macd:12,26,9 atr sma:20", &plan);
    if (s == PEN_OK)
        s = argc > 1 ? pen_bars_read(argv[1], NULL, &bars)
                     : pen_bars_wrap(1, MADE_BARS, MADE_BARS, NULL, NULL, fields, &bars);
    if (s == PEN_OK)
        s = pen_device_open(NULL, &dev);
    if (s == PEN_OK)
        s = compute(dev, plan, bars);
    if (s != PEN_OK)
        fprintf(stderr, "indicators: %s\n", pen_last_error());
    pen_bars_destroy(bars);
    pen_plan_destroy(plan);
    pen_device_close(dev);
    return s != PEN_OK;
}
