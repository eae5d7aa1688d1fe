/* Candlestick patterns straight from their definitions, a function each, bar by bar: what
 * tests/test_candle.c compares with.  Included once for each type `real` of prices, names
 * ending as NAME() makes them.
 *
 * k counts bars back from bar i; sums run from the oldest bar to the newest. */
typedef struct NAME(bars) {
    const real *o, *h, *l, *c;
    const pen_candle_settings *set;
    real into; /* penetration */
} NAME(bars);
#define BARS NAME(bars)

#define O(k) (x->o[i - (k)])
#define H(k) (x->h[i - (k)])
#define L(k) (x->l[i - (k)])
#define C(k) (x->c[i - (k)])

static real NAME(top)(const BARS *x, int i)
{
    return O(0) != O(0) ? O(0) : C(0) >= O(0) ? C(0) : C(0) != C(0) ? C(0) : O(0);
}
static real NAME(bottom)(const BARS *x, int i)
{
    return O(0) != O(0) ? O(0) : C(0) >= O(0) ? O(0) : C(0);
}
static real NAME(body)(const BARS *x, int i)
{
    real d = C(0) - O(0);
    return d < 0 ? -d : d;
}
#define TOP(k) NAME(top)(x, i - (k))
#define BOTTOM(k) NAME(bottom)(x, i - (k))
#define BODY(k) NAME(body)(x, i - (k))
#define UPPER(k) (H(k) - TOP(k))
#define LOWER(k) (BOTTOM(k) - L(k))
#define WHITE(k) (C(k) >= O(k))
#define BLACK(k) (C(k) < O(k))

static real NAME(range)(const BARS *x, int i, pen_candle_range range)
{
    return range == PEN_CANDLE_REAL_BODY  ? BODY(0)
           : range == PEN_CANDLE_HIGH_LOW ? H(0) - L(0)
                                          : UPPER(0) + LOWER(0);
}

static real NAME(average)(const BARS *x, int i, const pen_candle_setting *s)
{
    real sum = 0;
    for (int k = s->period; k > 0; k--)
        sum += NAME(range)(x, i - k, s->range);
    real mean = s->period == 0 ? NAME(range)(x, i, s->range) : sum / (real)s->period;
    return (real)s->factor * mean / (real)(s->range == PEN_CANDLE_SHADOWS ? 2 : 1);
}
#define AVERAGE(setting, k) NAME(average)(x, i - (k), &x->set->setting)

#define LONG(k) (BODY(k) > AVERAGE(body_long, k))
#define SHORT(k) (BODY(k) < AVERAGE(body_short, k))
#define SMALL(k) (BODY(k) <= AVERAGE(body_short, k))
#define DOJI(k) (BODY(k) <= AVERAGE(body_doji, k))
#define NO_UPPER(k) (UPPER(k) < AVERAGE(shadow_very_short, k))
#define NO_LOWER(k) (LOWER(k) < AVERAGE(shadow_very_short, k))
#define SHORT_SHADOWS(k)                                                                           \
    (UPPER(k) < AVERAGE(shadow_short, k) && LOWER(k) < AVERAGE(shadow_short, k))
#define MARUBOZU(k) (LONG(k) && NO_UPPER(k) && NO_LOWER(k))
/* the body of bar j lies above, below that of bar k */
#define GAP_UP(j, k) (BOTTOM(j) > TOP(k))
#define GAP_DOWN(j, k) (TOP(j) < BOTTOM(k))
/* a is b or as good as, by bar k's measure */
#define NEAR(a, b, setting, k) ((a) <= (b) + AVERAGE(setting, k) && (a) >= (b)-AVERAGE(setting, k))
#define PATTERN(name) static int NAME(name)(const BARS *x, int i)

/* +value where the bar is white, -value where black */
static int NAME(coloured)(const BARS *x, int i, int value)
{
    return WHITE(0) ? value : BLACK(0) ? -value : 0;
}
#define COLOURED(k, value) NAME(coloured)(x, i - (k), value)
#define OPPOSITE(j, k) ((WHITE(j) && BLACK(k)) || (BLACK(j) && WHITE(k)))

