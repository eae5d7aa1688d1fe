/* Parts of a stream: advancing the series that have a new bar.
 *
 * A series' state lies in its home lane, lane s of the part's state.  Where all
 * series of a group of lanes advance by the same steps from the same step, the
 * group is run in place.  The others are moved to scratch lanes, grouped by their
 * step, run there and moved back: the kernel's lanes of a group share their step.
 */
#include <stdlib.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "stream.h"

enum { STEP_WRAP = IND_STEP_LIMIT / 2 }; /* a multiple of every ring, above every warm-up */

static pen_status alloc_states(pen_stream *s, ind_part *part)
{
    for (size_t i = 0; i < part->n_programs; i++) {
        const ind_loaded *l = &part->loaded[i];
        PEN_TRY(ind_load(s->queue, &part->programs[i], s->dtype, &part->loaded[i]));
        size_t bytes = ind_state_bytes(l, s->capacity);
        size_t moved = ind_state_bytes(l, s->moved_capacity);
        PEN_TRY(pen_device_alloc(l->device, bytes, &part->state[i]));
        PEN_TRY(pen_device_alloc(l->device, moved, &part->moved[i]));
        PEN_TRY(pen_device_fill(s->queue, part->state[i], 0, bytes));
        PEN_TRY(pen_device_fill(s->queue, part->moved[i], 0, moved));
    }
    return pen_queue_wait(s->queue);
}

pen_status ind_part_init(pen_stream *s, ind_part *part, unsigned inputs)
{
    const pen_plan *plan = s->plan;
    *part = (ind_part){ .inputs = inputs };
    PEN_TRY(pen_alloc(plan->n_calls, sizeof *part->wanted, (void **)&part->wanted));
    PEN_TRY(pen_alloc(s->n_series, sizeof *part->steps, (void **)&part->steps));
    for (size_t i = 0; i < plan->n_calls; i++)
        part->wanted[i] = ind_call_inputs(&plan->calls[i]) == inputs;
    PEN_TRY(ind_compile(plan, part->wanted, &part->programs, &part->n_programs));
    size_t n = part->n_programs;
    PEN_TRY(pen_alloc(n, sizeof *part->loaded, (void **)&part->loaded));
    for (size_t i = 0; i < n; i++) /* so that a part that is half there can be cleared */
        part->loaded[i].device = pen_queue_device(s->queue);
    PEN_TRY(pen_alloc(n, sizeof *part->state, (void **)&part->state));
    PEN_TRY(pen_alloc(n, sizeof *part->moved, (void **)&part->moved));
    return alloc_states(s, part);
}

void ind_part_clear(pen_stream *s, ind_part *part)
{
    for (size_t i = 0; i < part->n_programs && part->loaded != NULL; i++) {
        if (part->state != NULL)
            pen_device_free(pen_queue_device(s->queue), part->state[i]);
        if (part->moved != NULL)
            pen_device_free(pen_queue_device(s->queue), part->moved[i]);
        ind_unload(&part->loaded[i]);
    }
    ind_programs_free(part->programs, part->n_programs);
    pen_free(part->wanted);
    pen_free(part->loaded);
    pen_free(part->state);
    pen_free(part->moved);
    pen_free(part->steps);
    *part = (ind_part){ 0 };
}

/* First element of this request that the series can use; `points` if none. */
static int offset_of(const pen_stream *s, const ind_part *part, size_t series,
                     const ind_step_request *request)
{
    int offset = 0;
    if (part->steps[series] > 0 && s->plan->options.missing != PEN_MISSING_SKIPPED)
        return 0;
    for (size_t i = 0; i < s->plan->n_inputs; i++) {
        int first = s->first[i * s->n_series + series];
        if ((part->inputs >> i & 1) && first > offset)
            offset = first;
    }
    return offset < (int)request->points ? offset : (int)request->points;
}

static size_t find_movers(pen_stream *s, const ind_part *part, const ind_step_request *request)
{
    size_t begin = request->only >= 0 ? (size_t)request->only : 0, n = 0;
    size_t end = request->only >= 0 ? begin + 1 : s->n_series;
    for (size_t i = begin; i < end; i++) {
        int offset = request->counts != NULL ? 0 : offset_of(s, part, i, request);
        int count = request->counts != NULL ? request->counts[i] : (int)request->points - offset;
        if (count > 0)
            s->movers[n++] = (ind_mover){ (int)i, part->steps[i], offset, count };
    }
    return n;
}

static bool is_alike(const ind_mover *a, const ind_mover *b)
{
    return a->step == b->step && a->count == b->count;
}

