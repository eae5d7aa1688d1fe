/* Feeds bars to a plan one after the other, as they would arrive: a peek at each unfinished
 * bar, an update when it is done, and a save that another process could go on from.
 *
 *   cc stream.c $(pkg-config --cflags --libs penstock) -lm -o stream && ./stream */
#include <math.h>
#include <stdio.h>

#include <penstock/penstock.h>

enum { SYMBOLS = 3, BARS = 60, OUTPUTS = 2 };

static double price(int symbol, int bar)
{
    return 100 * (1 + symbol) + 5 * sin(bar / 7.0 + symbol);
}

static pen_status feed(pen_stream *stream)
{
    pen_status s = PEN_OK;
    for (int t = 0; t < BARS && s == PEN_OK; t++) {
        double bar[SYMBOLS], out[OUTPUTS][SYMBOLS]; /* the plan has one input: close */
        for (int i = 0; i < SYMBOLS; i++)
            bar[i] = price(i, t) + 0.5;
        s = pen_stream_peek(stream, bar, &out[0][0]); /* not final: nothing is remembered */
        for (int i = 0; i < SYMBOLS; i++)
            bar[i] = price(i, t);
        if (s == PEN_OK)
            s = pen_stream_update(stream, bar, &out[0][0]);
        if (s == PEN_OK && t % 20 == 19)
            printf("bar %2d: rsi %6.2f %6.2f %6.2f, ema %7.2f %7.2f %7.2f\n", t, out[0][0],
                   out[0][1], out[0][2], out[1][0], out[1][1], out[1][2]);
    }
    return s;
}

/* Saves, loads and goes on: the loaded stream gives what the first one would. */
static pen_status go_on(pen_queue *queue, const pen_plan *plan, pen_stream *stream)
{
    void *bytes = NULL;
    size_t count;
    pen_stream *loaded = NULL;
    double bar = price(1, BARS), first[OUTPUTS], second[OUTPUTS];
    pen_status s = pen_stream_save(stream, &bytes, &count);
    if (s == PEN_OK)
        s = pen_stream_load(queue, plan, bytes, count, &loaded);
    if (s == PEN_OK)
        s = pen_stream_update_one(stream, 1, &bar, first);
    if (s == PEN_OK)
        s = pen_stream_update_one(loaded, 1, &bar, second);
    if (s == PEN_OK)
        printf("saved in %zu bytes; symbol 1 goes on with rsi %.2f, loaded %.2f\n", count, first[0],
               second[0]);
    pen_stream_destroy(loaded);
    pen_stream_saved_free(bytes);
    return s;
}

int main(void)
{
    pen_device *dev = NULL;
    pen_queue *queue = NULL;
    pen_plan *plan = NULL;
    pen_stream *stream = NULL;
    pen_status s = pen_plan_create("rsi:14 ema:20", &plan);
    if (s == PEN_OK)
        s = pen_device_open(NULL, &dev);
    if (s == PEN_OK)
        s = pen_queue_create(dev, &queue);
    if (s == PEN_OK)
        s = pen_stream_create(queue, plan, PEN_F64, SYMBOLS, &stream);
    if (s == PEN_OK)
        s = feed(stream);
    if (s == PEN_OK)
        s = go_on(queue, plan, stream);
    if (s != PEN_OK)
        fprintf(stderr, "stream: %s\n", pen_last_error());
    pen_stream_destroy(stream);
    pen_plan_destroy(plan);
    pen_queue_destroy(queue);
    pen_device_close(dev);
    return s != PEN_OK;
}