PATTERN(cdl2crows)
{
    bool gap = WHITE(2) && LONG(2) && BLACK(1) && GAP_UP(1, 2);
    bool inside = BLACK(0) && O(0) < O(1) && O(0) > C(1) && C(0) > O(2) && C(0) < C(2);
    return gap && inside ? -100 : 0;
}
PATTERN(cdl3blackcrows)
{
    for (int k = 0; k < 3; k++)
        if (!BLACK(k) || !NO_LOWER(k))
            return 0;
    for (int k = 0; k < 2; k++)
        if (!(O(k) < O(k + 1) && O(k) > C(k + 1) && C(k) < C(k + 1)))
            return 0;
    return WHITE(3) && H(3) > C(2) ? -100 : 0;
}
PATTERN(cdl3inside)
{
    if (!LONG(2) || !SMALL(1) || !(TOP(1) < TOP(2)) || !(BOTTOM(1) > BOTTOM(2)))
        return 0;
    return WHITE(2) && BLACK(0) && C(0) < O(2)   ? -100
           : BLACK(2) && WHITE(0) && C(0) > O(2) ? 100
                                                 : 0;
}
PATTERN(cdl3linestrike)
{
    for (int k = 1; k < 3; k++) {
        real near = AVERAGE(near, k + 1);
        if (!(O(k) >= BOTTOM(k + 1) - near && O(k) <= TOP(k + 1) + near))
            return 0;
    }
    if (WHITE(3) && WHITE(2) && WHITE(1) && BLACK(0))
        return C(1) > C(2) && C(2) > C(3) && O(0) > C(1) && C(0) < O(3) ? 100 : 0;
    if (BLACK(3) && BLACK(2) && BLACK(1) && WHITE(0))
        return C(1) < C(2) && C(2) < C(3) && O(0) < C(1) && C(0) > O(3) ? -100 : 0;
    return 0;
}
PATTERN(cdl3outside)
{
    if (WHITE(1) && BLACK(2) && C(1) > O(2) && O(1) < C(2) && C(0) > C(1))
        return 100;
    return BLACK(1) && WHITE(2) && O(1) > C(2) && C(1) < O(2) && C(0) < C(1) ? -100 : 0;
}
PATTERN(cdl3starsinsouth)
{
    if (!BLACK(2) || !BLACK(1) || !BLACK(0))
        return 0;
    bool first = LONG(2) && LOWER(2) > AVERAGE(shadow_long, 2);
    bool second = BODY(1) < BODY(2) && O(1) > C(2) && O(1) <= H(2) && L(1) < C(2) && L(1) >= L(2) &&
                  LOWER(1) > AVERAGE(shadow_very_short, 1);
    bool third = SHORT(0) && NO_LOWER(0) && NO_UPPER(0) && L(0) > L(1) && H(0) < H(1);
    return first && second && third ? 100 : 0;
}
PATTERN(cdl3whitesoldiers)
{
    for (int k = 0; k < 3; k++)
        if (!WHITE(k) || !NO_UPPER(k))
            return 0;
    for (int k = 0; k < 2; k++)
        if (!(C(k) > C(k + 1) && O(k) > O(k + 1) && O(k) <= C(k + 1) + AVERAGE(near, k + 1) &&
              BODY(k) > BODY(k + 1) - AVERAGE(far, k + 1)))
            return 0;
    return BODY(0) > AVERAGE(body_short, 0) ? 100 : 0;
}
PATTERN(cdlabandonedbaby)
{
    if (!LONG(2) || !DOJI(1) || !(BODY(0) > AVERAGE(body_short, 0)))
        return 0;
    if (WHITE(2) && BLACK(0) && C(0) < C(2) - BODY(2) * x->into && L(1) > H(2) && H(0) < L(1))
        return -100;
    return BLACK(2) && WHITE(0) && C(0) > C(2) + BODY(2) * x->into && H(1) < L(2) && L(0) > H(1)
               ? 100
               : 0;
}
PATTERN(cdladvanceblock)
{
    for (int k = 0; k < 2; k++)
        if (!(C(k) > C(k + 1) && O(k) > O(k + 1) && O(k) <= C(k + 1) + AVERAGE(near, k + 1)))
            return 0;
    if (!WHITE(2) || !WHITE(1) || !WHITE(0) || !LONG(2) || !(UPPER(2) < AVERAGE(shadow_short, 2)))
        return 0;
    bool smaller = BODY(0) < BODY(1);
    bool blocked = BODY(1) < BODY(2) - AVERAGE(far, 2) && BODY(0) < BODY(1) + AVERAGE(near, 1);
    blocked |= BODY(0) < BODY(1) - AVERAGE(far, 1);
    blocked |= smaller && BODY(1) < BODY(2) &&
               (UPPER(0) > AVERAGE(shadow_short, 0) || UPPER(1) > AVERAGE(shadow_short, 1));
    blocked |= smaller && UPPER(0) > AVERAGE(shadow_long, 0);
    return blocked ? -100 : 0;
}
PATTERN(cdlbelthold)
{
    return LONG(0) && (WHITE(0) ? NO_LOWER(0) : NO_UPPER(0)) ? COLOURED(0, 100) : 0;
}
PATTERN(cdlbreakaway)
{
    if (!LONG(4))
        return 0;
    bool down = BLACK(4) && BLACK(3) && BLACK(1) && WHITE(0) && GAP_DOWN(3, 4);
    bool up = WHITE(4) && WHITE(3) && WHITE(1) && BLACK(0) && GAP_UP(3, 4);
    for (int k = 1; k < 3; k++) {
        down = down && H(k) < H(k + 1) && L(k) < L(k + 1);
        up = up && H(k) > H(k + 1) && L(k) > L(k + 1);
    }
    return down && C(0) > O(3) && C(0) < C(4) ? 100 : up && C(0) < O(3) && C(0) > C(4) ? -100 : 0;
}
PATTERN(cdlclosingmarubozu)
{
    return LONG(0) && (WHITE(0) ? NO_UPPER(0) : NO_LOWER(0)) ? COLOURED(0, 100) : 0;
}
PATTERN(cdlconcealbabyswall)
{
    if (!BLACK(3) || !BLACK(2) || !BLACK(1) || !BLACK(0))
        return 0;
    bool bare = NO_LOWER(3) && NO_UPPER(3) && NO_LOWER(2) && NO_UPPER(2);
    bool third = GAP_DOWN(1, 2) && UPPER(1) > AVERAGE(shadow_very_short, 1) && H(1) > C(2);
    return bare && third && H(0) > H(1) && L(0) < L(1) ? 100 : 0;
}
PATTERN(cdlcounterattack)
{
    return OPPOSITE(1, 0) && LONG(1) && LONG(0) && NEAR(C(0), C(1), equal, 1) ? COLOURED(0, 100)
                                                                              : 0;
}
PATTERN(cdldarkcloudcover)
{
    bool into = C(0) > O(1) && C(0) < C(1) - BODY(1) * x->into;
    return WHITE(1) && LONG(1) && BLACK(0) && O(0) > H(1) && into ? -100 : 0;
}
PATTERN(cdldoji)
{
    return DOJI(0) ? 100 : 0;
}
PATTERN(cdldojistar)
{
    if (!LONG(1) || !DOJI(0))
        return 0;
    return WHITE(1) && GAP_UP(0, 1) ? -100 : BLACK(1) && GAP_DOWN(0, 1) ? 100 : 0;
}
PATTERN(cdldragonflydoji)
{
    return DOJI(0) && NO_UPPER(0) && LOWER(0) > AVERAGE(shadow_very_short, 0) ? 100 : 0;
}
PATTERN(cdlengulfing)
{
    bool both = false, one = false;
    if (WHITE(0) && BLACK(1)) {
        both = C(0) > O(1) && O(0) < C(1);
        one = (C(0) == O(1) && O(0) < C(1)) || (C(0) > O(1) && O(0) == C(1));
    } else if (BLACK(0) && WHITE(1)) {
        both = O(0) > C(1) && C(0) < O(1);
        one = (O(0) == C(1) && C(0) < O(1)) || (O(0) > C(1) && C(0) == O(1));
    }
    return COLOURED(0, both ? 100 : one ? 80 : 0);
}
/* the first body's star, and a third body that comes back into the first */
PATTERN(evening)
{
    bool back = BLACK(0) && C(0) < C(2) - BODY(2) * x->into;
    return WHITE(2) && LONG(2) && GAP_UP(1, 2) && BODY(0) > AVERAGE(body_short, 0) && back;
}
PATTERN(morning)
{
    bool back = WHITE(0) && C(0) > C(2) + BODY(2) * x->into;
    return BLACK(2) && LONG(2) && GAP_DOWN(1, 2) && BODY(0) > AVERAGE(body_short, 0) && back;
}
PATTERN(cdleveningdojistar)
{
    return NAME(evening)(x, i) && DOJI(1) ? -100 : 0;
}
PATTERN(cdleveningstar)
{
    return NAME(evening)(x, i) && SMALL(1) ? -100 : 0;
}
PATTERN(cdlgapsidesidewhite)
{
    if (!WHITE(1) || !WHITE(0) || !NEAR(BODY(0), BODY(1), near, 1) || !NEAR(O(0), O(1), equal, 1))
        return 0;
    return GAP_UP(1, 2) && GAP_UP(0, 2) ? 100 : GAP_DOWN(1, 2) && GAP_DOWN(0, 2) ? -100 : 0;
}
PATTERN(cdlgravestonedoji)
{
    return DOJI(0) && NO_LOWER(0) && UPPER(0) > AVERAGE(shadow_very_short, 0) ? 100 : 0;
}
PATTERN(long_tail)
{
    return SHORT(0) && LOWER(0) > AVERAGE(shadow_long, 0) && NO_UPPER(0);
}
PATTERN(cdlhammer)
{
    return NAME(long_tail)(x, i) && BOTTOM(0) <= L(1) + AVERAGE(near, 1) ? 100 : 0;
}
PATTERN(cdlhangingman)
{
    return NAME(long_tail)(x, i) && BOTTOM(0) >= H(1) - AVERAGE(near, 1) ? -100 : 0;
}
PATTERN(within)
{
    if (TOP(0) < TOP(1) && BOTTOM(0) > BOTTOM(1))
        return COLOURED(1, -100);
    return TOP(0) <= TOP(1) && BOTTOM(0) >= BOTTOM(1) ? COLOURED(1, -80) : 0;
}
PATTERN(cdlharami)
{
    return LONG(1) && SMALL(0) ? NAME(within)(x, i) : 0;
}
PATTERN(cdlharamicross)
{
    return LONG(1) && DOJI(0) ? NAME(within)(x, i) : 0;
}
PATTERN(cdlhighwave)
{
    real most = AVERAGE(shadow_very_long, 0);
    return SHORT(0) && UPPER(0) > most && LOWER(0) > most ? COLOURED(0, 100) : 0;
}

