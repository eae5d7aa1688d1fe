/* Candlestick patterns: TA-Lib's 61, each a line of rules (candle.h says how to read them).
 *
 * Values: 100 for a bullish pattern, -100 for a bearish one, 0 for none; 80 where two bodies
 * end alike, 200 where a hikkake is confirmed.  What long, short and near mean is in
 * pen_candle_settings. */
#include "candle.h"
#include "family.h"

#define CANDLE_PATTERN(name, title, rules, ...)                                                    \
    IND_ENTRY("candle", name, title, rules,                                                        \
              "TA-Lib; Morris, Candlestick Charting Explained (1995)", NULL,                       \
              IND_ON("open", "high", "low", "close"), __VA_ARGS__)
#define CANDLE(name, title, rules) CANDLE_PATTERN(name, title, rules, IND_GIVES_ONE)
/* With a penetration: the part of the first body that the last one must reach into. */
#define CANDLE_INTO(name, title, into, rules)                                                      \
    CANDLE_PATTERN(name, title, rules, IND_PARAMS(IND_REAL("penetration", into, 0, 3e37)),         \
                   IND_GIVES_ONE)

/* clang-format off */
static const ind_entry entries[] = {
    CANDLE("cdl2crows", "Two crows",
        "-100: white2 long2 black1 gap_up1 black0 o0<o1 o0>c1 c0>o2 c0<c2"),
    CANDLE("cdl3blackcrows", "Three black crows",
        "-100: white3 black2 no_lower2 black1 no_lower1 black0 no_lower0 o1<o2 o1>c2 o0<o1 "
        "o0>c1 h3>c2 c2>c1 c1>c0"),
    CANDLE("cdl3inside", "Three inside up or down",
        "100: black2 long2 small1 t1<t2 b1>b2 white0 c0>o2; -100: white2 long2 small1 t1<t2 "
        "b1>b2 black0 c0<o2"),
    CANDLE("cdl3linestrike", "Three-line strike",
        "100: white3 white2 white1 black0 o2>=b3-near o2<=t3+near o1>=b2-near o1<=t2+near c1>c2 "
        "c2>c3 o0>c1 c0<o3; -100: black3 black2 black1 white0 o2>=b3-near o2<=t3+near "
        "o1>=b2-near o1<=t2+near c1<c2 c2<c3 o0<c1 c0>o3"),
    CANDLE("cdl3outside", "Three outside up or down",
        "bars= 3; 100: black2 white1 c1>o2 o1<c2 c0>c1; -100: white2 black1 o1>c2 c1<o2 c0<c1"),
    CANDLE("cdl3starsinsouth", "Three stars in the south",
        "100: black2 black1 black0 long2 d2>shadow_long r1<r2 o1>c2 o1<=h2 l1<c2 l1>=l2 "
        "d1>shadow_very_short short0 no_lower0 no_upper0 l0>l1 h0<h1"),
    CANDLE("cdl3whitesoldiers", "Three advancing white soldiers",
        "100: white2 no_upper2 white1 no_upper1 white0 no_upper0 c0>c1 c1>c2 o1>o2 o1<=c2+near "
        "o0>o1 o0<=c1+near r1>r2-far r0>r1-far r0>body_short"),
    CANDLE_INTO("cdlabandonedbaby", "Abandoned baby", 0.3,
        "100: black2 long2 doji1 r0>body_short white0 c0>c2+penetration*r2 h1<l2 l0>h1; -100: "
        "white2 long2 doji1 r0>body_short black0 c0<c2-penetration*r2 l1>h2 h0<l1"),
    CANDLE("cdladvanceblock", "Advance block",
        "rise= white2 white1 white0 c0>c1 c1>c2 o1>o2 o1<=c2+near o0>o1 o0<=c1+near long2 "
        "u2<shadow_short; -100: rise r1<r2-far r0<r1+near; -100: rise r0<r1-far; -100: rise "
        "r0<r1 r1<r2 u0>shadow_short; -100: rise r0<r1 r1<r2 u1>shadow_short; -100: rise r0<r1 "
        "u0>shadow_long"),
    CANDLE("cdlbelthold", "Belt-hold",
        "100: white0 long0 no_lower0; -100: black0 long0 no_upper0"),
    CANDLE("cdlbreakaway", "Breakaway",
        "100: black4 long4 black3 gap_down3 h2<h3 l2<l3 black1 h1<h2 l1<l2 white0 c0>o3 c0<c4; "
        "-100: white4 long4 white3 gap_up3 h2>h3 l2>l3 white1 h1>h2 l1>l2 black0 c0<o3 c0>c4"),
    CANDLE("cdlclosingmarubozu", "Closing marubozu",
        "100: white0 long0 no_upper0; -100: black0 long0 no_lower0"),
    CANDLE("cdlconcealbabyswall", "Concealing baby swallow",
        "100: black3 no_lower3 no_upper3 black2 no_lower2 no_upper2 black1 gap_down1 "
        "u1>shadow_very_short h1>c2 black0 h0>h1 l0<l1"),
    CANDLE("cdlcounterattack", "Counterattack",
        "100: black1 long1 white0 long0 c0<=c1+equal c0>=c1-equal; -100: white1 long1 black0 "
        "long0 c0<=c1+equal c0>=c1-equal"),
    CANDLE_INTO("cdldarkcloudcover", "Dark cloud cover", 0.5,
        "-100: white1 long1 black0 o0>h1 c0>o1 c0<c1-penetration*r1"),
    CANDLE("cdldoji", "Doji",
        "100: doji0"),
    CANDLE("cdldojistar", "Doji star",
        "100: black1 long1 doji0 gap_down0; -100: white1 long1 doji0 gap_up0"),
    CANDLE("cdldragonflydoji", "Dragonfly doji",
        "100: doji0 no_upper0 d0>shadow_very_short"),
    CANDLE("cdlengulfing", "Engulfing pattern",
        "bars= 2; 100: black1 white0 c0>o1 o0<c1; 80: black1 white0 c0>=o1 o0<c1; 80: black1 white0 "
        "c0>o1 o0<=c1; -100: white1 black0 o0>c1 c0<o1; -80: white1 black0 o0>=c1 c0<o1; -80: "
        "white1 black0 o0>c1 c0<=o1"),
    CANDLE_INTO("cdleveningdojistar", "Evening doji star", 0.3,
        "-100: white2 long2 doji1 gap_up1 r0>body_short black0 c0<c2-penetration*r2"),
    CANDLE_INTO("cdleveningstar", "Evening star", 0.3,
        "-100: white2 long2 small1 gap_up1 r0>body_short black0 c0<c2-penetration*r2"),
    CANDLE("cdlgapsidesidewhite", "Up or down gap side-by-side white lines",
        "100: gap_up1 b0>t2 white1 white0 r0>=r1-near r0<=r1+near o0>=o1-equal o0<=o1+equal; "
        "-100: gap_down1 t0<b2 white1 white0 r0>=r1-near r0<=r1+near o0>=o1-equal o0<=o1+equal"),
    CANDLE("cdlgravestonedoji", "Gravestone doji",
        "100: doji0 no_lower0 u0>shadow_very_short"),
    CANDLE("cdlhammer", "Hammer",
        "100: short0 d0>shadow_long no_upper0 b0<=l1+near"),
    CANDLE("cdlhangingman", "Hanging man",
        "-100: short0 d0>shadow_long no_upper0 b0>=h1-near"),
    CANDLE("cdlharami", "Harami",
        "100: black1 long1 small0 t0<t1 b0>b1; -100: white1 long1 small0 t0<t1 b0>b1; 80: "
        "black1 long1 small0 t0<=t1 b0>=b1; -80: white1 long1 small0 t0<=t1 b0>=b1"),
    CANDLE("cdlharamicross", "Harami cross",
        "100: black1 long1 doji0 t0<t1 b0>b1; -100: white1 long1 doji0 t0<t1 b0>b1; 80: black1 "
        "long1 doji0 t0<=t1 b0>=b1; -80: white1 long1 doji0 t0<=t1 b0>=b1"),
    CANDLE("cdlhighwave", "High-wave candle",
        "100: white0 short0 u0>shadow_very_long d0>shadow_very_long; -100: black0 short0 "
        "u0>shadow_very_long d0>shadow_very_long"),
    CANDLE("cdlhikkake", "Hikkake",
        "bars= 5; inside= h1<h2 l1>l2; up= inside h0<h1 l0<l1; down= inside h0>h1 l0>l1; 100: up; -100: "
        "down; 200: up1 c0>h2; 200: up2 !up1 !down1 !c1>h3 c0>h3; 200: up3 !up2 !down2 !up1 "
        "!down1 !c2>h4 !c1>h4 c0>h4; -200: down1 c0<l2; -200: down2 !up1 !down1 !c1<l3 c0<l3; "
        "-200: down3 !up2 !down2 !up1 !down1 !c2<l4 !c1<l4 c0<l4"),
    CANDLE("cdlhikkakemod", "Modified hikkake",
        "bars= 5; inside= h2<h3 l2>l3 h1<h2 l1>l2; up= inside h0<h1 l0<l1 c2<=l2+near; down= inside "
        "h0>h1 l0>l1 c2>=h2-near; 100: up; -100: down; 200: up1 c0>h2; 200: up2 !up1 !down1 "
        "!c1>h3 c0>h3; 200: up3 !up2 !down2 !up1 !down1 !c2>h4 !c1>h4 c0>h4; -200: down1 c0<l2; "
        "-200: down2 !up1 !down1 !c1<l3 c0<l3; -200: down3 !up2 !down2 !up1 !down1 !c2<l4 "
        "!c1<l4 c0<l4"),
    CANDLE("cdlhomingpigeon", "Homing pigeon",
        "100: black1 long1 black0 small0 o0<o1 c0>c1"),
    CANDLE("cdlidentical3crows", "Identical three crows",
        "-100: black2 no_lower2 black1 no_lower1 black0 no_lower0 c2>c1 c1>c0 o1<=c2+equal "
        "o1>=c2-equal o0<=c1+equal o0>=c1-equal"),
    CANDLE("cdlinneck", "In-neck pattern",
        "-100: black1 long1 white0 o0<l1 c0<=c1+equal c0>=c1"),
    CANDLE("cdlinvertedhammer", "Inverted hammer",
        "100: short0 u0>shadow_long no_lower0 gap_down0"),
    CANDLE("cdlkicking", "Kicking",
        "100: black1 marubozu1 white0 marubozu0 l0>h1; -100: white1 marubozu1 black0 marubozu0 "
        "h0<l1"),
    CANDLE("cdlkickingbylength", "Kicking, bull or bear by the longer marubozu",
        "up= black1 marubozu1 white0 marubozu0 l0>h1; down= white1 marubozu1 black0 marubozu0 "
        "h0<l1; 100: up r0>r1; -100: up; -100: down r0>r1; 100: down"),
    CANDLE("cdlladderbottom", "Ladder bottom",
        "100: black4 black3 black2 o4>o3 o3>o2 c4>c3 c3>c2 black1 u1>shadow_very_short white0 "
        "o0>o1 c0>h1"),
    CANDLE("cdllongleggeddoji", "Long-legged doji",
        "100: doji0 d0>shadow_long; 100: doji0 u0>shadow_long"),
    CANDLE("cdllongline", "Long line candle",
        "100: white0 long0 u0<shadow_short d0<shadow_short; -100: black0 long0 u0<shadow_short "
        "d0<shadow_short"),
    CANDLE("cdlmarubozu", "Marubozu",
        "100: white0 marubozu0; -100: black0 marubozu0"),
    CANDLE("cdlmatchinglow", "Matching low",
        "100: black1 black0 c0<=c1+equal c0>=c1-equal"),
    CANDLE_INTO("cdlmathold", "Mat hold", 0.5,
        "100: white4 long4 black3 short3 gap_up3 short2 short1 b2<c4 b1<c4 b2>c4-penetration*r4 "
        "b1>c4-penetration*r4 t2<o3 t1<t2 white0 o0>c1 c0>h3 c0>h2 c0>h1"),
    CANDLE_INTO("cdlmorningdojistar", "Morning doji star", 0.3,
        "100: black2 long2 doji1 gap_down1 r0>body_short white0 c0>c2+penetration*r2"),
    CANDLE_INTO("cdlmorningstar", "Morning star", 0.3,
        "100: black2 long2 small1 gap_down1 r0>body_short white0 c0>c2+penetration*r2"),
    CANDLE("cdlonneck", "On-neck pattern",
        "-100: black1 long1 white0 o0<l1 c0<=l1+equal c0>=l1-equal"),
    CANDLE("cdlpiercing", "Piercing pattern",
        "100: black1 long1 white0 long0 o0<l1 c0<o1 c0>c1+0.5*r1"),
    CANDLE("cdlrickshawman", "Rickshaw man",
        "100: doji0 d0>shadow_long u0>shadow_long b0<=m0+near t0>=m0-near"),
    CANDLE("cdlrisefall3methods", "Rising or falling three methods",
        "hold= short3 short2 short1 b3<h4 t3>l4 b2<h4 t2>l4 b1<h4 t1>l4; 100: white4 long4 hold "
        "black3 black2 black1 c2<c3 c1<c2 white0 long0 o0>c1 c0>c4; -100: black4 long4 hold "
        "white3 white2 white1 c2>c3 c1>c2 black0 long0 o0<c1 c0<c4"),
    CANDLE("cdlseparatinglines", "Separating lines",
        "100: black1 white0 o0<=o1+equal o0>=o1-equal long0 no_lower0; -100: white1 black0 "
        "o0<=o1+equal o0>=o1-equal long0 no_upper0"),
    CANDLE("cdlshootingstar", "Shooting star",
        "-100: short0 u0>shadow_long no_lower0 gap_up0"),
    CANDLE("cdlshortline", "Short line candle",
        "100: white0 short0 u0<shadow_short d0<shadow_short; -100: black0 short0 "
        "u0<shadow_short d0<shadow_short"),
    CANDLE("cdlspinningtop", "Spinning top",
        "100: white0 short0 u0>r0 d0>r0; -100: black0 short0 u0>r0 d0>r0"),
    CANDLE("cdlstalledpattern", "Stalled pattern",
        "-100: white2 long2 white1 long1 no_upper1 white0 short0 c0>c1 c1>c2 o1>o2 o1<=c2+near "
        "o0>=c1-r0-near1"),
    CANDLE("cdlsticksandwich", "Stick sandwich",
        "100: black2 white1 black0 l1>c2 c0<=c2+equal c0>=c2-equal"),
    CANDLE("cdltakuri", "Takuri: dragonfly doji with a very long lower shadow",
        "100: doji0 no_upper0 d0>shadow_very_long"),
    CANDLE("cdltasukigap", "Tasuki gap",
        "100: gap_up1 white1 black0 o0<c1 o0>o1 c0<o1 c0>t2 e0<near1; -100: gap_down1 black1 "
        "white0 o0<o1 o0>c1 c0>o1 c0<b2 e0<near1"),
    CANDLE("cdlthrusting", "Thrusting pattern",
        "-100: black1 long1 white0 o0<l1 c0>c1+equal c0<=c1+0.5*r1"),
    CANDLE("cdltristar", "Tristar",
        "100: r2<=body_doji r1<=body_doji2 r0<=body_doji2 gap_down1 b0>b1; -100: r2<=body_doji "
        "r1<=body_doji2 r0<=body_doji2 gap_up1 t0<t1"),
    CANDLE("cdlunique3river", "Unique three river",
        "100: black2 long2 black1 c1>c2 o1<=o2 l1<l2 white0 short0 o0>l1"),
    CANDLE("cdlupsidegap2crows", "Upside gap two crows",
        "-100: white2 long2 black1 small1 gap_up1 black0 o0>o1 c0<c1 c0>c2"),
    CANDLE("cdlxsidegap3methods", "Upside or downside gap three methods",
        "100: white2 white1 gap_up1 black0 o0<t1 o0>b1 c0<t2 c0>b2; -100: black2 black1 "
        "gap_down1 white0 o0<t1 o0>b1 c0<t2 c0>b2"),
};
/* clang-format on */

const ind_family ind_candle_family = { entries, PEN_COUNT(entries) };
