/* Block pivoting: every round solves the equations of a working set, then moves all constraints
 * that stand wrong at once.  It need not end, but nearly always does in a few rounds. */
#include "../../machine/base/status.h"
#include "qp.h"

enum { MOST_ROUNDS = 60, MOST_WITHOUT_GAIN = 8, FEWEST_FREED = 16 };

/* Variables over their bounds go to them, unless too few would be left for the rows: then those
 * that are over by more than the mean.  Returns how many are over. */
static size_t bind(qp_state *s)
{
    size_t count = 0;
    double sum = 0;
    for (size_t i = 0; i < s->k; i++) {
        double excess = qp_excess(s, s->free[i]);
        count += excess != 0;
        sum += excess < 0 ? -excess : excess;
    }
    double least = count > 0 && s->k - count <= s->n_held ? sum / (double)count : 0;
    for (size_t i = 0; i < s->k; i++) {
        double excess = qp_excess(s, s->free[i]);
        if (excess > least)
            s->at[s->free[i]] = QP_UPPER;
        else if (excess < -least)
            s->at[s->free[i]] = QP_LOWER;
    }
    return count;
}

/* Variables whose multipliers pull them off their bounds become free: those of at least a share of
 * the strongest pull, the share falling until few enough are left out or enough are in. */
static size_t release(qp_state *s)
{
    size_t count = 0, most = s->k / 2 > FEWEST_FREED ? s->k / 2 : FEWEST_FREED;
    double strongest = 0, least = 0;
    for (size_t j = 0; j < s->n; j++) {
        double wrong = s->place[j] < s->n ? 0 : qp_wrong_sign(s, j);
        s->kept[j] = wrong;
        count += wrong > 0;
        strongest = wrong > strongest ? wrong : strongest;
    }
    for (size_t chosen = count; chosen > most;) {
        least = least > 0 ? least + 0.5 * (strongest - least) : 0.25 * strongest;
        chosen = 0;
        for (size_t j = 0; j < s->n; j++)
            chosen += s->kept[j] > least;
        if (strongest - least <= 1e-3 * strongest)
            break;
    }
    for (size_t j = 0; j < s->n; j++)
        if (s->kept[j] > least)
            s->at[j] = QP_FREE;
    return count;
}

/* Rows likewise: all of them. */
static size_t change_rows(qp_state *s)
{
    size_t count = 0;
    for (size_t c = s->n; c < s->n + s->m; c++) {
        double excess = s->at[c] == QP_FREE ? qp_excess(s, c) : 0;
        if (excess != 0) {
            s->at[c] = excess > 0 ? QP_UPPER : QP_LOWER;
            count++;
        } else if (qp_wrong_sign(s, c) > 0) {
            s->at[c] = QP_FREE;
            count++;
        }
    }
    return count;
}

pen_status qp_prepare(qp_state *s, bool *is_definite)
{
    *is_definite = true;
    if (s->is_ready)
        return PEN_OK;
    qp_list(s);
    PEN_TRY(qp_factor(s, is_definite));
    s->is_ready = *is_definite && qp_hold_rows(s);
    return PEN_OK;
}

pen_status qp_pivot(qp_state *s, bool *is_done, bool *is_definite)
{
    size_t fewest = SIZE_MAX;
    *is_done = false;
    *is_definite = true;
    for (int round = 0, gained = 0; round < MOST_ROUNDS && round - gained <= MOST_WITHOUT_GAIN;
         round++) {
        PEN_TRY(qp_prepare(s, is_definite));
        if (!s->is_ready)
            return PEN_OK;
        qp_place(s);
        qp_kkt_step(s);
        if (s->shift > 0) /* nearly singular: the first step goes far, and so does its rounding */
            qp_kkt_refine(s);
        s->rounds++;
        size_t wrong = bind(s);
        wrong += release(s);
        wrong += change_rows(s);
        if (wrong == 0) {
            *is_done = true;
            return PEN_OK;
        }
        s->is_ready = false;
        if (wrong < fewest) {
            fewest = wrong;
            gained = round;
        }
    }
    return PEN_OK;
}
