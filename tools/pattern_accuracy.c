/* How good the pattern finder is: precision and recall on planted patterns with noise, and
 * what it reports on random walks, where there is nothing to find.
 *
 *   make accuracy [PIVOTS=percent:5] [MIN_QUALITY=0.5] */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tests/plant_pattern.h"
#include "penstock/pattern.h"

static const double noises[] = { 0.01, 0.03, 0.05, 0.08 };
enum { NOISES = sizeof noises / sizeof noises[0] };

typedef struct score {
    size_t planted, found, matches;
} score;

static pen_pattern_options options;
static uint64_t n_series = 200;
static score scores[PEN_PATTERN_COUNT][NOISES];
static size_t walk_matches[PEN_PATTERN_COUNT];

static void fail(pen_status status)
{
    if (status == PEN_OK)
        return;
    fprintf(stderr, "pattern_accuracy: %s\n", pen_last_error());
    exit(1);
}

static pen_patterns *find(const planted *series)
{
    pen_patterns *p;
    fail(pen_patterns_create(&options, &p));
    fail(pen_patterns_feed(p, &(pen_pattern_bars){ .n = PLANT_BARS,
                                                   .high = series->high,
                                                   .low = series->low,
                                                   .close = series->close,
                                                   .volume = series->volume }));
    return p;
}

/* One series: was the planted one found, and what else was? */
static void score_planted(size_t shape, bool is_down, size_t noise, uint64_t seed)
{
    static planted series;
    size_t count;
    bool is_found = false;
    plant_pattern(shape, is_down, noises[noise], seed, &series);
    pen_patterns *p = find(&series);
    const pen_pattern *matches = pen_patterns_matches(p, &count);
    for (size_t i = 0; i < count; i++) {
        bool is_hit = !is_found && plant_is_match(&series, &matches[i]);
        is_found |= is_hit;
        scores[is_hit ? series.kind : matches[i].kind][noise].matches++;
    }
    scores[series.kind][noise].planted++;
    scores[series.kind][noise].found += is_found;
    pen_patterns_destroy(p);
}

static void score_walk(uint64_t seed)
{
    static planted series;
    size_t count;
    plant_nothing(0.05, seed, &series);
    pen_patterns *p = find(&series);
    const pen_pattern *matches = pen_patterns_matches(p, &count);
    for (size_t i = 0; i < count; i++)
        walk_matches[matches[i].kind]++;
    pen_patterns_destroy(p);
}

static void print_row(const char *name, const score *by_noise, double walks)
{
    printf("%-28s", name);
    for (size_t n = 0; n < NOISES; n++) {
        const score *s = &by_noise[n];
        if (s->planted == 0)
            printf("        -");
        else
            printf("%5.0f%4.0f", 100 * (double)s->found / (double)s->planted,
                   s->matches == 0 ? 0 : 100 * (double)s->found / (double)s->matches);
    }
    printf("%9.2f\n", walks);
}

static void print_all(void)
{
    score all[NOISES] = { 0 };
    double bars = (double)n_series * 20 * PLANT_BARS, walks = 0;
    printf("%-28s", "noise of a bar, in heights");
    for (size_t n = 0; n < NOISES; n++)
        printf("%9.2f", noises[n]);
    printf("   random\n%-28s", "kind");
    for (size_t n = 0; n < NOISES; n++)
        printf("  rec pre");
    printf("  /10 000\n");
    for (int k = 0; k < PEN_PATTERN_COUNT; k++) {
        double here = 1e4 * (double)walk_matches[k] / bars;
        print_row(pen_pattern_name((pen_pattern_kind)k), scores[k], here);
        walks += here;
        for (size_t n = 0; n < NOISES; n++) {
            all[n].planted += scores[k][n].planted;
            all[n].found += scores[k][n].found;
            all[n].matches += scores[k][n].matches;
        }
    }
    print_row("all", all, walks);
}

int main(int argc, char **argv)
{
    options = pen_pattern_options_default();
    if (argc > 1)
        fail(pen_pattern_pivots_parse(argv[1], &options));
    if (argc > 2)
        options.min_quality = strtod(argv[2], NULL);
    if (argc > 3)
        n_series = strtoull(argv[3], NULL, 10);
    for (size_t noise = 0; noise < NOISES; noise++)
        for (size_t shape = 0; shape < PLANT_SHAPES; shape++)
            for (int is_down = 0; is_down < 2; is_down++)
                for (uint64_t seed = 0; seed < n_series; seed++)
                    score_planted(shape, is_down, noise, seed);
    for (uint64_t seed = 0; seed < 20 * n_series; seed++)
        score_walk(seed);
    printf("pivots %s, quality at least %g; recall and precision in percent\n",
           argc > 1 ? argv[1] : "atr:3", options.min_quality);
    print_all();
    return 0;
}
