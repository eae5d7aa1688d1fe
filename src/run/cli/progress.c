/* The progress bar. */
#include "../../machine/base/clock.h"
#include "cli.h"

enum { BAR = 28, EVERY_NS = 100000000, QUIET_NS = 300000000 };

void cli_progress_begin(cli_progress *p, const cli *c, const char *what, double total)
{
    *p = (cli_progress){ .what = what,
                         .total = total,
                         .start_ns = pen_clock_ns(),
                         .is_on = !c->is_quiet && cli_terminal_columns(stderr) >= 60 };
}

static void draw(const cli_progress *p, double done, double elapsed_s)
{
    double share = p->total > 0 ? done / p->total : 0;
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    int filled = (int)(share * BAR);
    fprintf(stderr, "\r%-20.20s [", p->what);
    for (int i = 0; i < BAR; i++)
        fputs(i < filled ? "=" : i == filled ? ">" : " ", stderr);
    fprintf(stderr, "] %3d %%", (int)(share * 100));
    if (share > 0.02 && elapsed_s > 0.5) {
        char text[32];
        double left_s = elapsed_s * (1 - share) / share;
        fprintf(stderr, "  %s left\033[K", cli_time_text(text, sizeof text, left_s));
    }
    fflush(stderr);
}

void cli_progress_update(cli_progress *p, double done)
{
    if (!p->is_on)
        return;
    int64_t now = pen_clock_ns();
    /* what is over at once needs no bar */
    if (now - p->start_ns < QUIET_NS || now - p->shown_ns < EVERY_NS)
        return;
    p->shown_ns = now;
    draw(p, done, (double)(now - p->start_ns) * 1e-9);
}

void cli_progress_end(cli_progress *p)
{
    if (p->is_on && p->shown_ns != 0) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    p->is_on = false;
}