static void set_mover(pen_stream *s, size_t lane, const ind_mover *m)
{
    ind_lane_set(&s->lanes, lane, m->series, m->offset, m->count, 0);
    s->lanes.step[lane / s->lanes.group] = m->step;
}

/* Runs in place the groups of lanes whose series all move alike, and takes them out
 * of the movers. */
static pen_status run_in_place(pen_stream *s, ind_part *part, const ind_step_request *request,
                               void *const *state, size_t *n_movers)
{
    size_t group = s->lanes.group, kept = 0, in_place = 0, n = *n_movers, end;
    if (n > 1 || s->n_series == 1)
        for (size_t lane = 0; lane < s->n_series; lane++)
            ind_lane_set(&s->lanes, lane, 0, 0, 0, 0);
    for (size_t i = 0; i < n; i = end) {
        size_t home = (size_t)s->movers[i].series / group, members = group;
        bool are_alike = true;
        if ((home + 1) * group > s->n_series)
            members = s->n_series - home * group;
        for (end = i; end < n && (size_t)s->movers[end].series / group == home; end++)
            are_alike &= is_alike(&s->movers[i], &s->movers[end]);
        if (are_alike && end - i == members) {
            for (size_t k = i; k < end; k++)
                set_mover(s, (size_t)s->movers[k].series, &s->movers[k]);
            in_place += members;
        } else
            for (size_t k = i; k < end; k++)
                s->movers[kept++] = s->movers[k];
    }
    *n_movers = kept;
    for (size_t p = 0; in_place > 0 && p < part->n_programs; p++)
        PEN_TRY(ind_launch(&part->loaded[p], &s->lanes, s->n_series, &request->io, state[p]));
    return PEN_OK;
}

static int by_step(const void *a, const void *b)
{
    const ind_mover *x = a, *y = b;
    if (x->step != y->step)
        return x->step < y->step ? -1 : 1;
    if (x->count != y->count)
        return x->count < y->count ? -1 : 1;
    return (x->series > y->series) - (x->series < y->series);
}

/* Gives scratch lanes to as many movers as there are lanes for; returns how many. */
static size_t place_movers(pen_stream *s, const ind_mover *movers, size_t n, size_t *n_lanes)
{
    size_t group = s->lanes.group, lane = 0, taken = 0;
    for (; taken < n; taken++) {
        if (taken > 0 && !is_alike(&movers[taken], &movers[taken - 1]))
            for (; lane % group != 0; lane++)
                ind_lane_set(&s->lanes, lane, 0, 0, 0, 0);
        if (lane == s->moved_capacity)
            break;
        s->from[taken] = movers[taken].series;
        s->to[taken] = (int)lane;
        set_mover(s, lane++, &movers[taken]);
    }
    *n_lanes = lane;
    return taken;
}

static pen_status run_moved(pen_stream *s, ind_part *part, const ind_step_request *request,
                            size_t n_movers)
{
    if (n_movers > 1)
        qsort(s->movers, n_movers, sizeof *s->movers, by_step);
    for (size_t begin = 0, taken; begin < n_movers; begin += taken) {
        size_t n_lanes;
        taken = place_movers(s, s->movers + begin, n_movers - begin, &n_lanes);
        for (size_t p = 0; p < part->n_programs; p++) {
            const ind_loaded *l = &part->loaded[p];
            PEN_TRY(ind_states_copy(l, part->state[p], part->moved[p], s->from, s->to, taken));
            PEN_TRY(ind_launch(l, &s->lanes, n_lanes, &request->io, part->moved[p]));
            if (!request->is_peek)
                PEN_TRY(ind_states_copy(l, part->moved[p], part->state[p], s->to, s->from, taken));
        }
    }
    return PEN_OK;
}

static void take_steps(const pen_stream *s, ind_part *part, size_t n_movers)
{
    for (size_t i = 0; i < n_movers; i++) {
        int *step = &part->steps[s->movers[i].series];
        *step += s->movers[i].count;
        if (*step >= IND_STEP_LIMIT)
            *step -= STEP_WRAP;
    }
}

pen_status ind_part_advance(pen_stream *s, ind_part *part, const ind_step_request *request)
{
    size_t n = find_movers(s, part, request), left = n;
    /* A peek moves every series: their home lanes must stay as they are. */
    if (!request->is_peek)
        PEN_TRY(run_in_place(s, part, request, part->state, &left));
    PEN_TRY(run_moved(s, part, request, left));
    if (!request->is_peek)
        take_steps(s, part, find_movers(s, part, request));
    return PEN_OK;
}