/* A hikkake that starts on this bar: 100, -100, 0. */
PATTERN(hikkake_starts)
{
    if (!(H(1) < H(2) && L(1) > L(2)))
        return 0;
    return H(0) < H(1) && L(0) < L(1) ? 100 : H(0) > H(1) && L(0) > L(1) ? -100 : 0;
}
PATTERN(hikkakemod_starts)
{
    if (i < 3)
        return 0;
    int start = NAME(hikkake_starts)(x, i);
    if (!(H(2) < H(3) && L(2) > L(3)))
        return 0;
    if (start > 0)
        return C(2) <= L(2) + AVERAGE(near, 2) ? 100 : 0;
    return start < 0 && C(2) >= H(2) - AVERAGE(near, 2) ? -100 : 0;
}
/* The start on this bar; else twice the last start of the three bars before, on the first
 * close beyond the bar before that start. */
static int NAME(confirmed)(const BARS *x, int i, int (*starts)(const BARS *, int))
{
    int start = starts(x, i);
    for (int s = i - 1; start == 0 && s >= i - 3; s--) {
        int found = starts(x, s);
        if (found == 0)
            continue;
        for (int t = s + 1; t <= i; t++)
            if (found > 0 ? x->c[t] > x->h[s - 1] : x->c[t] < x->l[s - 1])
                return t == i ? 2 * found : 0;
        return 0;
    }
    return start;
}
PATTERN(cdlhikkake)
{
    return NAME(confirmed)(x, i, NAME(hikkake_starts));
}
PATTERN(cdlhikkakemod)
{
    return NAME(confirmed)(x, i, NAME(hikkakemod_starts));
}
PATTERN(cdlhomingpigeon)
{
    return BLACK(1) && LONG(1) && BLACK(0) && SMALL(0) && O(0) < O(1) && C(0) > C(1) ? 100 : 0;
}
PATTERN(cdlidentical3crows)
{
    for (int k = 0; k < 3; k++)
        if (!BLACK(k) || !NO_LOWER(k))
            return 0;
    for (int k = 0; k < 2; k++)
        if (!(C(k) < C(k + 1)) || !NEAR(O(k), C(k + 1), equal, k + 1))
            return 0;
    return -100;
}
/* a long black candle, then a white one that opens below its low */
PATTERN(below_black)
{
    return BLACK(1) && LONG(1) && WHITE(0) && O(0) < L(1);
}
PATTERN(cdlinneck)
{
    return NAME(below_black)(x, i) && C(0) <= C(1) + AVERAGE(equal, 1) && C(0) >= C(1) ? -100 : 0;
}
PATTERN(long_top)
{
    return SHORT(0) && UPPER(0) > AVERAGE(shadow_long, 0) && NO_LOWER(0);
}
PATTERN(cdlinvertedhammer)
{
    return NAME(long_top)(x, i) && GAP_DOWN(0, 1) ? 100 : 0;
}
PATTERN(cdlkicking)
{
    if (!MARUBOZU(1) || !MARUBOZU(0))
        return 0;
    return BLACK(1) && WHITE(0) && L(0) > H(1)   ? 100
           : WHITE(1) && BLACK(0) && H(0) < L(1) ? -100
                                                 : 0;
}
PATTERN(cdlkickingbylength)
{
    if (NAME(cdlkicking)(x, i) == 0)
        return 0;
    return BODY(0) > BODY(1) ? COLOURED(0, 100) : COLOURED(1, 100);
}
PATTERN(cdlladderbottom)
{
    for (int k = 2; k < 4; k++)
        if (!(O(k) < O(k + 1) && C(k) < C(k + 1)))
            return 0;
    bool black = BLACK(4) && BLACK(3) && BLACK(2) && BLACK(1);
    return black && UPPER(1) > AVERAGE(shadow_very_short, 1) && WHITE(0) && O(0) > O(1) &&
                   C(0) > H(1)
               ? 100
               : 0;
}
PATTERN(cdllongleggeddoji)
{
    real most = AVERAGE(shadow_long, 0);
    return DOJI(0) && (LOWER(0) > most || UPPER(0) > most) ? 100 : 0;
}
PATTERN(cdllongline)
{
    return LONG(0) && SHORT_SHADOWS(0) ? COLOURED(0, 100) : 0;
}
PATTERN(cdlmarubozu)
{
    return MARUBOZU(0) ? COLOURED(0, 100) : 0;
}
PATTERN(cdlmatchinglow)
{
    return BLACK(1) && BLACK(0) && NEAR(C(0), C(1), equal, 1) ? 100 : 0;
}
PATTERN(cdlmathold)
{
    if (!WHITE(4) || !LONG(4) || !BLACK(3) || !WHITE(0) || !GAP_UP(3, 4))
        return 0;
    for (int k = 1; k < 4; k++)
        if (!SHORT(k) || !(C(0) > H(k)))
            return 0;
    for (int k = 1; k < 3; k++)
        if (!(BOTTOM(k) < C(4) && BOTTOM(k) > C(4) - BODY(4) * x->into && TOP(k) < TOP(k + 1)))
            return 0;
    return O(0) > C(1) ? 100 : 0;
}
PATTERN(cdlmorningdojistar)
{
    return NAME(morning)(x, i) && DOJI(1) ? 100 : 0;
}
PATTERN(cdlmorningstar)
{
    return NAME(morning)(x, i) && SMALL(1) ? 100 : 0;
}
PATTERN(cdlonneck)
{
    return NAME(below_black)(x, i) && NEAR(C(0), L(1), equal, 1) ? -100 : 0;
}
PATTERN(cdlpiercing)
{
    bool into = C(0) < O(1) && C(0) > C(1) + BODY(1) * (real)0.5;
    return NAME(below_black)(x, i) && LONG(0) && into ? 100 : 0;
}
PATTERN(cdlrickshawman)
{
    real least = AVERAGE(shadow_long, 0), near = AVERAGE(near, 0);
    real middle = L(0) + (H(0) - L(0)) / 2;
    bool centred = BOTTOM(0) <= middle + near && TOP(0) >= middle - near;
    return DOJI(0) && LOWER(0) > least && UPPER(0) > least && centred ? 100 : 0;
}
PATTERN(cdlrisefall3methods)
{
    if (!LONG(4) || !LONG(0))
        return 0;
    for (int k = 1; k < 4; k++)
        if (!SHORT(k) || !(BOTTOM(k) < H(4)) || !(TOP(k) > L(4)) || !OPPOSITE(4, k))
            return 0;
    if (WHITE(4))
        return WHITE(0) && C(2) < C(3) && C(1) < C(2) && O(0) > C(1) && C(0) > C(4) ? 100 : 0;
    return BLACK(0) && C(2) > C(3) && C(1) > C(2) && O(0) < C(1) && C(0) < C(4) ? -100 : 0;
}
PATTERN(cdlseparatinglines)
{
    return OPPOSITE(1, 0) && NEAR(O(0), O(1), equal, 1) ? NAME(cdlbelthold)(x, i) : 0;
}
PATTERN(cdlshootingstar)
{
    return NAME(long_top)(x, i) && GAP_UP(0, 1) ? -100 : 0;
}
PATTERN(cdlshortline)
{
    return SHORT(0) && SHORT_SHADOWS(0) ? COLOURED(0, 100) : 0;
}
PATTERN(cdlspinningtop)
{
    return SHORT(0) && UPPER(0) > BODY(0) && LOWER(0) > BODY(0) ? COLOURED(0, 100) : 0;
}
PATTERN(cdlstalledpattern)
{
    if (!WHITE(2) || !WHITE(1) || !WHITE(0) || !(C(0) > C(1)) || !(C(1) > C(2)))
        return 0;
    bool rise = LONG(2) && LONG(1) && NO_UPPER(1) && O(1) > O(2) && O(1) <= C(2) + AVERAGE(near, 2);
    return rise && SHORT(0) && O(0) >= C(1) - BODY(0) - AVERAGE(near, 1) ? -100 : 0;
}
PATTERN(cdlsticksandwich)
{
    bool colours = BLACK(2) && WHITE(1) && BLACK(0);
    return colours && L(1) > C(2) && NEAR(C(0), C(2), equal, 2) ? 100 : 0;
}
PATTERN(cdltakuri)
{
    return DOJI(0) && NO_UPPER(0) && LOWER(0) > AVERAGE(shadow_very_long, 0) ? 100 : 0;
}
PATTERN(cdltasukigap)
{
    real change = BODY(1) - BODY(0), near = AVERAGE(near, 1);
    if (!((change < 0 ? -change : change) < near))
        return 0;
    if (GAP_UP(1, 2) && WHITE(1) && BLACK(0))
        return O(0) < C(1) && O(0) > O(1) && C(0) < O(1) && C(0) > TOP(2) ? 100 : 0;
    if (GAP_DOWN(1, 2) && BLACK(1) && WHITE(0))
        return O(0) < O(1) && O(0) > C(1) && C(0) > O(1) && C(0) < BOTTOM(2) ? -100 : 0;
    return 0;
}
PATTERN(cdlthrusting)
{
    bool into = C(0) > C(1) + AVERAGE(equal, 1) && C(0) <= C(1) + BODY(1) * (real)0.5;
    return NAME(below_black)(x, i) && into ? -100 : 0;
}
PATTERN(cdltristar)
{
    real most = AVERAGE(body_doji, 2);
    if (!(BODY(2) <= most && BODY(1) <= most && BODY(0) <= most))
        return 0;
    if (GAP_UP(1, 2) && TOP(0) < TOP(1))
        return -100;
    return GAP_DOWN(1, 2) && BOTTOM(0) > BOTTOM(1) ? 100 : 0;
}
PATTERN(cdlunique3river)
{
    bool harami = BLACK(1) && C(1) > C(2) && O(1) <= O(2) && L(1) < L(2);
    return BLACK(2) && LONG(2) && harami && WHITE(0) && SHORT(0) && O(0) > L(1) ? 100 : 0;
}
PATTERN(cdlupsidegap2crows)
{
    bool gap = WHITE(2) && LONG(2) && BLACK(1) && SMALL(1) && GAP_UP(1, 2);
    return gap && BLACK(0) && O(0) > O(1) && C(0) < C(1) && C(0) > C(2) ? -100 : 0;
}
PATTERN(cdlxsidegap3methods)
{
    bool fills = O(0) < TOP(1) && O(0) > BOTTOM(1) && C(0) < TOP(2) && C(0) > BOTTOM(2);
    if (WHITE(2) && WHITE(1) && BLACK(0) && GAP_UP(1, 2))
        return fills ? 100 : 0;
    return BLACK(2) && BLACK(1) && WHITE(0) && GAP_DOWN(1, 2) && fills ? -100 : 0;
}

#define ENTRY(name) { #name, NAME(name) },
static const struct {
    const char *name;
    int (*at)(const BARS *x, int i);
} NAME(patterns)[] = { CANDLES(ENTRY) };
#undef ENTRY
#undef BARS
#undef O
#undef H
#undef L
#undef C
#undef TOP
#undef BOTTOM
#undef BODY
#undef UPPER
#undef LOWER
#undef WHITE
#undef BLACK
#undef AVERAGE
#undef LONG
#undef SHORT
#undef SMALL
#undef DOJI
#undef NO_UPPER
#undef NO_LOWER
#undef SHORT_SHADOWS
#undef MARUBOZU
#undef GAP_UP
#undef GAP_DOWN
#undef NEAR
#undef PATTERN
#undef COLOURED
#undef OPPOSITE
